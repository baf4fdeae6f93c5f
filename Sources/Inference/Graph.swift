import Compute
import OneDNN
import Tensor

/// A network between tracing and planning: values, and the nodes that compute them, in order.
///
/// Passes rewrite it. Values are numbered; a value is computed by one node at most.
struct Graph {
  struct Value {
    let shape: Shape
    var type = ElementType.float32
    /// The numbers, where they are known before the first run.
    var constant: Tensor?
  }

  struct Node {
    var operation: Operation
    var inputs: [Int]
    let output: Int
  }

  var values: [Value] = []
  var nodes: [Node] = []
  var inputs: [Int] = []
  var outputs: [Int] = []
  /// The memory that all constants come from.
  var sources: [Storage] = []

  mutating func addValue(_ shape: Shape, type: ElementType = .float32, constant: Tensor? = nil) -> Int {
    values.append(Value(shape: shape, type: type, constant: constant))
    return values.count - 1
  }

  /// How often nodes read each value; a result of the graph counts as read once more.
  func uses() -> [Int] {
    var counts = [Int](repeating: 0, count: values.count)
    for node in nodes { for input in node.inputs { counts[input] += 1 } }
    for output in outputs { counts[output] += 1 }
    return counts
  }

  /// The position of the node that computes each value; nil for inputs and constants.
  func producers() -> [Int?] {
    var positions = [Int?](repeating: nil, count: values.count)
    for (position, node) in nodes.enumerated() { positions[node.output] = position }
    return positions
  }

  /// Drops nodes whose result nobody reads.
  mutating func removeDeadNodes() {
    var needed = [Bool](repeating: false, count: values.count)
    for output in outputs { needed[output] = true }
    for node in nodes.reversed() where needed[node.output] {
      for input in node.inputs { needed[input] = true }
    }
    nodes.removeAll { !needed[$0.output] }
  }
}

/// What a node computes from its inputs.
enum Operation {
  /// A convolution of an image; where ``Finish/addDestination`` is fused, the second input is what is added.
  case convolution(ConvolutionNode)
  /// A linear layer on rows.
  case linear(LinearNode)
  /// A linear layer or a 1×1 convolution of one row.
  case matrixVector(MatrixVectorNode)
  /// The next state of a recurrent unit from the input's and the state's share of the gates (B×3H each) and
  /// the old state (B×H).
  case gruGates
  case pooling(PoolingShape)
  case spatialMean
  /// x·scale + shift per channel, then a lower and an upper limit. The channels of all inputs are taken side
  /// by side.
  case scaleShift(NormStatistics, low: Float, high: Float)
  case functions([any FusibleFunction])
  case pair(PlannedArrays.Pair, [any FusibleFunction])
  case reshape
  case concatenate(axis: Int)
  /// A map times the second input, a number per image and channel, in place.
  case channelScale
  /// Zeros around a map; where no convolution takes it over, the op does it.
  case padding(Margins, op: any Op)
  case pickChannels([Int])
  /// Some channels of each frame from its neighbours.
  case temporalShift(FrameShift)
  /// The first input with its first channels replaced by the second, what frames before had there.
  case following
  /// A copy of a value, which may be overwritten.
  case copy
  /// The numbers in the type of the result.
  case convert
  /// The op's own forward evaluation.
  case eager(any Op, [Argument])

  /// Rows and columns of zeros around a map.
  struct Margins {
    let top, bottom, left, right: Int
  }

  /// Where an eagerly evaluated op finds an input.
  enum Argument {
    /// A position among the node's inputs.
    case input(Int)
    case constant(Tensor)
  }
}

/// Fixed batch statistics with their scale and shift; C numbers each.
struct NormStatistics {
  let scale, shift, mean, variance: Tensor
  let epsilon: Float

  var tensors: [Tensor] { [scale, shift, mean, variance] }

  /// y = x·factor + offset per channel.
  func affine() throws -> (factors: [Float], offsets: [Float]) {
    let (gamma, beta) = (try scale.values(), try shift.values())
    let (mu, sigma) = (try mean.values(), try variance.values())
    let factors = gamma.indices.map { gamma[$0] / (sigma[$0] + epsilon).squareRoot() }
    return (factors, factors.indices.map { beta[$0] - mu[$0] * factors[$0] })
  }
}

