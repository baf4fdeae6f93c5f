import Support

/// Rectangles: one series of a bar chart or histogram.
struct BarsLayer: PlotLayer {
  // These are the sides, the foot and the top of each bar; of level bars the upper and the lower side, and the left and
  // the right end.
  var left: [Double]
  var right: [Double]
  var foot: [Double] = []
  var top: [Double] = []
  /// The category of each bar; empty for a histogram.
  var names: [String]
  /// What each bar stands for (its height, also where it is stacked).
  var values: [Double]
  var label: String?
  var color: Color?
  var opacity: Double
  var showValues: Bool
  var cycle: Int?
  /// True when the bars stand on those of the series before.
  var isStacked: Bool
  /// True for level bars, whose categories stand at the y axis.
  var isHorizontal = false
  var error: Spread?
  /// How many of the values that were counted into bins no bin took.
  var uncounted = Uncounted()

  /// How many values of a histogram are in no bin.
  struct Uncounted: Sendable {
    var infinite = 0
    var notNumbers = 0
    /// How many are below the first edge or above the last.
    var outside = 0
  }

  var cyclePlace: CyclePlace { color == nil ? .next : .own }

  // MARK: Axes

  func extendX(_ extent: inout Extent) { isHorizontal ? extendValues(&extent) : extendPlaces(&extent) }

  func extendY(_ extent: inout Extent) { isHorizontal ? extendPlaces(&extent) : extendValues(&extent) }

  private func extendPlaces(_ extent: inout Extent) {
    extent.add(left)
    extent.add(right)
    // A twentieth of many categories would be whole categories.
    if !names.isEmpty { extent.mostMargin = 0.25 }
  }

  private func extendValues(_ extent: inout Extent) {
    extent.add(top)
    extent.add(foot)
    for (i, top) in top.enumerated() where top.isFinite {
      if let ends = error?.ends(i, around: top) { extent.add([ends.lower, ends.upper]) }
    }
    extent.sticky.append(0)
  }

  var categories: [String] { isHorizontal ? [] : names }
  var rowCategories: [String] { isHorizontal ? names : [] }

  func count(in leftOut: inout LeftOut) {
    // An empty bin of a histogram is not missed.
    if names.isEmpty {
      leftOut.infinite += values.count { $0.isInfinite } + uncounted.infinite
      leftOut.notNumbers += uncounted.notNumbers
      leftOut.outside += uncounted.outside
    } else {
      if isHorizontal { leftOut.countX(values) } else { leftOut.countY(values) }
    }
  }

  // MARK: Painting

  func fill(_ style: FigureStyle) -> Color {
    let color = color ?? style.color(cycle ?? 0)
    return color.opacity(color.alpha * opacity)
  }

  /// The axis along which the bars reach.
  func valueMap(_ layout: AxesLayout) -> AxisMap { isHorizontal ? layout.xMap : layout.yMap }

  /// The rectangles of bars on the page; nil where a value is missing.
  func boxes(_ layout: AxesLayout) -> [Rect?] {
    let (along, across) = (valueMap(layout), isHorizontal ? layout.yMap : layout.xMap)
    return top.indices.map { i in
      // Bars stand on the lower end of a logarithmic axis.
      let base = foot[i] > 0 || along.scale != .log ? foot[i] : along.lower
      let (from, to) = (along(base), along(top[i]))
      let (first, last) = (across(left[i]), across(right[i]))
      guard from.isFinite, to.isFinite, first.isFinite, last.isFinite else { return nil }
      let (a, b) =
        isHorizontal ? (Point(from, first), Point(to, last)) : (Point(first, from), Point(last, to))
      return Rect(left: min(a.x, b.x), top: min(a.y, b.y), right: max(a.x, b.x), bottom: max(a.y, b.y))
    }
  }

  func paintArea(with painter: AxesPainter, into list: inout DisplayList) throws {
    let color = fill(painter.style)
    // Neighbouring bins and stacked parts are told apart by a thin line of background.
    let isParted = names.isEmpty || painter.layout.axes.stacked || isHorizontal && isStacked
    let boxes = boxes(painter.layout)
    for (i, box) in boxes.enumerated() {
      if i % 4096 == 0 { try Cancellation.check() }
      guard let box, box.height > 0, box.width > 0 else { continue }
      list.fill(Path(box), color)
      let (along, across) = isHorizontal ? (box.width, box.height) : (box.height, box.width)
      if isParted, across > 2, along > 0.8 {
        list.stroke(Path(box), Stroke(painter.style.background, width: 0.4))
      }
    }
    guard error != nil else { return }
    var poles: [(Point, Point)] = []
    var narrowest = 12.0
    for (i, box) in boxes.enumerated() {
      guard let box, let ends = errorEnds(painter.layout, i) else { continue }
      let middle = box.center
      poles.append(
        isHorizontal
          ? (Point(ends.low, middle.y), Point(ends.high, middle.y))
          : (Point(middle.x, ends.low), Point(middle.x, ends.high)))
      narrowest = min(narrowest, isHorizontal ? box.height : box.width)
    }
    try painter.paint(poles, cap: min(narrowest * 0.3, 3), painter.style.ink, into: &list)
  }

  /// Where the error of a bar ends on the page, at the side of the lower and of the higher values.
  func errorEnds(_ layout: AxesLayout, _ i: Int) -> (low: Double, high: Double)? {
    guard let ends = error?.ends(i, around: top[i]) else { return nil }
    let map = valueMap(layout)
    let (low, high) = (map(ends.lower), map(ends.upper))
    guard high.isFinite else { return nil }
    return (low.isFinite ? low : map.start, high)
  }

  // MARK: Legend

  var mark: LegendMark { .patch }
  var isStack: Bool { !isHorizontal && foot.contains { $0 != 0 } }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    list.fill(Path(box.swatch), fill(style))
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    for box in boxes(painter.layout) { if let box { obstacles.add(box, 0.5) } }
    if showValues { for box in try valueBoxes(painter) { obstacles.add(box.rect, 4) } }
  }

  // MARK: Numbers

  var rowCount: Int { values.count }
  /// A category without a name may come before one that has one.
  var typicalRows: Int { rowCount }

  func row(_ i: Int) -> NumbersRow {
    let value = CSV.number(values[i])
    return names.isEmpty
      ? NumbersRow("histogram", y: value, lower: CSV.number(left[i]), upper: CSV.number(right[i]))
      : isHorizontal
        ? NumbersRow("barh", name: names[i], x: value, xError: error?.reach(i))
        : NumbersRow("bar", name: names[i], y: value, yError: error?.reach(i))
  }

  var heldNumbers: Int { 6 * left.count }
}
