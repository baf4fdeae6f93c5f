/// A cycle of colours for successive series.
public enum Palette: String, NamedOption {
  /// Okabe and Ito (2008), safe for the common kinds of colour blindness; the pale yellow comes last.
  case okabeIto = "okabe-ito"
  /// Paul Tol's "bright" scheme.
  case tolBright = "tol-bright"
  /// Paul Tol's "vibrant" scheme.
  case tolVibrant = "tol-vibrant"
  /// Paul Tol's "muted" scheme, for up to nine series.
  case tolMuted = "tol-muted"
  /// Petroff (2021), ten colours found by a search for the most different ones under every kind of colour blindness.
  case petroff
  /// Black and greys, for print.
  case gray

  public static let optionName = "palette"

  public static let aliases: [String: Palette] = [
    "colorblind": .okabeIto, "wong": .okabeIto, "bright": .tolBright, "vibrant": .tolVibrant,
    "muted": .tolMuted,
    "petroff10": .petroff, "grey": .gray, "grayscale": .gray,
  ]

  /// The colours in the order in which series take them.
  public var colors: [Color] {
    switch self {
    case .okabeIto:
      [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000, 0xF0E442].map { Color($0) }
    case .tolBright: [0x4477AA, 0xEE6677, 0x228833, 0xCCBB44, 0x66CCEE, 0xAA3377, 0x777777].map { Color($0) }
    case .tolVibrant:
      [0x0077BB, 0xEE7733, 0x009988, 0xCC3311, 0x33BBEE, 0xEE3377, 0x888888].map { Color($0) }
    case .tolMuted:
      [0x332288, 0xCC6677, 0x117733, 0xDDCC77, 0x88CCEE, 0x882255, 0x44AA99, 0x999933, 0xAA4499].map {
        Color($0)
      }
    case .petroff:
      [
        0x3F90DA, 0xFFA90E, 0xBD1F01, 0x94A4A2, 0x832DB6, 0xA96B59, 0xE76300, 0xB9AC70, 0x717581, 0x92DADD,
      ].map { Color($0) }
    case .gray: [0x000000, 0x6E6E6E, 0xA6A6A6, 0x404040, 0x8C8C8C].map { Color($0) }
    }
  }
}
