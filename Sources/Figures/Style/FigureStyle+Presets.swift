/// Whether a figure is dark ink on a light page or the other way round.
public enum FigureTheme: String, NamedOption {
  case light, dark
  public static let optionName = "theme"
}

extension FigureStyle {
  /// As ``paper``, as wide as both columns of a page.
  public static let paperTwoColumns: FigureStyle = {
    var style = FigureStyle.paper
    style.size = .twoColumns
    return style
  }()

  /// Sans serif and large, for half of a slide that is 13.3 in wide, read from the last row.
  public static let slides: FigureStyle = {
    var style = FigureStyle(fonts: .sans)
    (style.fontSize, style.labelSize, style.titleSize) = (15, 17, 18)
    (style.lineWidth, style.markerSize) = (2.6, 8.5)
    (style.axisWidth, style.gridWidth) = (1, 0.8)
    (style.tickLength, style.minorTickLength) = (5.5, 3)
    style.size = .inches(8, 5)
    return style
  }()

  /// Sans serif, for a page in a browser: 640 × 400 of its pixels.
  public static let web: FigureStyle = {
    var style = FigureStyle(fonts: .sans)
    (style.fontSize, style.labelSize, style.titleSize) = (9, 10, 11)
    (style.lineWidth, style.markerSize) = (1.75, 5.5)
    (style.axisWidth, style.gridWidth) = (0.75, 0.6)
    (style.tickLength, style.minorTickLength) = (3.75, 2)
    style.size = .points(width: 480, height: 300)
    return style
  }()

  /// The styles by name.
  public static let presets: [(name: String, style: FigureStyle)] = [
    ("paper", .paper), ("paper2", .paperTwoColumns), ("screen", .screen), ("slides", .slides), ("web", .web),
  ]

  /// The style with light ink on a dark page: the colours of a report that is read in dark mode.
  ///
  /// Colours of series stay: all palettes are seen on both.
  public var dark: FigureStyle {
    var style = self
    (style.ink, style.gridColor, style.background) = (Color(0xDDE2E7), Color(0x323A42), Color(0x14181C))
    return style
  }

  /// The style of that name; throws ``FigureError`` for other names.
  public init(named name: String) throws(FigureError) {
    let wanted = Names.folded(name)
    guard let preset = Self.presets.first(where: { $0.name == wanted }) else {
      throw Names.unknown("figure style", name, among: Self.presets.map(\.name))
    }
    self = preset.style
  }
}
