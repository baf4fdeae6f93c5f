import NeuralNet
import Support
import Tensor

/// Norm and first three elements of each gradient, as recordings hold them.
typealias GradientSummaries = [String: [Double]]

/// The errors of gradients, relative to their norms.
struct GradientErrors {
  private var norm = LargestError(tolerance: 1e-2)
  private var elements = LargestError(tolerance: 2e-2)

  /// Own gradients against recorded ones, and against those in float64 where these are known.
  ///
  /// - Parameter noise: how far rounding alone moves each number; empty where that is not to be granted.
  static func compare(
    _ own: GradientSummaries, _ recorded: GradientSummaries, exact: GradientSummaries? = nil,
    noise: GradientSummaries = [:]
  ) -> [ReferenceResult] {
    let floor = floor(recorded)
    var results: [ReferenceResult] = []
    if let exact {
      var fromExact = GradientErrors()
      for (name, gradient) in own { fromExact.add(name, gradient, exact[name] ?? [], floor: floor) }
      results += fromExact.results("float64 gradient")
    }
    var worst = GradientErrors()
    for (name, gradient) in own {
      worst.add(
        name, gradient, recorded[name] ?? [], floor: floor, noise: noise[name] ?? [],
        exact: exact?[name] ?? [])
    }
    results += worst.results("gradient")
    let missing = recorded.keys.count { own[$0] == nil }
    results.append(
      ReferenceResult(quantity: "gradients that are missing", error: Double(missing), tolerance: 0))
    return results
  }

  /// The norms of running statistics against recorded ones, by the names of the arrays.
  static func statistics(_ own: [String: Tensor], _ recorded: [String: Double]) throws -> ReferenceResult {
    var worst = 0.0
    for (name, norm) in recorded {
      guard let own = try own[name].map({ Self.norm(try $0.values()) }) else {
        worst = .infinity
        continue
      }
      worst = max(worst, abs(own - norm) / max(norm, 1e-30))
    }
    return ReferenceResult(quantity: "running statistics", error: worst, tolerance: 1e-2)
  }

  /// Takes note of a gradient's error; all lists hold the norm and the first elements. Three times the
  /// noise is granted where it is beyond the tolerance, and the distance of what is expected from what is
  /// exact on top of the tolerance.
  mutating func add(
    _ name: String, _ own: [Double], _ expected: [Double], floor: Double, noise: [Double] = [],
    exact: [Double] = []
  ) {
    guard let recorded = expected.first, own.count == expected.count else {
      norm.add(name, .infinity, granted: 0)
      return
    }
    let scale = max(recorded, floor)
    var worst = (error: 0.0, granted: 0.0)
    for (index, (value, target)) in zip(own, expected).enumerated() {
      let error = abs(value - target) / scale
      var granted = index < noise.count ? 3 * noise[index] / scale : 0
      if index < exact.count {
        let tolerance = index == 0 ? norm.tolerance : elements.tolerance
        granted = max(granted, tolerance + abs(target - exact[index]) / scale)
      }
      if index == 0 {
        norm.add(name, error, granted: granted)
      } else if index == 1 || error - granted > worst.error - worst.granted {
        worst = (error, granted)
      }
    }
    if own.count > 1 { elements.add(name, worst.error, granted: worst.granted) }
  }

  func results(_ what: String) -> [ReferenceResult] {
    [norm.result(what + " norms"), elements.result(what + "s' first elements")]
  }

  /// Gradients that vanish in exact arithmetic (a bias before a batch norm) hold rounding noise alone; norms are
  /// compared relative to at least this.
  static func floor(_ gradients: GradientSummaries) -> Double {
    1e-5 * (gradients.values.compactMap(\.first).max() ?? 0)
  }

  static func summary(_ values: [Float]) -> [Double] {
    [norm(values)] + values.prefix(3).map(Double.init)
  }

  static func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

/// The largest of some errors, each with what rounding grants it beyond the tolerance of all.
private struct LargestError {
  let tolerance: Double
  private var count = 0
  private var beyond = 0
  private var largest = (name: "", error: 0.0, granted: 0.0)
  private var failed = (name: "", error: 0.0, granted: 0.0)

  init(tolerance: Double) { self.tolerance = tolerance }

  mutating func add(_ name: String, _ error: Double, granted: Double) {
    let error = error.isFinite ? error : .infinity
    let granted = max(granted, tolerance)
    count += 1
    if error > tolerance { beyond += 1 }
    if error > largest.error { largest = (name, error, granted) }
    if !(error <= granted), error > failed.error { failed = (name, error, granted) }
  }

  /// The failure if there is one, else the largest error.
  func result(_ quantity: String) -> ReferenceResult {
    let shown = failed.error > 0 ? failed : largest
    return ReferenceResult(
      quantity: quantity, error: shown.error, tolerance: tolerance, granted: max(shown.granted, tolerance),
      arrays: .init(count: count, beyond: beyond, largest: shown.name))
  }
}

/// How far rounding alone moves the gradients of a step.
enum GradientNoise {
  /// The largest changes over three repetitions of a step in which every number that goes into it is moved by one unit
  /// in the last place, by the signs of a stream.
  static func measured(
    _ gradients: GradientSummaries, _ step: (_ stream: String) throws -> GradientSummaries
  ) throws -> GradientSummaries {
    var noise = gradients.mapValues { $0.map { _ in 0.0 } }
    for repeated in 1...3 {
      for (name, gradient) in try step("noise.\(repeated)") {
        guard let first = gradients[name], let known = noise[name] else { continue }
        noise[name] = zip(known, zip(gradient, first)).map { max($0, abs($1.0 - $1.1)) }
      }
    }
    return noise
  }

  /// Each number moved up or down by one unit in the last place.
  static func moved(_ values: [Float], _ stream: String) -> [Float] {
    let signs = FormulaSequence(stream)
    return values.enumerated().map { signs.u($0) < 0 ? $1.nextDown : $1.nextUp }
  }

  /// Every weight of a network moved by one unit in the last place.
  static func moveWeights(of network: any Module, _ stream: String) throws {
    for (name, parameter) in network.parameters {
      let weights = parameter.value
      try weights.assign(Tensor(weights.shape, moved(weights.values(), stream + "." + name)))
    }
  }
}
