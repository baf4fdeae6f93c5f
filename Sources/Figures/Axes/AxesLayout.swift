import Foundation

/// Axes measured for a given plot area: marks, margins, legend. Drawn by `AxesPainter`.
struct AxesLayout {
  let axes: Axes
  let style: FigureStyle
  let setter: Typesetter
  // The maps have the room that bars' values need.
  var xMap: AxisMap
  var yMap: AxisMap
  private let plainX: AxisMap
  let plainY: AxisMap
  /// Holds ``twin``, as `Axes` does.
  private var twins: [AxesLayout] = []
  // Tick labels are left out where a neighbouring panel shows the same axis.
  var hidesXLabels = false
  var hidesYLabels = false
  // Axis labels are left out where a neighbouring panel has the same.
  var hidesXTitle = false
  var hidesYTitle = false
  var hidesRightTitle = false
  var legendPlace: LegendOptions.Place
  /// The part of the page for one panel.
  var panel = Size(width: 0, height: 0)

  /// The plot area, inside the frame.
  var area = Rect(x: 0, y: 0, width: 1, height: 1)
  /// What the plot area must at least measure, for everything in it to be shown.
  var needs = Size(width: 0, height: 0)
  /// What the last measuring could not do.
  var obstacle: String?
  var xTicks = Ticks(values: [], labels: [])
  var yTicks = Ticks(values: [], labels: [])
  /// The lines of each label.
  var xLabels: [[TextLayout]] = []
  var yLabels: [[TextLayout]] = []
  var xTurn = Turn.level
  private(set) var titleLines: [TextLayout] = []
  private(set) var xTitle: [TextLayout] = []
  var yTitle: [TextLayout] = []
  private(set) var legend: LegendBox?
  private(set) var colorBar: ColorBar?
  /// What layers stand beyond the plot area with.
  private var beyond = Margins()
  /// True when the numbers at bars are written upwards.
  var valuesUpright = false

  /// How names stand below the x axis.
  enum Turn { case level, slanted, upright }

  /// Space in points that labels need around the plot area.
  struct Margins {
    var left = 0.0
    var top = 0.0
    var right = 0.0
    var bottom = 0.0
  }

  let labelGap = 3.0

  init(_ axes: Axes, style: FigureStyle, setter: Typesetter, xMap: AxisMap, yMap: AxisMap) throws(FigureError)
  {
    self.axes = axes
    legendPlace = axes.legend.place
    self.style = style
    self.setter = setter
    self.xMap = xMap
    self.yMap = yMap
    (plainX, plainY) = (xMap, yMap)
    legend = try LegendBox(axes.united, style: style, setter: setter)
    colorBar = axes.colorScale.map { ColorBar($0) }
  }

  /// The axes that stand at the right of the same frame.
  var twin: AxesLayout? {
    get { twins.first }
    set { twins = newValue.map { [$0] } ?? [] }
  }

  /// Digit height and line height of tick labels.
  var digit: Double { setter.digitHeight * style.fontSize }
  var lineHeight: Double { style.fontSize * 1.2 }

  /// Puts the plot area at the origin; returns the room that the values of bars need.
  mutating func begin(width: Double, height: Double) throws(FigureError) -> ValueRoom {
    area = squared(Rect(x: 0, y: 0, width: max(width, 1), height: max(height, 1)))
    needs = Size(width: 0, height: 0)
    obstacle = nil
    (xMap, yMap) = (plainX, plainY)
    place()
    var room = try valueRoom()
    room.right = try beginTwin()
    return room
  }

  /// Chooses the marks; returns the margins that they then need.
  mutating func measure(room: ValueRoom) throws(FigureError) -> Margins {
    xMap = plainX.extended(before: room.x.before, after: room.x.after)
    yMap = plainY.extended(before: room.y.before, after: room.y.after)
    place()
    try chooseX()
    try chooseY()
    titleLines = try setter.wrapped(axes.title, size: style.titleSize, width: area.width)
    xTitle = try wrappedXTitle()
    yTitle =
      hidesYTitle ? [] : try setter.wrapped(axes.y.label, size: style.labelSize, width: area.height + 6)
    try colorBar?.measure(height: area.height, style: style, setter: setter)
    beyond = Margins()
    for layer in axes.layers { try layer.makeRoom(in: &self) }
    try measureTwin(room: room.right)
    squareNeeds()
    try fitLegend()
    let lift = hasFactor ? style.fontSize * 1.3 + 2 : 3
    legend?.lift = lift
    let aside = (colorBar?.width ?? 0) + twinWidth
    legend?.aside = aside
    return margins(withLegend: true)
  }

