import Foundation

/// Axes measured for a given plot area: marks, margins, legend. Drawn by `AxesPainter`.
struct AxesLayout {
  let axes: Axes
  let style: FigureStyle
  let setter: Typesetter
  var xMap: AxisMap
  var yMap: AxisMap
  /// Tick labels left out because a neighbouring panel shows the same axis.
  var hidesXLabels = false
  var hidesYLabels = false
  var legendPlace: LegendOptions.Place

  /// The plot area, inside the frame.
  private(set) var area = Rect(x: 0, y: 0, width: 1, height: 1)
  private(set) var xTicks = Ticks(values: [], labels: [])
  private(set) var yTicks = Ticks(values: [], labels: [])
  private(set) var xLabels: [TextLayout] = []
  private(set) var yLabels: [TextLayout] = []
  /// Category names that do not fit side by side are slanted.
  private(set) var slanted = false
  /// At most two lines.
  private(set) var titleLines: [TextLayout] = []
  private(set) var legend: LegendBox?
  private(set) var colorBar: ColorBar?

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
    legend = try LegendBox(axes, style: style, setter: setter)
    colorBar = try ColorBar(axes, style: style, setter: setter)
  }

  /// Digit height and line height of tick labels.
  var digit: Double { setter.digitHeight * style.fontSize }
  var lineHeight: Double { style.fontSize * 1.2 }

  /// Chooses the marks for a plot area of this size; returns the margins it then needs.
  mutating func measure(width: Double, height: Double) throws(FigureError) -> Margins {
    area = Rect(x: 0, y: 0, width: max(width, 1), height: max(height, 1))
    place()
    try chooseX()
    try chooseY()
    titleLines =
      axes.title.isEmpty
      ? [] : try setter.paragraph(axes.title, size: style.titleSize, width: area.width, lines: 2)
    try colorBar?.measure(height: area.height, style: style, setter: setter)
    try legend?.fit(width: area.width, above: legendPlace == .above, style: style, setter: setter)
    let lift = hasYFactor ? style.fontSize * 1.3 + 2 : 3
    legend?.lift = lift
    return margins()
  }

  /// Moves the measured plot area to its final place.
  mutating func move(to rect: Rect) {
    area = rect
    if let map = axes.heatMap, map.options.squareCells ?? map.isNearlySquare {
      let cell = min(rect.width / Double(map.columns), rect.height / Double(map.rows))
      let (w, h) = (cell * Double(map.columns), cell * Double(map.rows))
      area = Rect(x: rect.x + (rect.width - w) / 2, y: rect.y + (rect.height - h) / 2, width: w, height: h)
    }
    place()
  }

  private mutating func place() {
    (xMap.start, xMap.end) = (area.x, area.right)
    // Rows of a heat map are numbered from the top.
    let downwards = axes.layers.contains { if case .heatMap = $0 { true } else { false } }
    (yMap.start, yMap.end) = downwards ? (area.y, area.bottom) : (area.bottom, area.y)
  }

  // MARK: Marks

  private mutating func chooseX() throws(FigureError) {
    slanted = false
    var names = axes.categories
    if let map = axes.heatMap, !map.options.columnNames.isEmpty { names = map.options.columnNames }
    if axes.x.hidden || hidesXLabels && !names.isEmpty {
      (xTicks, xLabels) = (Ticks(values: [], labels: []), [])
      return
    }
    if !names.isEmpty && axes.x.ticks == nil {
      let room = abs(xMap(2) - xMap(1))
      xTicks = Ticks(values: names.indices.map { Double($0 + 1) }, labels: names)
      xLabels = try names.map { name throws(FigureError) in try setter.line(name, size: style.fontSize) }
      if xLabels.contains(where: { $0.width > room - 3 }) {
        slanted = true
        let limit = min(70, area.height * 0.6)
        xLabels = try names.map { name throws(FigureError) in
          try setter.shortened(name, size: style.fontSize, width: limit)
        }
        // Slanted lines of text need about their height side by side.
        let every = max(Int((lineHeight * 0.8 / max(room, 0.01)).rounded(.up)), 1)
        if every > 1 { keepX { $0 % every == 0 } }
      }
      return
    }
    if let values = axes.x.ticks {
      xTicks = explicit(values, axes.x, xMap)
      xLabels = try layouts(xTicks.labels)
      return
    }
    var limit = max(min(axes.x.maximumTicks, 50), 1)
    while true {
      xTicks = automatic(axes.x, xMap, limit: limit)
      xLabels = try layouts(xTicks.labels)
      if limit <= 2 || !crowded() { return }
      limit = max(min(limit, xTicks.values.count) - 1, 1)
    }
  }

  private mutating func keepX(_ keep: (Int) -> Bool) {
    let kept = xTicks.values.indices.filter(keep)
    xTicks = Ticks(values: kept.map { xTicks.values[$0] }, labels: kept.map { xTicks.labels[$0] })
    xLabels = kept.map { xLabels[$0] }
  }

  /// True when two neighbouring labels come closer than the width of a letter.
  private func crowded() -> Bool {
    for i in xLabels.indices.dropFirst() {
      let distance = abs(xMap(xTicks.values[i]) - xMap(xTicks.values[i - 1]))
      if distance < (xLabels[i].width + xLabels[i - 1].width) / 2 + style.fontSize * 0.7 { return true }
    }
    return false
  }

  private mutating func chooseY() throws(FigureError) {
    if axes.y.hidden {
      (yTicks, yLabels) = (Ticks(values: [], labels: []), [])
      return
    }
    if let map = axes.heatMap, !map.options.rowNames.isEmpty {
      let names = map.options.rowNames
      let every = max(Int((lineHeight / max(abs(yMap(2) - yMap(1)), 0.01)).rounded(.up)), 1)
      let kept = names.indices.filter { $0 % every == 0 }
      yTicks = Ticks(values: kept.map { Double($0 + 1) }, labels: kept.map { names[$0] })
      yLabels = try yTicks.labels.map { name throws(FigureError) in
        try setter.shortened(name, size: style.fontSize, width: 90)
      }
      return
    }
    if let values = axes.y.ticks {
      yTicks = explicit(values, axes.y, yMap)
    } else {
      let fitting = Int(area.height / (lineHeight * 1.45)) + 1
      yTicks = automatic(axes.y, yMap, limit: max(min(axes.y.maximumTicks, fitting, 50), 2))
    }
    yLabels = try layouts(yTicks.labels)
  }

  private func automatic(_ options: AxisOptions, _ map: AxisMap, limit: Int) -> Ticks {
    var ticks =
      map.scale == .log
      ? Ticks.logarithmic(map.lower, map.upper, limit: limit)
      : Ticks.linear(
        map.lower, map.upper, limit: limit, integers: options.integers || axes.heatMap != nil,
        exponent: options.exponent)
    if !options.minorTicks || axes.heatMap != nil { ticks.minor = [] }
    return ticks
  }

  private func explicit(_ values: [Double], _ options: AxisOptions, _ map: AxisMap) -> Ticks {
    let shown = values.indices.filter { values[$0].isFinite && map.contains(values[$0]) }
    let labels = options.tickLabels ?? []
    return Ticks(
      values: shown.map { values[$0] },
      labels: shown.map { i in
        if options.tickLabels != nil { return i < labels.count ? labels[i] : "" }
        return CSV.number(values[i]).replacing("-", with: "−")
      })
  }

  private func layouts(_ labels: [String]) throws(FigureError) -> [TextLayout] {
    try labels.map { label throws(FigureError) in try setter.line(label, size: style.fontSize) }
  }

  // MARK: Margins

  private func margins() -> Margins {
    var m = Margins()
    if !yLabels.isEmpty && !hidesYLabels { m.left = (yLabels.map(\.width).max() ?? 0) + labelGap }
    if !axes.y.label.isEmpty && !hidesYLabels {
      m.left += style.labelSize * 0.85 + setter.depth * style.labelSize + 3
    }
    if !xLabels.isEmpty && !hidesXLabels { m.bottom = xLabelDepth }
    if hasXFooter { m.bottom += style.labelSize * 1.22 + 2.5 }
    m.top = digit / 2
    if !titleLines.isEmpty { m.top = max(m.top, style.titleSize * 1.25 * Double(titleLines.count) + 2) }
    if hasYFactor {
      m.top = max(m.top, style.fontSize * 1.25) + (axes.title.isEmpty ? 0 : style.fontSize * 1.1)
    }
    if let legend, legendPlace == .above { m.top += legend.size.height + 3 }
    if let legend, legendPlace == .outside { m.right += legend.size.width + 6 }
    if let colorBar { m.right += colorBar.width }
    m.right = max(m.right, overhang().right)
    m.left = max(m.left, overhang().left)
    return m
  }

  /// True when a power of ten stands above the y axis.
  var hasYFactor: Bool { yTicks.exponent != nil && !hidesYLabels }

  /// From the frame to the bottom of the tick labels.
  private var xLabelDepth: Double {
    if slanted {
      let longest = xLabels.map(\.width).max() ?? 0
      return labelGap + (longest + style.fontSize * 0.6) * 0.7071 + 2
    }
    return labelGap + digit + max(xLabels.map(\.descent).max() ?? 0, 1)
  }

  /// The row below the tick labels: the axis label, and the power of ten at its end.
  var hasXFooter: Bool { (!axes.x.label.isEmpty || xTicks.exponent != nil) && !hidesXLabels }

  /// Baseline of that row, below the frame.
  var xFooterBaseline: Double {
    (xLabels.isEmpty ? 0 : xLabelDepth) + style.labelSize * 0.95 + 1.5
  }

  /// How far the outer tick labels stand out at both ends.
  private func overhang() -> (left: Double, right: Double) {
    guard !hidesXLabels else { return (0, 0) }
    var (left, right) = (0.0, 0.0)
    for (value, label) in zip(xTicks.values, xLabels) {
      let x = xMap(value)
      if slanted {
        left = max(left, area.x - (x - label.width * 0.7071 - 4))
      } else {
        left = max(left, area.x - (x - label.width / 2))
        right = max(right, x + label.width / 2 - area.right)
      }
    }
    return (left, right)
  }
}

extension Axes {
  /// The heat map among the layers.
  var heatMap: Layer.HeatMap? {
    for case .heatMap(let map) in layers { return map }
    return nil
  }
}