/// Where a convolution's first channels come from, where that is not its input.
enum ShiftedChannels {
  /// Other frames of the same clip.
  case frames(FrameShift)
  /// The last input of the node: so many channels of the frames before.
  case past(Int)

  /// The channels of `channels` that come from one other frame.
  func fold(of channels: Int) -> Int {
    switch self {
    case .frames(let shift): shift.fold(of: channels)
    case .past(let kept): kept
    }
  }
}

/// A convolution with what was merged into it.
struct ConvolutionNode {
  /// The kernels, O×(I/groups)×h×w.
  let weights: Tensor
  let bias: Tensor?
  /// A normalisation that is folded into weights and bias when they are packed.
  var norm: NormStatistics?
  let stride, dilation: (Int, Int)
  /// Zeros above and to the left, and below and to the right.
  var padding, paddingEnd: (Int, Int)
  let groups: Int
  var posts: [Finish] = []
  /// Which of the input's channels come from neighbouring frames; nil for none.
  var shift: ShiftedChannels?

  /// What the folded weights are computed from.
  var tensors: [Tensor] { [weights] + (bias.map { [$0] } ?? []) + (norm?.tensors ?? []) }

  func shape(input: Shape) -> ConvolutionShape {
    ConvolutionShape(
      batch: input[0], inChannels: input[1], inHeight: input[2], inWidth: input[3],
      outChannels: weights.shape[0], kernel: (weights.shape[2], weights.shape[3]), stride: stride,
      padding: padding, paddingAfter: paddingEnd, dilation: dilation, groups: groups,
      bias: bias != nil || norm != nil)
  }

  /// Weights and bias with the batch normalisation multiplied in.
  func folded() throws -> (weights: [Float], bias: [Float]?) {
    var values = try weights.values()
    var biases = try bias?.values()
    if let norm {
      let (factors, offsets) = try norm.affine()
      let length = values.count / max(factors.count, 1)
      for channel in factors.indices {
        for i in channel * length..<(channel + 1) * length { values[i] *= factors[channel] }
      }
      biases = offsets.indices.map { offsets[$0] + (biases?[$0] ?? 0) * factors[$0] }
    }
    return (values, biases)
  }
}

/// A linear layer of one row with what was merged into it.
struct MatrixVectorNode {
  /// What the weights are computed from.
  let tensors: [Tensor]
  let inputs, outputs: Int
  /// The order of the columns, as ``LinearNode/inputMap`` has it; empty for the usual one.
  let inputMap: [Int]
  let functions: [any FusibleFunction]
  let folded: () throws -> (weights: [Float], bias: [Float]?)
  /// True where the layer was a convolution, whose weights are always rounded in bfloat16.
  let isConvolution: Bool
  var weightType = ElementType.float32
}

/// A linear layer with what was merged into it.
struct LinearNode {
  /// The weights, outputs × inputs.
  let weights: Tensor
  let bias: Tensor?
  var posts: [Finish] = []
  /// C×H×W where the input is read as a channels-last map instead of flattened rows.
  var inputMap: [Int]?

  var tensors: [Tensor] { [weights] + (bias.map { [$0] } ?? []) }

  func shape(rows: Int) -> LinearShape {
    LinearShape(rows: rows, inputs: weights.shape[1], outputs: weights.shape[0], bias: bias != nil)
  }

  /// The weights, their columns in the order in which the input lies in memory.
  func folded() throws -> (weights: [Float], bias: [Float]?) {
    let values = try weights.values()
    guard let inputMap else { return (values, try bias?.values()) }
    let (channels, pixels) = (inputMap[0], inputMap[1] * inputMap[2])
    var ordered = [Float](repeating: 0, count: values.count)
    for row in 0..<weights.shape[0] {
      let base = row * channels * pixels
      for c in 0..<channels {
        for p in 0..<pixels { ordered[base + p * channels + c] = values[base + c * pixels + p] }
      }
    }
    return (ordered, try bias?.values())
  }
}
