/// What the reader of a figure should be told, gathered while it is laid out.
final class Remarks {
  private var lines: [String] = []
  private var scalars: [Unicode.Scalar] = []

  /// Adds a remark that was not made yet.
  func note(_ line: String) {
    if !lines.contains(line) { lines.append(line) }
  }

  func missing(_ found: [Unicode.Scalar]) {
    for scalar in found where !scalars.contains(scalar) && scalars.count < 1000 { scalars.append(scalar) }
  }

  /// All remarks, one line each.
  var all: [String] {
    guard !scalars.isEmpty else { return lines }
    let named = scalars.prefix(12).map { scalar in
      "\(scalar) (U+\(String(scalar.value, radix: 16, uppercase: true)))"
    }
    let more = scalars.count > 12 ? " and \(scalars.count - 12) more" : ""
    let packages = Set(scalars.map(Remarks.package)).sorted().joined(separator: " ")
    return lines + [
      "no installed font has \(named.joined(separator: ", "))\(more); \u{FFFD} stands for what is missing "
        + "(on Debian: apt-get install \(packages))"
    ]
  }

  /// The Debian package whose fonts have most characters of this kind.
  private static func package(for scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x1100...0x11FF, 0x2E80...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF,
      0xFE30...0xFE4F, 0xFF00...0xFFEF, 0x20000...0x3FFFF:
      "fonts-noto-cjk"
    case 0x2190...0x2BFF, 0x1F000...0x1FAFF, 0x1D400...0x1D7FF: "fonts-symbola"
    default: "fonts-noto-core"
    }
  }
}
