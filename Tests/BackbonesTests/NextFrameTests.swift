import Backbones
import NeuralNet
import Tensor
import TestSupport
import Testing

/// Encoders that look at the past alone, frame by frame.
struct NextFrameTests {
  private static func encoder(
    _ name: String, place: TemporalShiftOptions.Place = .residual, pastOnly: Bool = true
  ) throws -> any Backbone {
    let options = TemporalShiftOptions(frames: 4, pastOnly: pastOnly, place: place)
    let network = try BackboneChoice.shifted(name, options).entry().build(5)
    try network.initialize(seed: 4)
    return network
  }

  private static func close(_ a: Tensor, _ b: Tensor, _ what: String) throws {
    let largest = try b.values().reduce(0) { max($0, abs($1)) }
    try assertClose(a, b, relative: 1e-4, absolute: 1e-5 * Double(largest), what)
  }

  /// With what it kept of the frame before, each frame is what it is in the clip; the first, with nothing, too.
  @Test(arguments: [
    ("resnet18", TemporalShiftOptions.Place.residual), ("resnet50", .residual), ("resnet50", .block),
    ("mobilenetv2_100", .residual), ("mobilenetv2_100", .block), ("resnet_tiny_16", .residual),
    ("resnet_tiny_32d", .residual),
  ])
  func frameByFrameIsTheClip(_ name: String, _ place: TemporalShiftOptions.Place) throws {
    let network = try Self.encoder(name, place: place)
    // Two streams side by side.
    let clips = try Tensor.formula("clips", [2, 4, 3, 48, 48])
    let whole = try network.encode(clips: clips, .evaluation)
    var kept: [Tensor]?
    for frame in 0..<4 {
      let images = try clips.sliced(1, frame..<frame + 1).reshaped([2, 3, 48, 48])
      let (encoding, next) = try network.encode(nextFrame: images, after: kept)
      let shape = whole.map.shape
      try Self.close(
        encoding.features, whole.features.sliced(1, frame..<frame + 1).reshaped([2, -1]),
        "features of frame \(frame)")
      try Self.close(
        encoding.map,
        whole.map.sliced(1, frame..<frame + 1).reshaped([2, shape[2], shape[3], shape[4]]),
        "map of frame \(frame)")
      kept = next
    }
    #expect(kept?.count == network.temporalShifts.count)
  }

  /// Nothing kept and zeros kept are the same: the bits.
  @Test func theFirstFrameFollowsZeros() throws {
    let network = try Self.encoder("resnet_tiny_16")
    let image = try Tensor.formula("image", [1, 3, 24, 24])
    let (first, kept) = try network.encode(nextFrame: image, after: nil)
    let zeros = try kept.map { try Tensor.zeros($0.shape) }
    try assertIdentical(first.features, network.encode(nextFrame: image, after: zeros).0.features)
    let second = try network.encode(nextFrame: image, after: kept).0
    #expect(try !second.features.isClose(to: first.features, relative: 1e-3))
  }

  /// Published for TSM's online form: ten buffers, 27 thousand numbers.
  @Test func mobileNetV2KeepsTenBuffers() throws {
    let network = try Self.encoder("mobilenetv2_100")
    let (_, kept) = try network.encode(nextFrame: Tensor.zeros([1, 3, 224, 224]), after: nil)
    let expected: [(channels: Int, side: Int)] =
      [(3, 56)] + [(4, 28), (4, 28)] + [(8, 14), (8, 14), (8, 14)] + [(12, 14), (12, 14)]
      + [(20, 7), (20, 7)]
    #expect(kept.map(\.shape) == expected.map { [1, $0.channels, $0.side, $0.side] })
    #expect(kept.reduce(0) { $0 + $1.count } == 27_048)
  }

  @Test func whatLooksAheadIsRefused() throws {
    let network = try Self.encoder("resnet_tiny_16", pastOnly: false)
    #expect(network.temporalShifts.allSatisfy { $0.objectionToStreams != nil })
    do {
      _ = try network.encode(nextFrame: Tensor.zeros([1, 3, 24, 24]), after: nil)
      Issue.record("nothing was refused")
    } catch let error as TensorError {
      #expect("\(error)".contains("takes channels from the next frame"), "\(error)")
    }
    // Images have no next frame to wait for.
    let images = try BackboneRegistry.entry("resnet_tiny_16").build(5)
    try images.initialize(seed: 4)
    let (encoding, kept) = try images.encode(nextFrame: Tensor.zeros([1, 3, 24, 24]), after: nil)
    #expect(kept.isEmpty && encoding.features.shape == [1, 64])
  }

  @Test func whatWasKeptOfAnotherNetworkIsRefused() throws {
    let network = try Self.encoder("resnet_tiny_16")
    let image = try Tensor.zeros([1, 3, 24, 24])
    let kept = try network.encode(nextFrame: image, after: nil).kept
    #expect(throws: TensorError.self) { try network.encode(nextFrame: image, after: Array(kept.dropLast())) }
    #expect(throws: TensorError.self) { try network.encode(nextFrame: image, after: kept.reversed()) }
  }
}
