import Support

/// One or more axes in a grid.
///
/// Everything that was asked for is shown: a figure whose labels and legends would leave less than half of it to its
/// axes becomes higher, and wider where that does not help.
public struct Figure: Drawing {
  /// The size that is asked for; the page becomes larger where not all would be shown.
  public var size: FigureSize
  /// Fonts, weights and colours.
  public var style: FigureStyle
  /// The text above all axes; empty for none.
  public var title = ""
  /// The number of rows of axes.
  public let rows: Int
  /// The number of columns of axes.
  public let columns: Int
  /// The axes, row by row from the top left.
  public var panels: [Axes]
  /// Gives all panels the same limits along x; inner tick labels are left out.
  public var sharesX = false
  /// Gives all panels the same limits along y; inner tick labels are left out.
  public var sharesY = false
  /// Draws one legend above all axes, with every label once, instead of one in each. Colours go on from panel
  /// to panel.
  public var sharesLegend = false
  /// True when the size was asked for: that it is another one is then told.
  public var isSizeAsked = false

  /// The largest page in points.
  static let widest = 2160.0
  static let tallest = 2880.0

  /// A figure with one pair of axes; without a size it has the style's, else one column.
  public init(size: FigureSize? = nil, style: FigureStyle = .paper) {
    self.size = size ?? style.size ?? .oneColumn
    self.style = style
    rows = 1
    columns = 1
    panels = [Axes()]
  }

  /// A figure with a grid of axes; without a size it has the style's, else two columns. Throws ``FigureError`` unless there are 1 to 30 rows and columns.
  public init(
    rows: Int, columns: Int, size: FigureSize? = nil, style: FigureStyle = .paper
  ) throws(FigureError) {
    guard (1...30).contains(rows), (1...30).contains(columns) else {
      throw FigureError("a figure has 1 to 30 rows and columns of axes, not \(rows)×\(columns)")
    }
    self.size = size ?? style.size ?? .twoColumns
    self.style = style
    self.rows = rows
    self.columns = columns
    panels = Array(repeating: Axes(), count: rows * columns)
  }

  /// The axes of a figure that has one pair, or the first of a grid.
  public var axes: Axes {
    get { panels[0] }
    set { panels[0] = newValue }
  }

  /// What is drawn.
  ///
  /// Throws ``FigureError`` for data and options that cannot be drawn and for fonts that cannot be used,
  /// `Interrupted` when a stop was asked for.
  public func displayList() throws -> DisplayList {
    let remarks = Remarks()
    let setter = try Typesetter(style.fonts, remarks: remarks)
    let plan = try FigurePlan(self, setter: setter)
    var list = DisplayList(size: plan.page, background: style.background)
    let titleSize = FigurePlan.titleSize(style)
    for (i, line) in plan.titleLines.enumerated() {
      line.draw(
        at: Point((plan.page.width - line.width) / 2, titleSize * (1 + 1.25 * Double(i))), color: style.ink,
        into: &list)
    }
    plan.legend?.draw(style: style, into: &list)
    for layout in plan.layouts {
      try Cancellation.check()
      try AxesPainter(layout: layout).draw(into: &list)
    }
    plan.note(to: remarks)
    list.title = TextLayout.plain(panels.count > 1 ? title : axes.title)
    list.words = try words()
    list.remarks = remarks.all
    return list
  }

  /// Where the legend of each panel goes; nil for one without.
  package func legendBoxes() throws -> [Rect?] {
    try FigurePlan(self, setter: Typesetter(style.fonts)).layouts.map {
      try AxesPainter(layout: $0).placedLegend()?.box
    }
  }

  /// The plot area of each panel.
  package func plotAreas() throws -> [Rect] {
    try FigurePlan(self, setter: Typesetter(style.fonts)).layouts.map(\.area)
  }

  /// The panels with colours and line styles that go on from one to the next where they share a legend.
  var shownPanels: [Axes] {
    guard sharesLegend else { return panels.map(\.continued) }
    var next = 0
    var known: [String: Int] = [:]
    return panels.map { $0.recycled(next: &next, known: &known) }
  }
}
