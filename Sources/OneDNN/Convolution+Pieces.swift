/// A part of a convolution: some whole images, or some rows of one.
public struct ConvolutionPiece {
  /// The number of its first image.
  public let first: Int
  /// The first row of the result that it makes, and the first row of the source that it needs.
  public let outRow, inRow: Int
  /// Its sizes.
  public let shape: ConvolutionShape
}

extension ConvolutionShape {
  /// Multiply-Adds between two looks at the stop flag: a tenth of a second on two cores.
  public static let largestPiece = 0x1p32

  /// The convolution some images at a time, and rows of one where an image is too large: the library asks nobody whether to
  /// go on.
  ///
  /// Each image's result is the same in any batch. Pieces have one size but for the last ones, and those at the upper and
  /// the lower edge.
  ///
  /// - Parameter most: Multiply-Adds of a piece; a single row of a result may have more.
  public func pieces(most: Double = largestPiece) -> [ConvolutionPiece] {
    let ofRow =
      Double(outChannels) * Double(outWidth) * Double(inChannels / max(groups, 1)) * Double(kernelHeight)
      * Double(kernelWidth)
    let ofImage = ofRow * Double(outHeight)
    guard ofImage * Double(batch) > most else {
      return [ConvolutionPiece(first: 0, outRow: 0, inRow: 0, shape: self)]
    }
    let images = max(Int(most / ofImage), 1)
    return stride(from: 0, to: batch, by: images).flatMap { first in
      var piece = self
      piece.batch = min(images, batch - first)
      return piece.rows(ofImage > most ? max(Int(most / ofRow), 1) : outHeight).map {
        ConvolutionPiece(first: first, outRow: $0.outRow, inRow: $0.inRow, shape: $0.shape)
      }
    }
  }

  /// The convolution of one image so many rows of the result at a time.
  private func rows(_ count: Int) -> [ConvolutionPiece] {
    let reach = dilationHeight * (kernelHeight - 1) + 1
    // Rows that see nothing but zeros have no source of their own.
    guard count < outHeight, batch == 1, paddingHeight < reach, paddingBelow < reach else {
      return [ConvolutionPiece(first: 0, outRow: 0, inRow: 0, shape: self)]
    }
    return stride(from: 0, to: outHeight, by: count).map { row in
      let last = min(row + count, outHeight) - 1
      let begin = row * strideHeight - paddingHeight
      let end = last * strideHeight - paddingHeight + reach
      var piece = self
      piece.paddingHeight = max(-begin, 0)
      piece.paddingBelow = max(end - inHeight, 0)
      piece.inHeight = min(end, inHeight) - max(begin, 0)
      return ConvolutionPiece(first: 0, outRow: row, inRow: max(begin, 0), shape: piece)
    }
  }
}
