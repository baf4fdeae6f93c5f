import Support
import Tensor

/// Throws unless the tape's gradients of `function` agree with central differences.
///
/// The result is reduced to a scalar by a random projection, summed in double precision. Elements are perturbed
/// one by one; of large inputs, a random choice of `limit` elements.
///
/// - Parameters:
///   - step: h of (f(x + h) − f(x − h)) / 2h.
///   - tolerance: allowed difference, relative to the largest derivative found (at least 1).
public func checkGradient(
  of function: ([Tensor]) throws -> Tensor, at inputs: [Tensor], step: Float = 1e-2, tolerance: Double = 2e-3,
  limit: Int = 80, _ what: String = ""
) throws {
  let label = what.isEmpty ? "" : "\(what): "
  let random = CounterRandom(seed: 7, stream: "gradient check")
  let tape = GradientTape()
  let watched = inputs.map { tape.watch($0) }
  let result = try tape.record { try function(watched) }
  let projection = (0..<result.count).map { random.uniform($0) * 2 - 1 }
  let gradients = try tape.backward(from: result, seed: try Tensor(result.shape, projection))

  for (number, input) in inputs.enumerated() {
    guard let gradient = gradients[of: watched[number]] else {
      throw CheckFailure("\(label)no gradient for input \(number)")
    }
    guard gradient.shape == input.shape else {
      throw CheckFailure("\(label)gradient of shape \(gradient.shape) for input \(number) of \(input.shape)")
    }
    let analytic = try gradient.values()
    let values = try input.values()
    let order = try random.child(number).permutation(values.count).prefix(limit)
    func projected(_ index: Int, _ offset: Float) throws -> Double {
      var moved = values
      moved[index] += offset
      var arguments = inputs
      arguments[number] = try Tensor(input.shape, moved)
      return zip(try function(arguments).values(), projection).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var scale = 1.0
    var worst = (difference: 0.0, index: 0, numeric: 0.0)
    for index in order {
      // The perturbation that float32 really makes.
      let width = Double(values[index] + step) - Double(values[index] - step)
      let numeric = (try projected(index, step) - projected(index, -step)) / width
      scale = max(scale, abs(numeric))
      let difference = abs(numeric - Double(analytic[index]))
      if !(difference <= worst.difference) { worst = (difference, index, numeric) }
    }
    guard worst.difference <= tolerance * scale else {
      throw CheckFailure(
        "\(label)gradient of input \(number) at element \(worst.index) is \(analytic[worst.index]), differences give \(worst.numeric)"
      )
    }
  }
}
