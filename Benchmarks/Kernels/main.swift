import CKernels
import Foundation
import Compute
import OneDNN
import Support
import Tensor
import Vision

// Each kernel of our own against what it stands in for, in turn, on the same numbers: primitives of oneDNN, or the ops on
// normalised images. `own-kernels sums` shows sums over many numbers alone, `own-kernels shifts` encoders of clips.

/// Least microseconds of both sides over `rounds` turns.
func compare(_ name: String, rounds: Int = 200, own: (Int) throws -> Void, library: (Int) throws -> Void)
  throws
{
  var (ours, theirs) = (Double.infinity, Double.infinity)
  for round in 0..<rounds {
    ours = min(ours, 1000 * (try MonotonicClock.time { try own(round) }))
    theirs = min(theirs, 1000 * (try MonotonicClock.time { try library(round) }))
  }
  print(
    name.padding(toLength: 58, withPad: " ", startingAt: 0)
      + String(format: "%9.1f %9.1f %7.2f", ours, theirs, theirs / ours))
}

func zeros(_ bytes: Int) throws -> AlignedBuffer {
  let buffer = try ComputeContext.current.buffers.take(bytes)
  memset(buffer.pointer, 0, bytes)
  return buffer
}

/// `primitive` with its working memory, which it does not keep alive.
func ready(_ primitive: Primitive, _ memory: inout [AlignedBuffer]) throws -> Primitive {
  let scratchpad = try zeros(primitive.scratchpadBytes)
  try primitive.useScratchpad(scratchpad.pointer)
  memory.append(scratchpad)
  return primitive
}

/// A layer of one row; its weights come from as much memory as `megabytes`, one copy after another.
func matrixVector(_ inputs: Int, _ outputs: Int, _ type: ElementType, megabytes: Int) throws {
  let bytes = inputs * outputs * type.bytes
  var memory: [AlignedBuffer] = []
  let copies = max(1, (megabytes << 20) / bytes)
  let (row, result) = (try zeros(4 * inputs), try zeros(4 * outputs))
  let bias = try zeros(4 * outputs)
  let weights = try (0..<copies).map { _ in try zeros(bytes) }
  let layer = try PlannedLayer(
    LinearShape(rows: 1, inputs: inputs, outputs: outputs, bias: true),
    LayerNumbers(type, resultType: .float32))
  let primitives = try weights.map {
    try ready(
      layer.bound(source: row.pointer, weights: $0, bias: bias.pointer, destination: result.pointer), &memory)
  }
  let block = Int(PLAN_MATRIX_VECTOR_ROWS)
  try compare(
    "matrix × vector \(inputs)→\(outputs) \(type), weights of \(copies * bytes >> 20) MB",
    own: { round in
      // The other half of the copies, so that no side finds in the cache what the other has read.
      let matrix = weights[(round + copies / 2) % copies].pointer
      ThreadTeam.parallel(outputs / block, grain: max(1, (1 << 16) / (block * inputs))) { range in
        let first = range.lowerBound * block
        plan_matrix_vector(
          matrix + first * inputs * type.bytes, type == .bfloat16, row.floats, bias.floats + first,
          result.floats + first, inputs, range.count * block)
      }
    }, library: { try primitives[$0 % copies].run() })
  withExtendedLifetime(memory) {}
}

