import Compute
import Support

/// Zeroes what a mask picks, with probability `rate`, and scales the rest by 1 / (1 − rate).
///
/// The mask is a function of `random` and a place, so the gradient draws it again instead of keeping it.
struct MaskedScale: Op {
  /// What one draw decides on.
  enum Mask {
    /// A single number.
    case elements
    /// All numbers of one place of axis 0.
    case samples
  }

  let mask: Mask
  let rate: Float
  let random: CounterRandom

  var name: String {
    switch mask {
    case .elements: "dropout"
    case .samples: "drop_connect"
    }
  }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    guard rate >= 0, rate <= 1 else { throw TensorError(name, "rate \(rate) is outside [0, 1]") }
    if mask == .samples, inputs[0].rank == 0 { throw TensorError(name, "needs a batch axis") }
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
    let draws = mask == .samples ? input.shape[0] : input.count
    let length = input.count / draws
    let (source, target) = (input.pointer, result.pointer)
    let scale = rate < 1 ? 1 / (1 - rate) : 0
    if length == 1 {
      ThreadTeam.parallel(draws, grain: 1 << 13) { range in
        for i in range { target[i] = random.uniform(i) >= rate ? source[i] * scale : 0 }
      }
      return result
    }
    ThreadTeam.parallel(draws, grain: max(1, (1 << 15) / length)) { range in
      for draw in range {
        let (s, t) = (source + draw * length, target + draw * length)
        if random.uniform(draw) >= rate {
          for i in 0..<length { t[i] = s[i] * scale }
        } else {
          t.update(repeating: 0, count: length)
        }
      }
    }
    return result
  }
}

extension Tensor {
  /// Each element zeroed with probability `rate`, the others scaled by 1 / (1 − rate); for training only.
  public func dropout(_ rate: Float, random: CounterRandom) throws -> Tensor {
    if rate == 0 { return self }
    return try apply(MaskedScale(mask: .elements, rate: rate, random: random), [self])
  }

  /// Each sample (axis 0) zeroed with probability `rate`, the others scaled by 1 / (1 − rate); for training
  /// only.
  ///
  /// Applied to the residual branch of a block, which it then skips (stochastic depth; Huang et al. 2016).
  public func dropConnect(_ rate: Float, random: CounterRandom) throws -> Tensor {
    if rate == 0 { return self }
    return try apply(MaskedScale(mask: .samples, rate: rate, random: random), [self])
  }

  /// The numbers as ``empty(_:)`` would store them: channels-last for rank 4, row-major otherwise.
  func canonical() throws -> Tensor { rank == 4 ? try channelsLast() : try contiguous() }
}
