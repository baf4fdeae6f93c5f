import Foundation
import GlanceFocus
import Reports

/// Two results on the same images, as scripts hold their comparison.
final class ComparisonHandle: HoldsMemory {
  let comparison: Comparison
  var heldBytes: Int { 0 }

  init(_ comparison: Comparison) { self.comparison = comparison }

  /// The difference in accuracy, in points of percent.
  var accuracy: EstimateHandle? { comparison.accuracy.map { EstimateHandle($0.scaled(by: 100)) } }
  /// The difference in Multiply-Adds.
  var madds: EstimateHandle { EstimateHandle(comparison.madds) }

  /// Whether there is a difference, in words.
  var verdict: String {
    guard let accuracy, let isOne = comparison.differsInAccuracy else { return costVerdict }
    let p = "p = \(PValue.text(accuracy.estimate.p ?? 1))"
    let points = EstimateHandle(magnitude(accuracy.estimate)).text
    let direction = accuracy.estimate.value > 0 ? "more" : "less"
    let right =
      isOne
      ? "the first is \(direction) accurate by \(points) points (\(p), \(accuracy.intervalText))"
      : "no difference in accuracy is shown (\(accuracy.text) points, \(p), \(accuracy.intervalText))"
    return "\(right); \(costVerdict)"
  }

  private var costVerdict: String {
    let cost = comparison.madds
    guard comparison.differsInMadds else {
      return cost.value == 0 ? "both cost the same" : "no difference in cost is shown"
    }
    let amount = EstimateHandle(magnitude(cost).scaled(by: 1e-6)).text
    return "it costs \(amount) M Multiply-Adds \(cost.value > 0 ? "more" : "less")"
      .replacingOccurrences(of: "it costs", with: comparison.accuracy == nil ? "the first costs" : "it costs")
  }

  private func magnitude(_ estimate: Estimate) -> Estimate {
    var result = estimate
    result.value = abs(result.value)
    return result
  }

  /// The differences with their intervals.
  var table: Notebook.Table {
    func row(_ name: String, _ estimate: Estimate, _ isOne: Bool) -> [Notebook.Table.Value] {
      let handle = EstimateHandle(estimate)
      return [
        .text(name), handle.cell(digits: nil), .number(estimate.lower, digits: nil),
        .number(estimate.upper, digits: nil), estimate.p.map { .text(PValue.text($0)) } ?? .empty,
        .text(isOne ? "yes" : "not shown"),
      ]
    }
    var rows: [[Notebook.Table.Value]] = []
    if let accuracy, let isOne = comparison.differsInAccuracy {
      rows.append(row("top-1 (points)", accuracy.estimate, isOne))
    }
    rows.append(row("Multiply-Adds (M)", comparison.madds.scaled(by: 1e-6), comparison.differsInMadds))
    let level = Percent.level(comparison.madds.level)
    return Notebook.Table(
      name: "comparison", caption: "First less second, on \(comparison.images) images.",
      columns: ["", "difference", "\(level) from", "to", "p", "is one"], rows: rows)
  }

  static let entry = LuaClass<ComparisonHandle>(
    "comparison", "How two results on the same images differ; as a cell's value a sentence and a table.",
    discussion: """
      A difference in accuracy is one where McNemar's p is below 1 − level, a difference in cost where its interval excludes \
      0. Differences are the first less the second.
      """,
    properties: [
      .init("verdict", "string", "whether there is a difference, in words", get: { it, _ in it.verdict }),
      .init(
        "accuracy", "estimate", "difference in points of percent; nil without labels",
        get: { it, _ in it.accuracy.map { Pushed($0) } }),
      .init(
        "madds", "estimate", "difference in mean Multiply-Adds per image", get: { it, _ in Pushed(it.madds) }),
      .init(
        "p", "number", "the p-value of McNemar's test; nil without labels",
        get: { it, _ in it.comparison.accuracy?.p }),
      .init(
        "differs", "boolean", "whether the accuracies differ by more than chance; nil without labels",
        get: { it, _ in it.comparison.differsInAccuracy }),
      .init(
        "only_first", "integer", "images that the first alone has right",
        get: { it, _ in it.comparison.onlyFirst }),
      .init(
        "only_second", "integer", "images that the second alone has right",
        get: { it, _ in it.comparison.onlySecond }),
      .init("images", "integer", "how many were compared", get: { it, _ in it.comparison.images }),
    ],
    describe: { $0.verdict },
    show: { it, _ in [.value(it.verdict), .table(it.table)] }
  ).entry
}

/// Answers to known images: what `compare` and `interval` are methods of.
protocol ImageOutcomes: SendableMetatype {
  var evaluation: Evaluation { get }
  /// What tells the data set from others.
  var imagesIdentity: String { get }
  /// Each image's place in the data set, from 0.
  var imageIndices: [Int] { get }
}

extension EvaluationHandle: ImageOutcomes {
  var imagesIdentity: String { trace.trace.dataset.digest }
  var imageIndices: [Int] { trace.record.indices }
}

extension InferenceHandle: ImageOutcomes {
  var evaluation: Evaluation { run.evaluation }
  var imagesIdentity: String { images.identity }
  var imageIndices: [Int] { run.results.map(\.index) }
}
