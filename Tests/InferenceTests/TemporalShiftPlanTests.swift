import Backbones
import Compute
import Inference
import NeuralNet
import OneDNN
import Support
import Tensor
import TestSupport
import Testing

/// Encoders of clips, planned.
struct TemporalShiftPlanTests {
  private static func encoder(
    _ name: String, frames: Int, place: TemporalShiftOptions.Place = .residual
  ) throws -> any Backbone {
    let options = TemporalShiftOptions(frames: frames, place: place)
    let network = try BackboneChoice.shifted(name, options).entry().build(7)
    try network.initialize(seed: 3)
    return network
  }

  private static func function(_ network: any Backbone) -> TensorFunction {
    { inputs in
      let encoding = try network.encode(clips: inputs[0], .evaluation)
      return [encoding.features, try network.classify(eachRowOf: encoding.features, .evaluation)]
    }
  }

  @Test(arguments: [
    ("resnet18", TemporalShiftOptions.Place.residual), ("resnet50", .residual), ("resnet50", .block),
    ("mobilenetv2_100", .residual), ("mobilenetv2_100", .block), ("resnet_tiny_32d", .residual),
  ])
  func agreesWithTheNetwork(_ name: String, _ place: TemporalShiftOptions.Place) throws {
    let network = Self.function(try Self.encoder(name, frames: 4, place: place))
    for shape: Shape in [[1, 4, 3, 64, 64], [3, 4, 3, 45, 45]] {
      let clips = try Tensor.formula("clips", shape)
      let plan = try Plan.compile([shape], weights: WeightStore(), network)
      #expect(plan.eagerOps.isEmpty)
      // Twice: a run must not leave anything behind that the next one reads.
      for _ in 1...2 {
        try plan.inputs[0].assign(clips)
        try plan.run()
        for (output, value) in zip(plan.outputs, try network([clips])) {
          let largest = try value.values().reduce(0) { max($0, abs($1)) }
          try assertClose(output, value, relative: 1e-4, absolute: 1e-4 * Double(largest))
        }
      }
    }
  }

  @Test(.enabled(if: ElementType.hasFastBFloat16, "this processor has no bfloat16 arithmetic"))
  func bfloat16IsClose() throws {
    let network = Self.function(try Self.encoder("resnet50", frames: 8))
    let clips = try Tensor.formula("clips", [1, 8, 3, 64, 64])
    let plan = try Plan.compile([clips.shape], precision: .bfloat16, weights: WeightStore(), network)
    #expect(plan.eagerOps.isEmpty)
    try plan.inputs[0].assign(clips)
    try plan.run()
    for (output, value) in zip(plan.outputs, try network([clips])) {
      let largest = try value.values().reduce(0) { max($0, abs($1)) }
      try assertClose(output, value, relative: 0, absolute: 0.05 * Double(largest))
    }
  }

  /// Where our own kernels compute 1×1 convolutions, nothing is copied before them.
  @Test(arguments: [("resnet50", 16), ("mobilenetv2_100", 10)])
  func shiftsBeforePointwiseConvolutionsCopyNothing(_ name: String, shifts: Int) throws {
    let network = Self.function(try Self.encoder(name, frames: 2))
    let shape: Shape = [1, 2, 3, 48, 48]
    let steps = try Plan.compile([shape], weights: WeightStore(), network).listing
    let fused = steps.count { $0.contains("shifted") }
    let copied = steps.count { $0 == "temporal shift" }
    #expect(fused + copied == shifts)
    #expect(fused == 0 || copied == 0)
    let narrow = try Plan.compile([shape], precision: .bfloat16, weights: WeightStore(), network).listing
    #expect(narrow.count { $0 == "temporal shift" || $0.contains("shifted own bf16") } == shifts)
  }

  /// Rows are clips: they are padded and divided as images are, whatever their frames do.
  @Test func clipsArePaddedAndDividedAsImagesAre() throws {
    let network = Self.function(try Self.encoder("resnet_tiny_16", frames: 4))
    let planned = try Planner().planned(network)
    for count in [1, 2, 3, 5, 13] {
      let clips = try Tensor.formula("clips", [count, 4, 3, 24, 24])
      let results = try planned([clips])
      #expect(planned.obstacle == nil)
      for (result, expected) in zip(results, try network([clips])) {
        try assertClose(result, expected, relative: 1e-4, absolute: 1e-4)
      }
    }
    // 5 and 13 ran on rungs of the ladder, which have other numbers of rows.
    let rows = Set(planned.plans.map { $0.inputs[0].shape[0] })
    #expect(rows.contains(6) || rows.contains(8) || rows.contains(16))
    #expect(!rows.contains(5) && !rows.contains(13))
  }

