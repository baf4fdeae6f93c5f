import Foundation
import GlanceFocus
import Reports

/// A number with its uncertainty, as scripts hold it.
final class EstimateHandle: HoldsMemory {
  let estimate: Estimate
  /// Places after the point when shown; nil for two significant digits of the uncertainty.
  let digits: Int?
  var heldBytes: Int { 0 }

  init(_ estimate: Estimate, digits: Int? = nil) {
    self.estimate = estimate
    self.digits = digits
  }

  /// Wilson's interval of an accuracy, in percent.
  /// - Parameter share: of right answers, 0…1.
  static func ofAccuracy(_ share: Double, images: Int, level: Double) throws -> EstimateHandle {
    let right = Int(clamping: (share * Double(images)).rounded())
    return EstimateHandle(try Proportion(right, of: images).wilson(level: level).scaled(by: 100))
  }

  /// The cell of a table.
  /// - Parameter digits: what the table says of its column; nil where it says nothing.
  func cell(digits: Int?) -> Notebook.Table.Value {
    .uncertain(estimate.value, uncertainty: estimate.uncertainty, digits: self.digits ?? digits)
  }

  /// 90.42(29).
  var text: String { cell(digits: nil).shown }

  /// The interval in words, to the places of the number.
  var intervalText: String {
    let e = estimate
    if e.lower.isNaN { return "its interval is not known" }
    // An end is shown to the digits of the number.
    func end(_ value: Double) -> String {
      let shown = Notebook.Table.Value.uncertain(value, uncertainty: e.uncertainty, digits: digits).shown
      return String(shown.prefix { $0 != "(" })
        + (shown.firstIndex(of: "e").map { String(shown[$0...]) } ?? "")
    }
    return "\(Percent.level(e.level)) interval \(end(e.lower)) to \(end(e.upper))"
  }
}

extension EstimateHandle: ObjectArgument {
  static let className = "estimate"
}

extension Percent {
  /// A level such as `95 %`.
  static func level(_ share: Double) -> String {
    Notebook.Table.Value.number((share * 1e6).rounded() / 1e4, digits: nil).shown + " %"
  }
}

/// The class `estimate`.
enum EstimateClass {
  static let entry = LuaClass<EstimateHandle>(
    EstimateHandle.className, "A number with its uncertainty; a cell of a table shows it as 90.42(29).",
    discussion: """
      The digits in parentheses are one standard deviation, in units of the number's last digit: 90.42(29) is 90.42 ± 0.29. \
      lower and upper are an interval of the level, usually 95 %, and some twice as wide. docs/uncertainty.md has the formulas.
      """,
    properties: [
      .init("value", "number", "the number itself", get: { it, _ in it.estimate.value }),
      .init(
        "uncertainty", "number", "one standard deviation of it; nan where it is not known",
        get: { it, _ in it.estimate.uncertainty }),
      .init("lower", "number", "the lower end of the interval", get: { it, _ in it.estimate.lower }),
      .init("upper", "number", "the upper end of the interval", get: { it, _ in it.estimate.upper }),
      .init(
        "half_width", "number", "half of upper − lower",
        get: { it, _ in (it.estimate.upper - it.estimate.lower) / 2 }),
      .init("level", "number", "the level of the interval, 0 to 1", get: { it, _ in it.estimate.level }),
      .init(
        "count", "integer", "images, seeds or pairs behind it; nil for a number that was given",
        get: { it, _ in it.estimate.count }),
      .init(
        "p", "number", "of a difference: the p-value of none; nil where it was not tested",
        get: { it, _ in it.estimate.p }),
    ],
    describe: { $0.text },
    show: { it, _ in
      let p = it.estimate.p.map { ", p = \(PValue.text($0))" } ?? ""
      return [.value(it.estimate.lower.isNaN ? it.text : "\(it.text), \(it.intervalText)\(p)")]
    }
  ).entry
}

/// How p-values are written.
enum PValue {
  /// Two significant digits, such as 0.031 or 4.1e-08.
  static func text(_ p: Double) -> String {
    p < 1e-300 ? "0" : Notebook.Table.Value.number(rounded(p), digits: nil).shown
  }

  private static func rounded(_ p: Double) -> Double { Double(String(format: "%.1e", p)) ?? p }
}
