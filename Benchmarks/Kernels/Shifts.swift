import Backbones
import CKernels
import Compute
import Inference
import NeuralNet
import OneDNN
import Tensor

// What it costs that the frames of clips exchange channels.

/// A 1×1 convolution that reads the channels of three frames, against a shifted copy and the library's convolution.
private func pointwise(_ inputs: Int, _ outputs: Int, side: Int, frames: Int) throws {
  var memory: [AlignedBuffer] = []
  let lanes = Int(PLAN_VECTOR)
  let (pixels, vectors) = (frames * side * side, (outputs + lanes - 1) / lanes)
  let (x, shifted) = (try zeros(4 * inputs * pixels), try zeros(4 * inputs * pixels))
  let (y, weights) = (try zeros(4 * outputs * pixels), try zeros(4 * vectors * lanes * inputs))
  let bias = try zeros(4 * vectors * lanes)
  let shape = ConvolutionShape(
    batch: frames, inChannels: inputs, inHeight: side, inWidth: side, outChannels: outputs, kernel: (1, 1),
    stride: (1, 1), padding: (0, 0), dilation: (1, 1), groups: 1, bias: true)
  let layer = try PlannedLayer(shape, LayerNumbers(postOperations: [.function(.relu)]))
  let packed = try layer.pack([Float](repeating: 0, count: inputs * outputs), in: BufferSlab())
  let primitive = try ready(
    layer.bound(
      source: shifted.pointer, weights: packed, bias: bias.pointer, destination: y.pointer), &memory)
  var own = plan_pointwise(
    inputs: inputs, outputs: outputs, weights: weights.floats, bias: bias.floats,
    finish: plan_finish(adds: false, function: PLAN_LIMIT, low: 0, high: .infinity))
  var clips = plan_frames(
    frames: frames, pixels: side * side, first_channels: inputs / 8, second_channels: inputs / 8,
    first_offset: 1, second_offset: -1, past: nil)
  let moves = FrameMoves(FrameShift(frames: frames), [frames, inputs, side, side], elementBytes: 4)
  try withUnsafePointer(to: &own) { own in
    try withUnsafePointer(to: &clips) { clips in
      try compare(
        "shifted 1×1, \(inputs)→\(outputs) channels, \(frames) frames of \(side)×\(side)",
        own: { _ in
          ThreadTeam.parallel(pixels / Int(PLAN_PIXELS), grain: 1) { range in
            let unit = Int(PLAN_PIXELS)
            plan_shifted_pointwise(
              own, clips, x.floats, y.floats, range.lowerBound * unit, range.count * unit, 0, vectors)
          }
        },
        library: { _ in
          ThreadTeam.parallel(frames, grain: 1) { rows in
            for row in rows {
              moves.run(from: x.pointer, to: shifted.pointer, row: row, pixels: 0..<side * side)
            }
          }
          try primitive.run()
        })
    }
  }
  withExtendedLifetime((memory, x, shifted, y, weights, bias, packed)) {}
}

/// A planned encoder of clips, against that of as many images: the ratio is what is left of its speed.
private func encoder(_ name: String, clips: Int, frames: Int, side: Int, _ type: ElementType) throws {
  let shape: Shape = [clips, frames, 3, side, side]
  func plan(_ entry: BackboneEntry) throws -> Plan {
    let network = try entry.build(1)
    try network.initialize(seed: 1)
    return try Plan.compile(
      [shape], precision: type == .bfloat16 ? .bfloat16 : .float32, weights: WeightStore()
    ) { [try network.encode(clips: $0[0], .evaluation).features] }
  }
  let images = try BackboneRegistry.entry(name)
  let (shifted, plain) = (
    try plan(images.temporallyShifted(TemporalShiftOptions(frames: frames))), try plan(images)
  )
  let inputs = try Tensor.zeros(shape) + 0.5
  func run(_ plan: Plan) throws {
    // A run overwrites its inputs.
    try plan.inputs[0].assign(inputs)
    try plan.run()
  }
  try compare(
    "\(name), \(clips) clip\(clips == 1 ? "" : "s") of \(frames) frames, \(side)×\(side) \(type)",
    rounds: side > 128 ? 15 : 40, own: { _ in try run(shifted) }, library: { _ in try run(plain) })
}

func allShifts(_ types: [ElementType]) throws {
  if plan_has_vectors() {
    for (inputs, outputs, side) in [
      (64, 64, 24), (256, 64, 24), (512, 128, 12), (1024, 256, 6), (2048, 512, 3), (24, 144, 24),
      (64, 384, 6),
    ] {
      try pointwise(inputs, outputs, side: side, frames: 8)
    }
  }
  for type in types {
    for name in ["resnet18", "resnet50", "mobilenetv2_100", "resnet_tiny_16"] {
      for (clips, side) in [(1, 96), (4, 96), (1, 224)] {
        try encoder(name, clips: clips, frames: 8, side: side, type)
      }
    }
  }
}
