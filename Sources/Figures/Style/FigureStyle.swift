/// Fonts, weights and colours that all parts of a figure share. Lengths in points.
public struct FigureStyle: Sendable, Hashable {
  public var fonts: FontChoice
  /// Tick labels, legend, annotations.
  public var fontSize = 8.0
  /// Axis labels.
  public var labelSize = 9.0
  public var titleSize = 9.0
  public var palette: Palette = .okabeIto
  public var lineWidth = 1.25
  /// Diameter.
  public var markerSize = 4.5
  public var axisWidth = 0.5
  public var gridWidth = 0.4
  public var tickLength = 3.0
  public var minorTickLength = 1.6
  public var ink = Color.black
  public var gridColor = Color(0xDEDEDE)
  public var background = Color.white

  public init(fonts: FontChoice = .paper) { self.fonts = fonts }

  /// Serif, as in a LaTeX paper.
  public static let paper = FigureStyle()
  /// Sans serif, as on a screen or slides.
  public static let screen: FigureStyle = {
    var style = FigureStyle(fonts: .sans)
    style.fontSize = 7
    style.labelSize = 7.5
    style.titleSize = 8
    return style
  }()

  /// "paper" or "screen".
  public init(named name: String) throws(FigureError) {
    switch Names.folded(name) {
    case "paper": self = .paper
    case "screen": self = .screen
    default: throw Names.unknown("figure style", name, among: ["paper", "screen"])
    }
  }

  func color(_ index: Int) -> Color { palette.colors[index % palette.colors.count] }
}
