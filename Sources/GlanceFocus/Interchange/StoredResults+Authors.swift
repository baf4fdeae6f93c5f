import Checkpoints
import Foundation

extension StoredResults {
  /// The authors' results, with costs as plain counts.
  ///
  /// - Parameters:
  ///   - encoderCost: Multiply-Adds of the encoder on one patch counted here, to tell the file's unit by.
  ///   - steps: the network's; what is for another number of steps is left out.
  ///   - notes: gets a line for everything that is missing or cannot be read.
  init(_ root: PyTorchDictionary, encoderCost: Int, steps: Int, notes: inout [String]) {
    /// The values; nil with a note where a list by step has another length.
    func byStep<T>(_ key: String, _ values: [T]?, _ lengths: [Int]) -> [T]? {
      guard let other = lengths.first(where: { $0 != steps }) else { return values }
      notes.append("\(key) is for \(other) steps, the network has \(steps), and is left out")
      return nil
    }
    func read<T>(_ key: String, _ value: (PyTorchValue) -> T?) -> T? {
      guard let stored = root[key] else { return nil }
      if case .none = stored { return nil }
      let result = value(stored)
      if result == nil { notes.append("\(key) is not of the form that was expected and is left out") }
      return result
    }
    var costs = Costs()
    costs.madds = read("flops", \.numbers)
    costs.encoder = read("model_flops", \.number)
    // The files do not say in which unit they count: the power of 1000 that comes nearest does.
    var unit = 1.0
    if let stored = costs.encoder ?? costs.madds?.first, stored > 0, stored.isFinite, encoderCost > 0 {
      unit = pow(1000, (log(Double(encoderCost) / stored) / log(1000)).rounded())
      if costs.encoder != nil, abs(stored * unit / Double(encoderCost) - 1) > 0.05 {
        let text = String(format: "%.4g", stored * unit)
        notes.append(
          "the file's costs differ from ours: an encoder takes \(text) Multiply-Adds there, \(encoderCost) here"
        )
      }
    }
    costs.madds = byStep("flops", costs.madds, costs.madds.map { [$0.count] } ?? [])?
      .map { ($0 * unit).rounded() }
    costs.encoder = costs.encoder.map { ($0 * unit).rounded() }
    costs.policy = read("policy_flops", \.number).map { ($0 * unit).rounded() }
    costs.classifier = read("fc_flops", \.numbers)?.map { ($0 * unit).rounded() }
    let hasCosts =
      costs.madds != nil || costs.encoder != nil || costs.policy != nil || costs.classifier != nil
    self.costs = hasCosts ? costs : nil
    let accuracies = read("anytime_classification", \.numbers)
    anytime = byStep("anytime_classification", accuracies, accuracies.map { [$0.count] } ?? [])
    let rows = read("dynamic_threshold", \.rows)
    thresholds = byStep("dynamic_threshold", rows, rows?.map(\.count) ?? [])?.map { row in
      // The authors write ±10⁸ for "always" and "never".
      row.map { abs($0) < 1e8 ? $0 : $0 < 0 ? -.infinity : .infinity }
    }
    if let curve = read("budgeted_batch_classification", \.rows) {
      if curve.count == 2, curve[0].count == curve[1].count {
        budgeted = Curve(madds: curve[0].map { ($0 * unit).rounded() }, accuracy: curve[1])
      } else {
        notes.append(
          "budgeted_batch_classification is not a list of costs and one of as many accuracies and is left out"
        )
      }
    }
    if isEmpty { notes.append("the file holds no thresholds, costs or results (a training checkpoint)") }
  }
}