/// What lies between the layers of a squeeze-and-excite block.
func maps(_ images: Int, _ channels: Int, _ side: Int, _ type: ElementType) throws {
  var memory: [AlignedBuffer] = []
  let (pixels, isNarrow) = (side * side, type == .bfloat16)
  let map = try zeros(images * channels * pixels * type.bytes)
  let other = try zeros(images * channels * pixels * type.bytes)
  let gate = try zeros(images * channels * type.bytes)
  let (scale, shift) = (try zeros(4 * channels), try zeros(4 * channels))
  let shape = PoolingShape(
    kind: .average(includingPadding: true), batch: images, channels: channels, inHeight: side, inWidth: side,
    kernel: (side, side), stride: (1, 1), padding: (0, 0))
  let pooling = try ready(
    PlannedArrays.pooling(shape, type: type, source: map.pointer, destination: gate.pointer), &memory)
  let product = try ready(
    PlannedArrays.pair(
      .multiply, [images, channels, side, side], [images, channels, 1, 1], functions: [], type: type,
      first: map.pointer, second: gate.pointer, destination: map.pointer), &memory)
  let affine = try [PlannedArrays.Pair.multiply, .add].map { pair in
    try ready(
      PlannedArrays.pair(
        pair, [images, channels, side, side], [1, channels, 1, 1], functions: pair == .add ? [.relu] : [],
        type: type, first: pair == .add ? other.pointer : map.pointer, second: gate.pointer,
        destination: other.pointer), &memory)
  }
  let size = "\(images)×\(channels)×\(side)×\(side) \(type)"
  let bytes = channels * type.bytes
  try compare(
    "means of \(size)",
    own: { _ in
      ThreadTeam.parallel(images, grain: max(1, (1 << 15) / (channels * pixels))) { range in
        for image in range {
          plan_channel_means(
            map.pointer + image * pixels * bytes, isNarrow, gate.pointer + image * bytes, isNarrow, pixels,
            channels, channels)
        }
      }
    }, library: { _ in try pooling.run() })
  try compare(
    "one factor per channel of \(size)",
    own: { _ in
      ThreadTeam.parallel(images, grain: max(1, (1 << 15) / (channels * pixels))) { range in
        for image in range {
          plan_scale_channels(
            map.pointer + image * pixels * bytes, gate.pointer + image * bytes, isNarrow, pixels, channels,
            channels)
        }
      }
    }, library: { _ in try product.run() })
  try compare(
    "scale, shift and ReLU of \(size)",
    own: { _ in
      ThreadTeam.parallel(images * pixels, grain: max(1, (1 << 15) / channels)) { range in
        let offset = range.lowerBound * bytes
        plan_scale_shift(
          map.pointer + offset, other.pointer + offset, isNarrow, scale.floats, shift.floats, 0, .infinity,
          range.count, channels, channels)
      }
    }, library: { _ in for primitive in affine { try primitive.run() } })
  withExtendedLifetime(memory) {}
}

/// x / (1 + e⁻ˣ) of whole maps, in place.
func silu(_ images: Int, _ channels: Int, _ side: Int, _ type: ElementType) throws {
  var memory: [AlignedBuffer] = []
  let (pixels, isNarrow) = (side * side, type == .bfloat16)
  let map = try zeros(images * channels * pixels * type.bytes)
  let size = "\(images)×\(channels)×\(side)×\(side) \(type)"
  let silu = try ready(
    PlannedArrays.functions(
      [.silu], count: images * channels * pixels, type: type, source: map.pointer, destination: map.pointer)[
        0],
    &memory)
  try compare(
    "SiLU of \(size)",
    own: { _ in
      ThreadTeam.parallel(images * pixels * channels / 64, grain: 64) { range in
        plan_silu(map.pointer + range.lowerBound * 64 * type.bytes, isNarrow, range.count * 64)
      }
    }, library: { _ in try silu.run() })
  withExtendedLifetime(memory) {}
}

/// A glance at each image, and a patch of each: from the pixels, or of images that are normalised first.
func pixels(_ images: Int, imageSize: Int, side: Int) throws {
  let bytes = try zeros(images * imageSize * imageSize * 3)
  let all = bytes.pointer.assumingMemoryBound(to: UInt8.self)
  let pointers = (0..<images).map { UnsafePointer(all + $0 * imageSize * imageSize * 3) }
  let form = try PixelImages(
    height: imageSize, width: imageSize, channels: 3, mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225])
  let glance = form.resizing(to: side, .bicubic, alignCorners: false)
  let same = form.resizing(to: imageSize, .bicubic, alignCorners: false)
  let positions = (0..<images).map { PatchPosition(row: 3 * $0 % 50, column: 7 * $0 % 50) }
  try compare(
    "glance and patch, \(side)², of \(images) images, \(imageSize)²", rounds: 50,
    own: { _ in
      _ = try form.resized(pointers, glance)
      _ = try form.patches(pointers, positions, side: side)
    },
    library: { _ in
      let whole = try form.resized(pointers, same)
      _ = try whole.resized(height: side, width: side, .bicubic, alignCorners: false)
      _ = try whole.cropped(positions, height: side, width: side)
    })
  withExtendedLifetime(bytes) {}
}

