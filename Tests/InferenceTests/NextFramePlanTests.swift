import Backbones
import Compute
import Inference
import NeuralNet
import OneDNN
import Support
import Tensor
import TestSupport
import Testing

/// Encoders that take frames one by one, planned.
struct NextFramePlanTests {
  private static func encoder(
    _ name: String, place: TemporalShiftOptions.Place = .residual
  ) throws -> any Backbone {
    let options = TemporalShiftOptions(frames: 4, pastOnly: true, place: place)
    let network = try BackboneChoice.shifted(name, options).entry().build(7)
    try network.initialize(seed: 3)
    return network
  }

  private static func next(_ network: any Backbone) -> TensorFunction {
    { inputs in
      let (encoding, kept) = try network.encode(nextFrame: inputs[0], after: Array(inputs.dropFirst()))
      return [encoding.features, encoding.map] + kept
    }
  }

  private static func nothing(_ network: any Backbone, _ image: Shape) throws -> [Tensor] {
    try network.encode(nextFrame: Tensor.zeros(image), after: nil).kept.map { try Tensor.zeros($0.shape) }
  }

  /// A plan for one frame, run frame after frame, gives what the plan for the clip gives.
  @Test(arguments: [
    ("resnet18", TemporalShiftOptions.Place.residual), ("resnet50", .residual),
    ("mobilenetv2_100", .residual),
    ("mobilenetv2_100", .block), ("resnet_tiny_32d", .residual),
  ])
  func frameByFrameIsTheClip(_ name: String, _ place: TemporalShiftOptions.Place) throws {
    let network = try Self.encoder(name, place: place)
    for (streams, side) in [(1, 64), (3, 45)] {
      let image: Shape = [streams, 3, side, side]
      let clips = try Tensor.formula("clips", [streams, 4, 3, side, side])
      let whole = try Plan.compile([clips.shape], weights: WeightStore()) {
        [try network.encode(clips: $0[0], .evaluation).features]
      }
      try whole.inputs[0].assign(clips)
      try whole.run()
      let expected = try whole.outputs[0].clone()
      var kept = try Self.nothing(network, image)
      let plan = try Plan.compile(
        [image] + kept.map(\.shape), weights: WeightStore(), Self.next(network))
      #expect(plan.eagerOps.isEmpty)
      for frame in 0..<4 {
        try plan.inputs[0].assign(clips.sliced(1, frame..<frame + 1).reshaped(image))
        for (input, past) in zip(plan.inputs.dropFirst(), kept) { try input.assign(past) }
        try plan.run()
        let largest = try expected.values().reduce(0) { max($0, abs($1)) }
        try assertClose(
          plan.outputs[0], expected.sliced(1, frame..<frame + 1).reshaped([streams, -1]), relative: 1e-4,
          absolute: 1e-4 * Double(largest), "frame \(frame)")
        kept = try plan.outputs.dropFirst(2).map { try $0.clone() }
      }
    }
  }

  /// Where the shift of a clip is part of a convolution, that of a frame is, too.
  @Test(arguments: [("resnet50", 16), ("mobilenetv2_100", 10)])
  func nothingIsCopiedBeforePointwiseConvolutions(_ name: String, shifts: Int) throws {
    let network = try Self.encoder(name)
    let kept = try Self.nothing(network, [1, 3, 48, 48])
    for precision in [Precision.float32] + (ElementType.hasFastBFloat16 ? [.bfloat16] : []) {
      let frame = try Plan.compile(
        [[1, 3, 48, 48]] + kept.map(\.shape), precision: precision, weights: WeightStore(),
        Self.next(network)
      ).listing
      let clip = try Plan.compile([[1, 4, 3, 48, 48]], precision: precision, weights: WeightStore()) {
        [try network.encode(clips: $0[0], .evaluation).features]
      }.listing
      let fused = frame.count { $0.contains("shifted") }
      #expect(fused == clip.count { $0.contains("shifted") }, "\(precision)")
      #expect(fused + frame.count { $0 == "following" } == shifts, "\(precision)")
    }
  }

  /// The kernel that reads what was kept sums in the same order as the one that reads a copy.
  @Test func whatIsFusedHasTheBitsOfWhatIsCopied() throws {
    let weights = try Tensor.formula("w", [40, 48, 1, 1])
    let (x, past) = (try Tensor.formula("x", [3, 48, 5, 6]), try Tensor.formula("past", [3, 6, 5, 6]))
    func run(_ threads: Int, _ network: ([Tensor]) throws -> [Tensor]) throws -> [Float] {
      try withThreads(threads) {
        let plan = try Plan.compile([x.shape, past.shape], weights: WeightStore(), network)
        try plan.inputs[0].assign(x)
        try plan.inputs[1].assign(past)
        try plan.run()
        return try plan.outputs[0].values()
      }
    }
    func fused(_ threads: Int) throws -> [Float] {
      try run(threads) { [try $0[0].following($0[1]).convolved2d(weights).relu()] }
    }
    // The copy is a result too, so that it is made.
    let copied = try run(1) {
      let joined = try $0[0].following($0[1])
      return [try joined.convolved2d(weights).relu(), joined]
    }
    #expect(try fused(1) == copied && fused(2) == copied && fused(5) == copied)
  }

  @Test(.enabled(if: ElementType.hasFastBFloat16, "this processor has no bfloat16 arithmetic"))
  func bfloat16IsClose() throws {
    let network = try Self.encoder("resnet50")
    let image: Shape = [2, 3, 64, 64]
    let kept = try Self.nothing(network, image)
    func run(_ precision: Precision) throws -> [Tensor] {
      let plan = try Plan.compile(
        [image] + kept.map(\.shape), precision: precision, weights: WeightStore(), Self.next(network))
      #expect(plan.eagerOps.isEmpty)
      var past = kept
      for frame in 0..<3 {
        try plan.inputs[0].assign(Tensor.formula("frame \(frame)", image))
        for (input, value) in zip(plan.inputs.dropFirst(), past) { try input.assign(value) }
        try plan.run()
        past = try plan.outputs.dropFirst(2).map { try $0.clone() }
      }
      return [try plan.outputs[0].clone()] + past
    }
    for (narrow, wide) in zip(try run(.bfloat16), try run(.float32)) {
      let largest = try wide.values().reduce(0) { max($0, abs($1)) }
      try assertClose(narrow, wide, relative: 0, absolute: 0.05 * Double(largest))
    }
  }

  /// Rows are streams: they are padded as images are, and do not see each other.
  @Test func streamsArePaddedAsImagesAre() throws {
    let network = try Self.encoder("resnet_tiny_16")
    let planned = try Planner().planned(Self.next(network))
    for count in [1, 2, 5] {
      let image: Shape = [count, 3, 24, 24]
      let past = try Self.nothing(network, image).enumerated().map {
        try Tensor.formula("past \($0)", $1.shape)
      }
      let images = try Tensor.formula("images", image)
      let results = try planned([images] + past)
      #expect(planned.obstacle == nil)
      for (result, expected) in zip(results, try Self.next(network)([images] + past)) {
        try assertClose(result, expected, relative: 1e-4, absolute: 1e-4)
      }
    }
    #expect(!planned.plans.contains { $0.inputs[0].shape[0] == 5 })
  }
}
