extension ConvolutionShape {
  /// Multiply-Adds between two looks at the stop flag: a tenth of a second on two cores.
  public static let largestPiece = 0x1p32

  /// The convolution some images at a time, with the number of the first: the library asks nobody whether to go on.
  ///
  /// Each image's result is the same in any batch. Pieces have one size but for the last.
  ///
  /// - Parameter most: Multiply-Adds of a piece; a single image may have more.
  public func pieces(most: Double = largestPiece) -> [(first: Int, shape: ConvolutionShape)] {
    let ofImage =
      Double(outChannels) * Double(outHeight) * Double(outWidth) * Double(inChannels / max(groups, 1))
      * Double(kernelHeight) * Double(kernelWidth)
    guard ofImage * Double(batch) > most else { return [(0, self)] }
    let images = max(Int(most / ofImage), 1)
    return stride(from: 0, to: batch, by: images).map { first in
      var piece = self
      piece.batch = min(images, batch - first)
      return (first, piece)
    }
  }
}
