/// Fonts, weights and colours that all parts of a figure share. Lengths in points.
public struct FigureStyle: Sendable, Hashable {
  /// The fonts of all texts.
  public var fonts: FontChoice
  /// The font size of tick labels, legend and annotations.
  public var fontSize = 8.0
  /// The font size of axis labels.
  public var labelSize = 9.0
  /// The font size of titles.
  public var titleSize = 9.0
  /// The colours of successive series.
  public var palette: Palette = .okabeIto
  /// The width of lines of data.
  public var lineWidth = 1.25
  /// The diameter of markers.
  public var markerSize = 4.5
  /// The width of frames and tick marks.
  public var axisWidth = 0.5
  /// The width of grid lines.
  public var gridWidth = 0.4
  /// The length of labelled tick marks.
  public var tickLength = 3.0
  /// The length of tick marks without labels.
  public var minorTickLength = 1.6
  /// The colour of texts and frames.
  public var ink = Color.black
  /// The colour of grid lines.
  public var gridColor = Color(0xDEDEDE)
  /// The colour of the page.
  public var background = Color.white
  /// The size of a figure of one row that no other size was asked for; nil: one column, or two for several panels.
  public var size: FigureSize?

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

  func color(_ index: Int) -> Color { palette.colors[index % palette.colors.count] }
}
