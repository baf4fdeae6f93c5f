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
      for (first, piece) in pieces {
        #expect(first == next && piece.batch >= 1)
        #expect(piece.batch == 1 || ofImage * Double(piece.batch) <= most)
        next += piece.batch
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
    func result(_ pieces: [(first: Int, shape: ConvolutionShape)]) throws -> [Float] {
      let y = try Tensor.zeros([7, 16, 6, 5])
      for (first, piece) in pieces {
        try Convolution.forward(
          piece, source: x.pointer + first * 8 * 12 * 10, weights: Convolution.pack(piece, weights.pointer),
          bias: nil, destination: y.pointer + first * 16 * 6 * 5)
      }
      return try y.values()
    }
    #expect(try result(whole.pieces(most: 2.5 * Double(16 * 6 * 5 * 8 * 9))) == result([(0, whole)]))
  }
}