/// A 1×1 or a depthwise convolution of one small map with hard-swish; `layers` of them, one after the other.
func convolution(_ inputs: Int, _ outputs: Int, kernel: Int, side: Int, layers: Int) throws {
  var memory: [AlignedBuffer] = []
  let (isPointwise, lanes) = (kernel == 1, Int(PLAN_VECTOR))
  let (x, y) = (try zeros(4 * inputs * side * side), try zeros(4 * outputs * side * side))
  let shape = ConvolutionShape(
    batch: 1, inChannels: inputs, inHeight: side, inWidth: side, outChannels: outputs,
    kernel: (kernel, kernel), stride: (1, 1), padding: (kernel / 2, kernel / 2), dilation: (1, 1),
    groups: isPointwise ? 1 : inputs, bias: true)
  let layer = try PlannedLayer(shape, LayerNumbers(postOperations: [.function(.hardSwish)]))
  let bytes = 4 * (outputs + lanes) * (isPointwise ? inputs : 1) * kernel * kernel
  let (packed, bias) = (
    try layer.pack([Float](repeating: 0, count: shape.multiplyAdds / (side * side)), in: BufferSlab()),
    try zeros(4 * (outputs + lanes))
  )
  let primitives = try (0..<layers).map { _ in
    try ready(
      layer.bound(source: x.pointer, weights: packed, bias: bias.pointer, destination: y.pointer), &memory)
  }
  let weights = try zeros(bytes)
  let finish = plan_finish(adds: false, function: PLAN_HARD_SWISH, low: 0, high: 0)
  var pointwise = plan_pointwise(
    inputs: inputs, outputs: outputs, weights: weights.floats, bias: bias.floats, finish: finish)
  var depthwise = plan_depthwise(
    channels: inputs, height: side, width: side, out_width: side, kernel: max(kernel, 3),
    stride: 1, above: kernel / 2, left: kernel / 2, weights: weights.floats, bias: bias.floats, finish: finish
  )
  let vectors = (outputs + lanes - 1) / lanes
  let times = layers == 1 ? "" : "\(layers) times "
  try withUnsafePointer(to: &pointwise) { pointwise in
    try withUnsafePointer(to: &depthwise) { depthwise in
      try compare(
        times + (isPointwise ? "1×1, \(inputs)→\(outputs)" : "\(kernel)×\(kernel) of \(inputs)")
          + " channels, \(side)×\(side) float32",
        own: { _ in
          ThreadTeam.together { index, count in
            for number in 0..<layers {
              if number > 0 { ThreadTeam.waitForAll() }
              let first = vectors * index / count
              let share = vectors * (index + 1) / count - first
              if isPointwise {
                plan_pointwise(pointwise, x.floats, y.floats, side * side, first, share)
              } else {
                plan_depthwise(depthwise, x.floats, y.floats, first, share, 0, side)
              }
            }
          }
        }, library: { _ in for primitive in primitives { try primitive.run() } })
    }
  }
  withExtendedLifetime((memory, weights, bias, packed)) {}
}

let types: [ElementType] = ElementType.hasFastBFloat16 ? [.float32, .bfloat16] : [.float32]
print("".padding(toLength: 58, withPad: " ", startingAt: 0) + "  own, µs    other   ratio")
let only = CommandLine.arguments.dropFirst().first
if only == nil || only == "sums" { try allSums() }
if only == nil || only == "shifts" { try allShifts(types) }
if only != nil { exit(0) }
for type in types {
  try matrixVector(18432, 2048, type, megabytes: 400)
  try matrixVector(2560, 1000, type, megabytes: 200)
  try matrixVector(960, 240, type, megabytes: 1)
  try matrixVector(256, 768, type, megabytes: 1)
  try matrixVector(256, 4, type, megabytes: 1)
}
for type in types {
  for (images, channels, side) in [(1, 960, 3), (1, 120, 12), (32, 144, 32), (32, 672, 6)] {
    try maps(images, channels, side, type)
    try silu(images, channels, side, type)
  }
}
if plan_has_vectors() {
  for layers in [1, 10] {
    for (inputs, outputs, side) in [(64, 240, 12), (112, 672, 6), (672, 160, 3), (160, 960, 3)] {
      try convolution(inputs, outputs, kernel: 1, side: side, layers: layers)
    }
    for (channels, kernel, side) in [(672, 3, 6), (960, 5, 3)] {
      try convolution(channels, channels, kernel: kernel, side: side, layers: layers)
    }
  }
}
for images in [1, 32] { try pixels(images, imageSize: 224, side: 96) }
