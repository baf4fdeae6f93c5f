import Foundation

/// The bytes of an XML file while it is written. The same calls give the same bytes.
struct XMLBytes {
  private(set) var bytes: [UInt8] = []

  /// Adds text that is XML already.
  mutating func add(_ markup: String) { bytes += markup.utf8 }

  /// Adds bytes that are XML already.
  mutating func add(_ markup: [UInt8]) { bytes += markup }

  /// Adds text that shows as it is, wherever it comes from.
  mutating func add(text: String) { bytes += XMLBytes.escaped(text).utf8 }

  /// Adds a length, as an attribute.
  mutating func add(_ name: String, _ value: Double) {
    add(" \(name)=\"")
    number(XMLBytes.hundredths(value))
    add("\"")
  }

  /// Adds a number of hundredths in as few characters as it takes.
  mutating func number(_ hundredths: Int) {
    if hundredths < 0 { bytes.append(UInt8(ascii: "-")) }
    let size = Int(hundredths.magnitude)
    let (whole, part) = (size / 100, size % 100)
    if whole > 0 || part == 0 { bytes += String(whole).utf8 }
    guard part > 0 else { return }
    bytes += [UInt8(ascii: "."), UInt8(ascii: "0") + UInt8(part / 10)]
    if part % 10 > 0 { bytes.append(UInt8(ascii: "0") + UInt8(part % 10)) }
  }

  /// Adds a number behind another one.
  mutating func next(_ hundredths: Int) {
    if hundredths >= 0 { bytes.append(UInt8(ascii: " ")) }
    number(hundredths)
  }

  /// A length in hundredths; what is no number is 0.
  static func hundredths(_ value: Double) -> Int {
    value.isFinite ? Int((value.clamped(-1e7, 1e7) * 100).rounded()) : 0
  }

  /// A number with at most three places, as an attribute takes it.
  static func short(_ value: Double) -> String {
    let rounded = ((value.isFinite ? value.clamped(-1e7, 1e7) : 0) * 1000).rounded() / 1000
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
  }

  /// Text between tags or within quotes. Characters that XML has no way to say become �.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Path {
  /// The path in SVG's words. Steps are whole hundredths of a point: from the page's corner, so that no error adds up, or
  /// from the path's first point, so that equal shapes have equal words wherever they stand.
  func words(from corner: Point?) -> [UInt8] {
    var out = XMLBytes()
    var (last, start) = ((x: 0, y: 0), (x: 0, y: 0))
    let base = corner ?? Point(0, 0)
    func place(_ p: Point) -> (x: Int, y: Int) {
      (XMLBytes.hundredths(p.x - base.x), XMLBytes.hundredths(p.y - base.y))
    }
    let (move, line, cubic) = (UInt8(ascii: "m"), UInt8(ascii: "l"), UInt8(ascii: "c"))
    var command: UInt8 = 0
    func step(_ letter: UInt8, _ points: [Point]) {
      // A letter that was the one before is understood, and so is a line after a move.
      let isUnderstood = letter == command || letter == line && command == move
      if !isUnderstood { out.add([letter]) }
      let before = last
      for (i, point) in points.enumerated() {
        last = place(point)
        i == 0 && !isUnderstood ? out.number(last.x - before.x) : out.next(last.x - before.x)
        out.next(last.y - before.y)
      }
      command = letter
    }
    for element in elements {
      switch element {
      case .move(let p):
        command = 0
        step(move, [p])
        start = last
      case .line(let p): step(line, [p])
      case .cubic(let a, let b, let p): step(cubic, [a, b, p])
      case .close:
        out.add("z")
        command = 0
        last = start
      }
    }
    return out.bytes
  }
}
