import Foundation
import Support

/// How numbers and times are written in reports.
enum NumberText {
  /// The shortest text that reads back as the same number; whole numbers without a point.
  static func shortest(_ value: Double) -> String {
    guard value == value.rounded(), abs(value) < 0x1p53 else { return NumberSpelling.shortest(value) }
    return value == 0 && value.sign == .minus ? "-0" : String(Int(value))
  }

  /// A number as it is shown in a table: with `digits` places after the point; without them, four significant
  /// digits and all before the point, which is what a reader compares. Files keep all digits.
  static func shown(_ value: Double, digits: Int?) -> String {
    guard let digits, value.isFinite else { return brief(value) }
    let places = min(max(digits, 0), 20)
    // Fixed notation of larger numbers prints digits that they do not have.
    guard abs(value) < 1e15 else { return shortest(value) }
    return String(format: "%.\(places)f", value)
  }

  private static func brief(_ value: Double) -> String {
    let exact = shortest(value)
    guard value.isFinite, value != value.rounded() || abs(value) >= 0x1p53 else { return exact }
    let text = String(format: abs(value) >= 1000 && abs(value) < 1e15 ? "%.0f" : "%.4g", value)
    return text.utf8.count < exact.utf8.count ? text : exact
  }

  /// A wall-clock time: "8 ms", "1.24 s", "2 min 05 s", "1 h 02 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 0.0005 { return "<1 ms" }
    if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 9.995 { return String(format: "%.2f s", seconds) }
    if seconds < 59.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(min(seconds, 1e12).rounded())
    return whole < 3600
      ? String(format: "%d min %02d s", whole / 60, whole % 60)
      : String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
  }

  /// An amount of memory, such as "2.0 GiB".
  static func bytes(_ count: UInt64) -> String {
    var value = Double(count)
    for unit in ["B", "KiB", "MiB"] {
      if value < 1024 { return unit == "B" ? "\(count) B" : String(format: "%.1f %@", value, unit) }
      value /= 1024
    }
    return String(format: "%.1f GiB", value)
  }
}
