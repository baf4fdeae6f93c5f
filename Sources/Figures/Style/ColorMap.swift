/// Colours for a range of values, given by equally spaced stops.
public enum ColorMap: String, NamedOption {
  case viridis, magma, inferno, plasma
  /// Nearly the same for readers with and without red–green blindness.
  case cividis
  case blues, greens, oranges, reds, grays
  /// Blue – white – red, for values around a middle.
  case diverging

  /// Orange – white – violet, for values around a middle; told apart under every kind of colour blindness.
  case orangeViolet = "orange-violet"

  public static let optionName = "colour map"

  /// Matplotlib's names; case does not matter.
  public static let aliases: [String: ColorMap] = [
    "gray": .grays, "greys": .grays, "grey": .grays, "rdbu-r": .diverging, "coolwarm": .diverging,
    "puor": .orangeViolet,
  ]

  private var stops: [UInt32] {
    switch self {
    case .viridis:
      [
        0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B, 0xFDE725,
      ]
    case .magma:
      [
        0x000004, 0x180F3D, 0x440F76, 0x721F81, 0x9E2F7F, 0xCD4071, 0xF1605D, 0xFD9668, 0xFECA8D, 0xFCFDBF,
      ]
    case .inferno:
      [
        0x000004, 0x1B0C41, 0x4A0C6B, 0x781C6D, 0xA52C60, 0xCF4446, 0xED6925, 0xFB9B06, 0xF7D13D, 0xFCFFA4,
      ]
    case .plasma:
      [
        0x0D0887, 0x46039F, 0x7201A8, 0x9C179E, 0xBD3786, 0xD8576B, 0xED7953, 0xFB9F3A, 0xFDCA26, 0xF0F921,
      ]
    case .cividis:
      [
        0x00224E, 0x123570, 0x3B496C, 0x575D6D, 0x707173, 0x8A8678, 0xA59C74, 0xC3B369, 0xE1CC55, 0xFEE838,
      ]
    case .greens:
      [0xF7FCF5, 0xE5F5E0, 0xC7E9C0, 0xA1D99B, 0x74C476, 0x41AB5D, 0x238B45, 0x006D2C, 0x00441B]
    case .oranges:
      [0xFFF5EB, 0xFEE6CE, 0xFDD0A2, 0xFDAE6B, 0xFD8D3C, 0xF16913, 0xD94801, 0xA63603, 0x7F2704]
    case .reds:
      [0xFFF5F0, 0xFEE0D2, 0xFCBBA1, 0xFC9272, 0xFB6A4A, 0xEF3B2C, 0xCB181D, 0xA50F15, 0x67000D]
    case .orangeViolet:
      [
        0x7F3B08, 0xB35806, 0xE08214, 0xFDB863, 0xFEE0B6, 0xF7F7F7, 0xD8DAEB, 0xB2ABD2, 0x8073AC, 0x542788,
        0x2D004B,
      ]
    case .blues: [0xF7FBFF, 0xDEEBF7, 0xC6DBEF, 0x9ECAE1, 0x6BAED6, 0x4292C6, 0x2171B5, 0x08519C, 0x08306B]
    case .grays: [0xFFFFFF, 0x000000]
    case .diverging:
      [
        0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B,
        0x67001F,
      ]
    }
  }

  /// The colour at `t`, 0…1.
  public func color(_ t: Double) -> Color {
    let stops = stops
    let place = min(max(t.isNaN ? 0 : t, 0), 1) * Double(stops.count - 1)
    let i = min(Int(place), stops.count - 2)
    return Color(stops[i]).mixed(with: Color(stops[i + 1]), place - Double(i))
  }
}
