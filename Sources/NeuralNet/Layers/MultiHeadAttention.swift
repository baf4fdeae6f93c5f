import Glibc
import Tensor

/// Multi-head attention (Vaswani et al. 2017), with the keys of PyTorch's `nn.MultiheadAttention`.
///
/// Takes queries, and keys and values where they are others: sequences of B×N×features, or maps of B×features×h×w, whose
/// pixels are the sequence. The result has the form of the queries.
public final class MultiHeadAttention: ManyInputLayer {
  public static let inputCounts = 1...3
  private let inWeights: Parameter
  private let inBias: Parameter
  private let output: Linear
  private let features: Int
  private let heads: Int

  /// Attention over vectors of `features` numbers, of which each of the `heads` has its share.
  ///
  /// - Throws: `TensorError` where the features cannot be split.
  public init(_ features: Int, heads: Int) throws {
    guard features > 0, heads > 0, features % heads == 0 else {
      throw TensorError("attention", "\(features) features cannot be split into \(heads) heads")
    }
    inWeights = try Parameter([3 * features, features], .uniform(bound: sqrtf(6 / Float(4 * features))))
    inBias = try Parameter([3 * features], .constant(0))
    output = try Linear(features, features, biasInitializer: .constant(0))
    self.features = features
    self.heads = heads
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("in_proj_weight", inWeights)
    state.parameter("in_proj_bias", inBias)
    state.child("out_proj", output)
  }

  public func callAsFunction(_ inputs: [Tensor], _ pass: Pass) throws -> [Tensor] {
    let queries = try sequence(inputs[0])
    let keys = try inputs.count > 1 ? sequence(inputs[1]) : queries
    let values = try inputs.count > 2 ? sequence(inputs[2]) : keys
    let (batch, count, others) = (queries.shape[0], queries.shape[1], keys.shape[1])
    guard keys.shape == values.shape, keys.shape[0] == batch else {
      throw TensorError(
        "attention", "queries, keys and values of shapes \(queries.shape), \(keys.shape) and \(values.shape)")
    }
    let scale = 1 / sqrtf(Float(features / heads))
    let q = try projected(queries, 0, count).scaled(by: scale)
    let k = try projected(keys, 1, others)
    let v = try projected(values, 2, others)
    let mixed = try q.matmul(k.transposed()).softmax().matmul(v)
    let rows = try mixed.reshaped([batch, heads, count, features / heads]).permuted([0, 2, 1, 3])
      .reshaped([batch * count, features])
    let result = try output(rows, pass).reshaped([batch, count, features])
    guard inputs[0].rank == 4 else { return [result] }
    return [try result.transposed().reshaped(inputs[0].shape)]
  }

  /// B×N×features of a sequence or of a map.
  private func sequence(_ x: Tensor) throws -> Tensor {
    if x.rank == 3, x.shape[2] == features { return x }
    guard x.rank == 4, x.shape[1] == features else {
      throw TensorError(
        "attention", "is made for B×N×\(features) or B×\(features)×h×w, gets shape \(x.shape)")
    }
    return try x.permuted([0, 2, 3, 1]).reshaped([x.shape[0], x.shape[2] * x.shape[3], features])
  }

  /// Queries (0), keys (1) or values (2) of all heads: (B · heads)×N×(features / heads).
  private func projected(_ x: Tensor, _ part: Int, _ count: Int) throws -> Tensor {
    let batch = x.shape[0]
    let range = part * features..<(part + 1) * features
    return try x.reshaped([batch * count, features])
      .linear(inWeights.input.sliced(0, range), bias: inBias.input.sliced(0, range))
      .reshaped([batch, count, heads, features / heads]).permuted([0, 2, 1, 3])
      .reshaped([batch * heads, count, features / heads])
  }
}
