import Foundation

/// Sizes of memory as people write them.
public enum MemoryText {
  /// A size such as `512 kB`, `64.0 MB`, `13.2 GB` or `4000 GB`, in powers of 1000.
  public static func size(_ bytes: Int) -> String { size(Double(bytes)) }

  /// The same for numbers that may be beyond `Int`.
  public static func size(_ bytes: Double) -> String {
    if bytes < 1e6 { return String(format: "%.0f kB", (bytes / 1e3).rounded(.up)) }
    let (value, unit) = bytes < 1e9 ? (bytes / 1e6, "MB") : (bytes / 1e9, "GB")
    return String(format: value < 100 ? "%.1f %@" : "%.0f %@", value, unit)
  }

  private static let units: [(names: [String], bytes: Double)] = [
    (["k", "kb"], 1e3), (["m", "mb"], 1e6), (["g", "gb"], 1e9), (["t", "tb"], 1e12),
    (["kib"], 0x1p10), (["mib"], 0x1p20), (["gib"], 0x1p30), (["tib"], 0x1p40), (["", "b"], 1),
  ]

  /// Reads `8G`, `1.5 GB`, `512MiB` or a number of bytes; nil where it is none, or beyond 2⁶² bytes.
  public static func parse(_ text: String) -> Int? {
    let trimmed = text.trimmingCharacters(in: .whitespaces).lowercased()
    let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = trimmed.dropFirst(digits.count).trimmingCharacters(in: .whitespaces)
    guard let number = Double(digits), number.isFinite,
      let factor = units.first(where: { $0.names.contains(unit) })?.bytes
    else { return nil }
    let bytes = number * factor
    return bytes >= 0 && bytes <= 0x1p62 ? Int(clamping: bytes) : nil
  }
}