  /// A part whose rows are frames mixes them: such batches are found out and run as they are.
  @Test func rowsThatAreFramesAreFoundOut() throws {
    let network = try Self.encoder("resnet_tiny_16", frames: 2)
    let function: TensorFunction = { [try network.encode($0[0], .evaluation).features] }
    let planned = try Planner().planned(function)
    let frames = try Tensor.formula("frames", [2, 3, 24, 24])
    try assertClose(try planned([frames])[0], try function([frames])[0], relative: 1e-4, absolute: 1e-4)
    #expect(planned.obstacle == nil)
  }

  /// Numbers do not depend on who computes which part.
  @Test func resultsAreTheSameBitsOnAnyNumberOfThreads() throws {
    let shift = FrameShift(frames: 3)
    let weights = try Tensor.formula("w", [70, 50, 1, 1])
    let x = try Tensor.formula("x", [6, 50, 9, 7])
    func result(_ threads: Int) throws -> [Float] {
      try withThreads(threads) {
        let plan = try Plan.compile([x.shape], weights: WeightStore()) {
          [try $0[0].relu().temporallyShifted(shift).convolved2d(weights)]
        }
        try plan.inputs[0].assign(x)
        try plan.run()
        return try plan.outputs[0].values()
      }
    }
    let one = try result(1)
    #expect(try result(2) == one && result(5) == one)
  }

  /// Against the library's convolution of a shifted copy, whose sums are in another order: a unit in the last place of
  /// bfloat16 and what float32 rounds.
  @Test(
    .enabled(if: ElementType.hasFastBFloat16, "this processor has no bfloat16 arithmetic"),
    arguments: [(64, 40, 9), (96, 256, 36), (128, 7, 49), (256, 65, 30), (160, 960, 25), (66, 33, 10)])
  func theNarrowKernelAgreesWithTheLibrary(_ inputs: Int, _ outputs: Int, _ pixels: Int) throws {
    let weights = try Tensor.formula("w", [outputs, inputs, 1, 1])
    let bias = try Tensor.formula("b", [outputs])
    let stem = try Tensor.formula("stem", [inputs, 4, 1, 1])
    for shift in [FrameShift(frames: 3), FrameShift(frames: 6, divisor: 3, pastOnly: true)] {
      let x = try Tensor.formula("x", [6, 4, 1, pixels])
      func run(keepsCopy: Bool) throws -> Tensor {
        let plan = try Plan.compile([x.shape], precision: .bfloat16, weights: WeightStore()) {
          let shifted = try $0[0].convolved2d(stem).relu().temporallyShifted(shift)
          let y = try shifted.convolved2d(weights, bias: bias).relu()
          // Pooling keeps the result from being float32, a second reader the shift from being fused.
          let pooled = try y.maxPooled2d(kernel: (1, 1))
          return keepsCopy ? [pooled, try shifted.relu()] : [pooled]
        }
        #expect(plan.listing.contains("temporal shift") || !keepsCopy)
        try plan.inputs[0].assign(x)
        try plan.run()
        return try plan.outputs[0].clone()
      }
      let largest = try run(keepsCopy: true).values().reduce(0) { max($0, abs($1)) }
      try assertClose(
        run(keepsCopy: false), run(keepsCopy: true), relative: 1.0 / 128, absolute: 1e-4 * Double(largest))
    }
  }

  /// The kernel that reads three frames sums in the same order as the one that reads a shifted copy.
  @Test func whatIsFusedHasTheBitsOfWhatIsCopied() throws {
    let weights = try Tensor.formula("w", [40, 48, 1, 1])
    for shift in [FrameShift(frames: 4), FrameShift(frames: 2, divisor: 3, pastOnly: true)] {
      let x = try Tensor.formula("x", [4, 48, 5, 6])
      func run(_ network: ([Tensor]) throws -> [Tensor]) throws -> [Float] {
        let plan = try Plan.compile([x.shape], weights: WeightStore(), network)
        try plan.inputs[0].assign(x)
        try plan.run()
        return try plan.outputs[0].values()
      }
      let fused = try run { [try $0[0].temporallyShifted(shift).convolved2d(weights).relu()] }
      // The shifted copy is a result too, so that it is made; the same kernel for few pixels reads it.
      let copied = try run {
        let shifted = try $0[0].temporallyShifted(shift)
        return [try shifted.convolved2d(weights).relu(), shifted]
      }
      #expect(fused == copied)
    }
  }
}
