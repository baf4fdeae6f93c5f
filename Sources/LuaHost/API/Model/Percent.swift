import Foundation

/// Shares as scripts see them: in percent.
enum Percent {
  static func of(_ share: Double) -> Double { 100 * share }

  /// Text such as `91.20 %, `; empty where there is no share.
  static func text(_ share: Double?) -> String { share.map { String(format: "%.2f %%, ", 100 * $0) } ?? "" }
}