  /// Moves the measured plot area to its final place.
  mutating func move(to rect: Rect) {
    area = squared(rect)
    place()
    followWithTwin()
  }

  /// The part of a rectangle in which the cells of a matrix are square.
  private func squared(_ rect: Rect) -> Rect {
    guard let cells = axes.cells, cells.isSquare else { return rect }
    let unit = min(rect.width / cells.shape.width, rect.height / cells.shape.height)
    let (w, h) = (unit * cells.shape.width, unit * cells.shape.height)
    // Square cells suit most maps, but not where they would leave most of the panel empty.
    guard cells.squareCells != nil || w >= panel.width / 2 && h >= panel.height / 2 else { return rect }
    return Rect(x: rect.x + (rect.width - w) / 2, y: rect.y + (rect.height - h) / 2, width: w, height: h)
  }

  /// What square cells need in one direction they need in both.
  private mutating func squareNeeds() {
    guard let cells = axes.cells, cells.isSquare else { return }
    let unit = max(needs.width / cells.shape.width, needs.height / cells.shape.height)
    needs = Size(width: unit * cells.shape.width, height: unit * cells.shape.height)
  }

  mutating func place() {
    (xMap.start, xMap.end) = (area.x, area.right)
    // Rows of a matrix and names of level bars are numbered from the top.
    let downwards = axes.cells != nil || !axes.rowCategories.isEmpty
    (yMap.start, yMap.end) = downwards ? (area.y, area.bottom) : (area.bottom, area.y)
  }

  private func wrappedXTitle() throws(FigureError) -> [TextLayout] {
    guard !hidesXLabels, !hidesXTitle else { return [] }
    var width = area.width + 6
    if let exponent = xTicks.exponent {
      width =
        area.width - style.fontSize - (try setter.line(Ticks.factor(exponent), size: style.fontSize).width)
    }
    return try setter.wrapped(axes.x.label, size: style.labelSize, width: max(width, style.labelSize * 3))
  }

  private mutating func fitLegend() throws(FigureError) {
    guard var box = legend else { return }
    defer { legend = box }
    switch legendPlace {
    case .none: return
    case .above, .below:
      try box.spread(width: area.width, setter: setter)
      needs.width = max(needs.width, min(box.size.width, box.narrowest))
    case .outside:
      box.compact()
      let others = margins(withLegend: false)
      let free = panel.width / 2 - others.left - others.right - 6 - 6.2
      if free < box.narrowest {
        // There is no room for it beside the axes.
        legendPlace = .below
        try box.spread(width: area.width, setter: setter)
      } else {
        try box.stack(width: free, height: .infinity, setter: setter)
        needs.height = max(needs.height, box.size.height)
      }
    default:
      let part = legendPlace == .best ? min(area.width * 0.8, 170) : area.width - 10
      try box.stack(width: part, height: area.height - 10, setter: setter)
      if legendPlace != .best {
        needs.height = max(needs.height, box.size.height + 10)
        needs.width = max(needs.width, box.size.width + 10)
      }
    }
  }

  // MARK: Margins

  /// Widens the margins so that a box near the plot area is on the page.
  mutating func keepFree(_ box: Rect) {
    beyond.left = max(beyond.left, area.x - box.x + 1)
    beyond.right = max(beyond.right, box.right - area.right + 1)
    beyond.top = max(beyond.top, area.y - box.y + 1)
    beyond.bottom = max(beyond.bottom, box.bottom - area.bottom + 1)
  }

