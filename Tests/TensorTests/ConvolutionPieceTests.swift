import OneDNN
import Support
import Tensor
import Testing

/// Large convolutions are computed some images at a time, so that they can be left.
@Suite struct ConvolutionPieceTests {
  private func shape(_ batch: Int, groups: Int = 1) -> ConvolutionShape {
    ConvolutionShape(
      batch: batch, inChannels: 8, inHeight: 12, inWidth: 10, outChannels: 16, kernel: (3, 3), stride: (2, 2),
      padding: (1, 1), dilation: (1, 1), groups: groups, bias: false)
  }

  @Test(arguments: [1, 2, 7, 64]) func piecesCoverTheBatch(_ batch: Int) {
    let ofImage = Double(16 * 6 * 5 * 8 * 9)
    for most in [1, ofImage, 2.5 * ofImage, 7 * ofImage, 1e18] {
      let pieces = shape(batch).pieces(most: most)
      var next = 0
      for piece in pieces {
        let (images, rows) = (piece.shape.batch, piece.shape.outHeight)
        #expect(piece.first == next && images >= 1)
        #expect(images == 1 || ofImage * Double(images) <= most)
        #expect(images == 1 || rows == 6)
        if piece.outRow + rows == 6 { next += images }
      }
      #expect(next == batch)
    }
    #expect(shape(64).pieces().count == 1)
    #expect(shape(64, groups: 8).pieces(most: ofImage).count == 8)
  }

  /// Bit for bit what the whole batch gives.
  @Test func piecesGiveTheSame() throws {
    let whole = shape(7)
    let random = CounterRandom(seed: 1, stream: "pieces")
    let x = try Tensor.empty([7, 8, 12, 10])
    for i in 0..<x.count { x.pointer[i] = random.normal(i) }
    let weights = try Tensor.normal([16, 8, 3, 3], random: random.child(1))
    func result(_ pieces: [ConvolutionPiece]) throws -> [Float] {
      let y = try Tensor.zeros([7, 16, 6, 5])
      for piece in pieces {
        try Convolution.forward(
          piece.shape, source: x.pointer + piece.first * 8 * 12 * 10,
          weights: Convolution.pack(piece.shape, weights.pointer), bias: nil,
          destination: y.pointer + piece.first * 16 * 6 * 5)
      }
      return try y.values()
    }
    let some = whole.pieces(most: 2.5 * Double(16 * 6 * 5 * 8 * 9))
    #expect(some.count == 4)
    #expect(try result(some) == result(whole.pieces(most: 1e18)))
  }

  /// One image that is too large by itself is computed some rows at a time.
  @Test(arguments: [
    (kernel: 5, stride: 1, padding: 2, dilation: 1), (kernel: 5, stride: 2, padding: 4, dilation: 1),
    (kernel: 3, stride: 1, padding: 3, dilation: 2), (kernel: 3, stride: 3, padding: 0, dilation: 3),
    (kernel: 1, stride: 2, padding: 0, dilation: 1), (kernel: 19, stride: 1, padding: 9, dilation: 1),
  ])
  func rowsGiveTheSame(_ c: (kernel: Int, stride: Int, padding: Int, dilation: Int)) throws {
    let whole = ConvolutionShape(
      batch: 2, inChannels: 8, inHeight: 23, inWidth: 20, outChannels: 16, kernel: (c.kernel, c.kernel),
      stride: (c.stride, c.stride), padding: (c.padding, c.padding), dilation: (c.dilation, c.dilation),
      groups: 1, bias: false)
    let (rows, columns) = (whole.outHeight, whole.outWidth)
    let random = CounterRandom(seed: 2, stream: "rows")
    let x = try Tensor.empty([2, 8, 23, 20])
    let dy = try Tensor.empty([2, 16, rows, columns])
    for i in 0..<x.count { x.pointer[i] = random.normal(i) }
    for i in 0..<dy.count { dy.pointer[i] = random.normal(x.count + i) }
    let weights = try Tensor.normal([16, 8, c.kernel, c.kernel], random: random.child(1))
    func results(_ pieces: [ConvolutionPiece]) throws -> (y: [Float], dx: [Float], dw: [Float]) {
      let y = try Tensor.zeros([2, 16, rows, columns])
      let dx = try Tensor.zeros([2, 8, 23, 20])
      var dw = [Float](repeating: 0, count: weights.count)
      for piece in pieces {
        let shape = piece.shape
        let source = (piece.first * 23 + piece.inRow) * 20 * 8
        let destination = (piece.first * rows + piece.outRow) * columns * 16
        try Convolution.forward(
          shape, source: x.pointer + source, weights: Convolution.pack(shape, weights.pointer), bias: nil,
          destination: y.pointer + destination)
        let part = try Tensor.zeros([shape.batch, 8, shape.inHeight, 20])
        try Convolution.backwardData(
          shape, gradient: dy.pointer + destination, weights: weights.pointer, sourceGradient: part.pointer)
        for i in 0..<part.count { dx.pointer[source + i] += part.pointer[i] }
        let ofWeights = try Tensor.emptyRowMajor(weights.shape)
        try Convolution.backwardWeights(
          shape, source: x.pointer + source, gradient: dy.pointer + destination,
          weightsGradient: ofWeights.pointer, biasGradient: nil)
        for i in dw.indices { dw[i] += ofWeights.pointer[i] }
      }
      return (try y.values(), try dx.values(), dw)
    }
    let pieces = whole.pieces(most: 3.5 * Double(16 * columns * 8 * c.kernel * c.kernel))
    for image in 0..<2 {
      var next = 0
      for piece in pieces where piece.first == image {
        #expect(piece.shape.batch == 1 && piece.outRow == next && piece.shape.outHeight <= 3)
        #expect(piece.inRow >= 0 && piece.inRow + piece.shape.inHeight <= 23)
        next += piece.shape.outHeight
      }
      #expect(next == rows)
    }
    let (found, expected) = (try results(pieces), try results(whole.pieces(most: 1e18)))
    for (a, b) in [(found.y, expected.y), (found.dx, expected.dx), (found.dw, expected.dw)] {
      let scale = b.reduce(1) { max($0, abs($1)) }
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
    }
  }
}
