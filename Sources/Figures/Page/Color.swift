import Foundation

/// An sRGB colour with opacity.
public struct Color: Sendable, Hashable {
  /// The red part.
  public var red: UInt8
  /// The green part.
  public var green: UInt8
  /// The blue part.
  public var blue: UInt8
  /// The opacity, from 0 transparent to 1 opaque.
  public var alpha: Double

  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: Double = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// A colour given as 0xRRGGBB.
  public init(_ hex: UInt32, alpha: Double = 1) {
    self.init(
      red: UInt8(hex >> 16 & 255), green: UInt8(hex >> 8 & 255), blue: UInt8(hex & 255), alpha: alpha)
  }

  /// A colour given as "#rgb", "#rrggbb", "#rrggbbaa", one of ``names``, a name of CSS or one of Matplotlib; throws
  /// ``FigureError`` for other text.
  public init(named text: String) throws(FigureError) {
    if text.hasPrefix("#") {
      let digits = text.dropFirst()
      let wide = digits.count == 3 ? String(digits.flatMap { [$0, $0] }) : String(digits)
      guard wide.count == 6 || wide.count == 8, wide.allSatisfy(\.isHexDigit),
        let value = UInt32(wide, radix: 16)
      else {
        throw FigureError("colour \"\(text.prefix(20))\" is not of the form #rgb, #rrggbb or #rrggbbaa")
      }
      self = wide.count == 6 ? Color(value) : Color(value >> 8, alpha: Double(value & 255) / 255)
      return
    }
    let wanted = Names.folded(text)
    let others = Color.cssNames + Color.matplotlibNames
    guard
      let found = Color.names.first(where: { $0.name == wanted })
        ?? others.first(where: { $0.name == wanted.filter { $0 != "-" } })
    else { throw Names.unknown("colour", text, among: (Color.names + others).map(\.name)) }
    self = found.color
  }

  /// The colour with another opacity, held within 0…1.
  public func opacity(_ alpha: Double) -> Color {
    var copy = self
    copy.alpha = min(max(alpha, 0), 1)
    return copy
  }

  /// The mixture (1−t)·self + t·other.
  public func mixed(with other: Color, _ t: Double) -> Color {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * t).rounded()) }
    return Color(
      red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue),
      alpha: alpha + (other.alpha - alpha) * t)
  }

  /// Relative luminance (WCAG 2), 0 black … 1 white.
  var luminance: Double {
    func linear(_ v: UInt8) -> Double {
      let c = Double(v) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Black.
  public static let black = Color(0x000000)
  /// White.
  public static let white = Color(0xFFFFFF)
  /// Okabe and Ito's blue.
  public static let blue = Color(0x0072B2)
  /// Okabe and Ito's vermilion.
  public static let orange = Color(0xD55E00)
  /// Okabe and Ito's bluish green.
  public static let green = Color(0x009E73)

  /// The names that ``init(named:)`` knows; the coloured ones are Okabe and Ito's.
  public static let names: [(name: String, color: Color)] = [
    ("black", .black), ("white", .white), ("blue", .blue), ("vermilion", .orange), ("green", .green),
    ("orange", Color(0xE69F00)), ("sky", Color(0x56B4E9)), ("purple", Color(0xCC79A7)),
    ("yellow", Color(0xF0E442)), ("red", Color(0xD0312D)), ("gray", Color(0x808080)),
    ("grey", Color(0x808080)), ("light-gray", Color(0xC8C8C8)), ("dark-gray", Color(0x484848)),
  ]
}
