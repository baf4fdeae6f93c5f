/// A cycle of colours for successive series.
public enum Palette: String, NamedOption {
  /// Okabe and Ito (2008), safe for the common kinds of colour blindness; the pale yellow comes last.
  case okabeIto = "okabe-ito"
  /// Paul Tol's "bright" scheme.
  case tolBright = "tol-bright"
  /// Black and greys, for print.
  case gray

  public static let optionName = "palette"

  /// The colours in the order in which series take them.
  public var colors: [Color] {
    switch self {
    case .okabeIto:
      [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000, 0xF0E442].map { Color($0) }
    case .tolBright: [0x4477AA, 0xEE6677, 0x228833, 0xCCBB44, 0x66CCEE, 0xAA3377, 0x777777].map { Color($0) }
    case .gray: [0x000000, 0x6E6E6E, 0xA6A6A6, 0x404040, 0x8C8C8C].map { Color($0) }
    }
  }
}
