import Compute
import Glibc

/// Layer normalisation (Ba et al. 2016): (x − mean) / √(variance + ε) · scale + shift over the features of each row.
///
/// Features are the last axis; of maps, B×C×H×W, the channels of each pixel. Inputs: x, scale and shift with a number
/// for each feature.
struct LayerNorm: Op {
  let epsilon: Float
  let name = "layer_norm"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let x = inputs[0]
    guard x.rank >= 2, x.rank != 4 || x[1] > 0 else {
      throw TensorError(name, "needs rows of features, not shape \(x)")
    }
    let features = x.rank == 4 ? x[1] : x[x.rank - 1]
    guard features > 0, inputs[1].sizes == [features], inputs[2].sizes == [features] else {
      throw TensorError(
        name, "weights of shapes \(inputs[1]) and \(inputs[2]) for \(features) features of shape \(x)")
    }
    return x
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try arranged(inputs[0])
    let (scale, shift) = (try inputs[1].contiguous(), try inputs[2].contiguous())
    let features = scale.count
    let rows = x.count / features
    let y = try x.rank == 4 ? Tensor.empty(x.shape) : Tensor.emptyRowMajor(x.shape)
    // The mean and the inverse deviation of each row, for the gradient.
    let statistics = try Tensor.emptyRowMajor([max(rows, 1), 2])
    let (source, target, moments) = (x.pointer, y.pointer, statistics.pointer)
    let (gamma, beta, epsilon) = (scale.pointer, shift.pointer, Double(epsilon))
    ThreadTeam.parallel(rows, grain: max(1, (1 << 13) / features)) { range in
      for row in range {
        let (s, t) = (source + row * features, target + row * features)
        var sum = 0.0
        for i in 0..<features { sum += Double(s[i]) }
        let mean = sum / Double(features)
        var squares = 0.0
        for i in 0..<features { squares += (Double(s[i]) - mean) * (Double(s[i]) - mean) }
        let inverse = Float(1 / (squares / Double(features) + epsilon).squareRoot())
        moments[2 * row] = Float(mean)
        moments[2 * row + 1] = inverse
        let centre = Float(mean)
        for i in 0..<features { t[i] = (s[i] - centre) * inverse * gamma[i] + beta[i] }
      }
    }
    saved.keep(x, scale, statistics)
    return y
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, scale, statistics) = (saved.tensors[0], saved.tensors[1], saved.tensors[2])
    let g = try arranged(gradient)
    let features = scale.count
    let rows = x.count / features
    var result: [Tensor?] = [nil, nil, nil]
    let (source, upper, gamma, moments) = (x.pointer, g.pointer, scale.pointer, statistics.pointer)
    if needs[0] {
      let dx = try x.rank == 4 ? Tensor.empty(x.shape) : Tensor.emptyRowMajor(x.shape)
      let target = dx.pointer
      ThreadTeam.parallel(rows, grain: max(1, (1 << 13) / features)) { range in
        for row in range {
          let (s, u, t) = (source + row * features, upper + row * features, target + row * features)
          let (mean, inverse) = (moments[2 * row], moments[2 * row + 1])
          var (sum, product) = (0.0, 0.0)
          for i in 0..<features {
            let slope = Double(u[i] * gamma[i])
            sum += slope
            product += slope * Double((s[i] - mean) * inverse)
          }
          let (level, tilt) = (Float(sum / Double(features)), Float(product / Double(features)))
          for i in 0..<features {
            t[i] = inverse * (u[i] * gamma[i] - level - (s[i] - mean) * inverse * tilt)
          }
        }
      }
      result[0] = dx
    }
    guard needs[1] || needs[2] else { return result }
    let (dScale, dShift) = (try Tensor.emptyRowMajor([features]), try Tensor.emptyRowMajor([features]))
    let (a, b) = (dScale.pointer, dShift.pointer)
    // Each thread has features of its own, so that the sums do not depend on their number.
    ThreadTeam.parallel(features, grain: max(1, (1 << 14) / max(rows, 1))) { range in
      for i in range {
        var (product, sum) = (0.0, 0.0)
        for row in 0..<rows {
          let u = upper[row * features + i]
          sum += Double(u)
          product += Double(u * (source[row * features + i] - moments[2 * row]) * moments[2 * row + 1])
        }
        a[i] = Float(product)
        b[i] = Float(sum)
      }
    }
    result[1] = dScale
    result[2] = dShift
    return result
  }

  /// The same numbers with the features of a row side by side in memory.
  private func arranged(_ x: Tensor) throws -> Tensor { try x.rank == 4 ? x.channelsLast() : x.contiguous() }
}

extension Tensor {
  /// Each row of features normalised, times `scale`, plus `shift`: the last axis, of B×C×H×W the channels.
  ///
  /// - Throws: ``TensorError`` where scale and shift have not a number for each feature.
  public func layerNormalized(scale: Tensor, shift: Tensor, epsilon: Float = 1e-5) throws -> Tensor {
    try apply(LayerNorm(epsilon: epsilon), [self, scale, shift])
  }
}