  private func margins(withLegend: Bool) -> Margins {
    var m = Margins()
    m.left = yLabelWidth
    if !yTitle.isEmpty {
      m.left += style.labelSize * (0.85 + 1.2 * Double(yTitle.count - 1)) + setter.depth * style.labelSize + 3
    }
    m.bottom = xLabelDepth
    if hasXFooter { m.bottom += style.labelSize * 1.22 * Double(max(xTitle.count, 1)) + 2.5 }
    m.top = digit / 2
    if !titleLines.isEmpty { m.top = max(m.top, style.titleSize * 1.25 * Double(titleLines.count) + 2) }
    if hasFactor {
      m.top = max(m.top, style.fontSize * 1.25) + (axes.title.isEmpty ? 0 : style.fontSize * 1.1)
    }
    if colorBar?.ticks.exponent != nil { m.top = max(m.top, style.fontSize * 1.3 + 3) }
    m.right += twinWidth
    if let colorBar { m.right += colorBar.width }
    if let legend, withLegend {
      if legendPlace == .above { m.top += legend.size.height + 3 }
      if legendPlace == .below { m.bottom += legend.size.height + 5 }
      if legendPlace == .outside { m.right += legend.size.width + 6 }
    }
    m.right = max(m.right, overhang().right, beyond.right)
    m.left = max(m.left, overhang().left, beyond.left)
    (m.top, m.bottom) = (max(m.top, beyond.top), max(m.bottom, beyond.bottom))
    return m
  }

  /// The width of the y labels and of the gap to the frame.
  var yLabelWidth: Double {
    hidesYLabels || yLabels.isEmpty ? 0 : (yLabels.joined().map(\.width).max() ?? 0) + labelGap
  }

  /// True when a power of ten stands above the y axis.
  var hasYFactor: Bool { yTicks.exponent != nil && !hidesYLabels }

  /// The width of the longest line, and the lines of the tallest, of the x labels.
  private var xExtent: (width: Double, lines: Double) {
    (xLabels.joined().map(\.width).max() ?? 0, Double(xLabels.map(\.count).max() ?? 1))
  }

  /// How far the x labels reach above their first baseline.
  var xAscent: Double { max(digit, xLabels.compactMap { $0.first?.ascent }.max() ?? 0) }

  /// The distance from the frame to the bottom of the tick labels.
  var xLabelDepth: Double {
    guard !xLabels.isEmpty, !hidesXLabels else { return 0 }
    switch xTurn {
    case .slanted: return labelGap + (xExtent.width + style.fontSize * 0.6) * 0.7071 + 2
    case .upright: return labelGap + xExtent.width + 2
    case .level:
      let below = max(xLabels.joined().map(\.descent).max() ?? 0, 1)
      return labelGap + xAscent + (xExtent.lines - 1) * lineHeight + below
    }
  }

  /// True where a row stands below the tick labels: the axis label, and the power of ten at its end.
  var hasXFooter: Bool { (!xTitle.isEmpty || xTicks.exponent != nil) && !hidesXLabels }

  /// The distance of that row's baseline from the frame.
  var xFooterBaseline: Double { xLabelDepth + style.labelSize * 0.95 + 1.5 }

  /// The distance at which a legend below the axes begins, from the frame.
  var below: Double {
    xLabelDepth + (hasXFooter ? style.labelSize * 1.22 * Double(max(xTitle.count, 1)) + 2.5 : 0) + 4
  }

  /// How far the outer tick labels stand out at both ends.
  func overhang() -> (left: Double, right: Double) {
    guard !hidesXLabels else { return (0, 0) }
    var (left, right) = (0.0, 0.0)
    for (value, label) in zip(xTicks.values, xLabels) {
      let x = xMap(value)
      let width = label.map(\.width).max() ?? 0
      switch xTurn {
      case .slanted: left = max(left, area.x - (x - width * 0.7071 - 4))
      case .upright:
        left = max(left, area.x - x + lineHeight * Double(label.count) / 2)
        right = max(right, x + lineHeight * Double(label.count) / 2 - area.right)
      case .level:
        left = max(left, area.x - (x - width / 2))
        right = max(right, x + width / 2 - area.right)
      }
    }
    return (left, right)
  }
}
