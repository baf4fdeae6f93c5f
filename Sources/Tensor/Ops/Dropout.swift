import OneDNN
import Support

/// Zeroes each element with probability `rate` and scales the others by 1 / (1 − rate).
///
/// The mask is a function of `random` and the element's place, so the gradient draws it again instead of
/// keeping it.
struct Dropout: Op {
  let rate: Float
  let random: CounterRandom
  let name = "dropout"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try checkRate(rate, for: name)
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor { try masked(inputs[0]) }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try masked(gradient)]
  }

  private func masked(_ x: Tensor) throws -> Tensor {
    let input = try x.canonical()
    let result = try Tensor.empty(input.shape)
    let (source, target) = (input.pointer, result.pointer)
    let scale = rate < 1 ? 1 / (1 - rate) : 0
    ThreadTeam.parallel(input.count, grain: 1 << 13) { range in
      for i in range { target[i] = random.uniform(i) >= rate ? source[i] * scale : 0 }
    }
    return result
  }
}

/// Zeroes whole samples (axis 0) with probability `rate` and scales the others by 1 / (1 − rate).
///
/// Applied to the residual branch of a block, which it then skips (stochastic depth; Huang et al. 2016).
struct DropConnect: Op {
  let rate: Float
  let random: CounterRandom
  let name = "drop_connect"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try checkRate(rate, for: name)
    guard inputs[0].rank > 0 else { throw TensorError(name, "needs a batch axis") }
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor { try masked(inputs[0]) }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try masked(gradient)]
  }

  private func masked(_ x: Tensor) throws -> Tensor {
    let input = try x.canonical()
    let result = try Tensor.empty(input.shape)
    if input.count == 0 { return result }
    let length = input.count / input.shape[0]
    let (source, target) = (input.pointer, result.pointer)
    let scale = rate < 1 ? 1 / (1 - rate) : 0
    ThreadTeam.parallel(input.shape[0], grain: max(1, (1 << 15) / length)) { range in
      for sample in range {
        let (s, t) = (source + sample * length, target + sample * length)
        if random.uniform(sample) >= rate {
          for i in 0..<length { t[i] = s[i] * scale }
        } else {
          t.update(repeating: 0, count: length)
        }
      }
    }
    return result
  }
}

private func checkRate(_ rate: Float, for operation: String) throws {
  guard rate >= 0, rate <= 1 else { throw TensorError(operation, "rate \(rate) is outside [0, 1]") }
}

extension Tensor {
  /// Each element zeroed with probability `rate`, the others scaled by 1 / (1 − rate); for training only.
  public func dropout(_ rate: Float, random: CounterRandom) throws -> Tensor {
    if rate == 0 { return self }
    return try apply(Dropout(rate: rate, random: random), [self])
  }

  /// Each sample (axis 0) zeroed with probability `rate`, the others scaled by 1 / (1 − rate); for training
  /// only.
  public func dropConnect(_ rate: Float, random: CounterRandom) throws -> Tensor {
    if rate == 0 { return self }
    return try apply(DropConnect(rate: rate, random: random), [self])
  }

  /// The numbers as ``empty(_:)`` would store them: channels-last for rank 4, row-major otherwise.
  func canonical() throws -> Tensor { rank == 4 ? try channelsLast() : try contiguous() }
}
