/// Colours for a range of values, given by equally spaced stops.
public enum ColorMap: String, NamedOption {
  case viridis, magma, blues, grays
  /// Blue – white – red, for values around a middle.
  case diverging

  public static let optionName = "colour map"

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
