import Foundation
import Support

/// Distributions over named categories, one series of them: boxes or violins.
struct DistributionLayer: PlotLayer {
  let form: DistributionForm
  let names: [String]
  /// The values of each category.
  let values: [[Double]]
  let label: String?
  let color: Color?
  let isHorizontal: Bool
  let showsMean: Bool
  /// The middle of each category's place, counted from its number, and half the width of what is drawn.
  let offset: Double
  let half: Double
  var cycle: Int?
  private let distributions: [Distribution?]

  init(
    _ form: DistributionForm, _ names: [String], _ series: DistributionSeries, options: DistributionOptions,
    offset: Double, half: Double
  ) {
    (self.form, self.names, self.offset, self.half) = (form, names, offset, half)
    (values, label, color) = (series.values, series.label, series.color)
    (isHorizontal, showsMean) = (options.isHorizontal, options.showsMean)
    distributions = series.values.map { Distribution($0) }
  }

  var cyclePlace: CyclePlace { color == nil ? .next : .own }

  // MARK: Axes

  func extendX(_ extent: inout Extent) { isHorizontal ? extendValues(&extent) : extendPlaces(&extent) }
  func extendY(_ extent: inout Extent) { isHorizontal ? extendPlaces(&extent) : extendValues(&extent) }

  private func extendPlaces(_ extent: inout Extent) { extent.add([0.5, Double(names.count) + 0.5]) }

  private func extendValues(_ extent: inout Extent) {
    for one in values { extent.add(one) }
  }

  var categories: [String] { isHorizontal ? [] : names }
  var rowCategories: [String] { isHorizontal ? names : [] }

  func count(in leftOut: inout LeftOut) {
    for one in values {
      if isHorizontal { leftOut.countX(one) } else { leftOut.countY(one) }
      leftOut.notNumbers += one.count { $0.isNaN }
    }
  }

  // MARK: Places

  /// The axis along which the values lie.
  private func map(_ layout: AxesLayout) -> AxisMap { isHorizontal ? layout.xMap : layout.yMap }

  /// The middle and half the width of one category on the page.
  private func place(_ i: Int, _ layout: AxesLayout) -> (middle: Double, half: Double) {
    let across = isHorizontal ? layout.yMap : layout.xMap
    let center = Double(i + 1) + offset
    return (across(center), abs(across(center + half) - across(center)))
  }

  private func point(_ along: Double, _ across: Double) -> Point {
    isHorizontal ? Point(along, across) : Point(across, along)
  }

  private func line(_ a: (Double, Double), _ b: (Double, Double)) -> Path {
    Path([point(a.0, a.1), point(b.0, b.1)])
  }

  private func box(_ from: Double, _ to: Double, _ middle: Double, _ half: Double) -> Rect {
    let (a, b) = (point(from, middle - half), point(to, middle + half))
    return Rect(left: min(a.x, b.x), top: min(a.y, b.y), right: max(a.x, b.x), bottom: max(a.y, b.y))
  }

  // MARK: Painting

  private func ink(_ style: FigureStyle) -> Color { color ?? style.color(cycle ?? 0) }
  private func fill(_ style: FigureStyle) -> Color { ink(style).mixed(with: style.background, 0.6) }
  private func edge(_ style: FigureStyle) -> Color { ink(style).mixed(with: style.ink, 0.35) }

  func paintArea(with painter: AxesPainter, into list: inout DisplayList) throws {
    guard form == .violin else { return }
    for (i, one) in distributions.enumerated() {
      try Cancellation.check()
      guard let one else { continue }
      let map = map(painter.layout)
      let (middle, half) = place(i, painter.layout)
      let places = one.sorted.map { map($0) }.filter(\.isFinite)
      let outline = Distribution.density(places, count: 101)
      guard outline.count > 1 else { continue }
      let path = Path(
        outline.map { point($0.place, middle - half * $0.density) }
          + outline.reversed().map { point($0.place, middle + half * $0.density) }, closed: true)
      list.fill(path, fill(painter.style))
      list.stroke(path, Stroke(edge(painter.style), width: 0.7))
    }
  }

  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {
    list.clip(to: painter.inside)
    for (i, one) in distributions.enumerated() {
      try Cancellation.check()
      guard let one else { continue }
      form == .box ? paintBox(one, i, painter, &list) : paintCore(one, i, painter, &list)
    }
    list.endClip()
    try paintPoints(with: painter, into: &list)
  }

  private func paintBox(_ one: Distribution, _ i: Int, _ painter: AxesPainter, _ list: inout DisplayList) {
    let (map, style) = (map(painter.layout), painter.style)
    let (middle, half) = place(i, painter.layout)
    let stroke = Stroke(edge(style), width: 0.9)
    /// What an axis cannot show reaches to its lower end, as a whisker below 0 on a logarithmic axis does.
    func held(_ value: Double) -> Double { map(value).isFinite ? map(value) : map.start }
    for (from, to) in [(one.lowerWhisker, one.lowerQuartile), (one.upperWhisker, one.upperQuartile)] {
      list.stroke(line((held(from), middle), (held(to), middle)), stroke)
      list.stroke(line((held(from), middle - half * 0.5), (held(from), middle + half * 0.5)), stroke)
    }
    let body = box(held(one.lowerQuartile), held(one.upperQuartile), middle, half)
    list.fill(Path(body), fill(style))
    list.stroke(Path(body), stroke)
    list.stroke(
      line((held(one.median), middle - half), (held(one.median), middle + half)),
      Stroke(edge(style), width: 1.6))
  }

  /// The quartiles and the median within a violin.
  private func paintCore(_ one: Distribution, _ i: Int, _ painter: AxesPainter, _ list: inout DisplayList) {
    let (map, style) = (map(painter.layout), painter.style)
    let middle = place(i, painter.layout).middle
    let (low, high, median) = (map(one.lowerQuartile), map(one.upperQuartile), map(one.median))
    guard low.isFinite, high.isFinite, median.isFinite else { return }
    list.stroke(line((low, middle), (high, middle)), Stroke(edge(style), width: 3))
    list.fill(Path.circle(point(median, middle), radius: 1.3), style.background)
  }

  /// The values beyond the whiskers of boxes, and the means.
  private func paintPoints(with painter: AxesPainter, into list: inout DisplayList) throws {
    let (map, style) = (map(painter.layout), painter.style)
    let size = style.markerSize * 0.7
    var crowd = Crowd(painter.area, cell: max(size / 4, 0.3), most: 1)
    for (i, one) in distributions.enumerated() {
      guard let one else { continue }
      let middle = place(i, painter.layout).middle
      for (j, value) in (form == .box ? one.outliers : []).enumerated() where map.contains(value) {
        if j % 4096 == 0 { try Cancellation.check() }
        let p = point(map(value), middle)
        guard one.outliers.count <= 1000 || crowd.takes(p) else { continue }
        list.stroke(Path.circle(p, radius: size / 2), Stroke(edge(style), width: 0.7))
      }
      if showsMean, map.contains(one.mean) {
        Marker.diamond.draw(
          at: point(map(one.mean), middle), size: style.markerSize * 0.8, color: style.background,
          edge: edge(style), into: &list)
      }
    }
  }

  // MARK: Legend

  var mark: LegendMark { .patch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    list.fill(Path(box.swatch), fill(style))
    list.stroke(Path(box.swatch), Stroke(edge(style), width: 0.7))
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    let map = map(painter.layout)
    for (i, one) in distributions.enumerated() {
      guard let one, let first = one.sorted.first, let last = one.sorted.last else { continue }
      let (middle, half) = place(i, painter.layout)
      func held(_ value: Double) -> Double { map(value).isFinite ? map(value) : map.start }
      let (low, high) = form == .box ? (one.lowerWhisker, one.upperWhisker) : (first, last)
      obstacles.add(box(held(low), held(high), middle, half), 0.5)
      for value in one.outliers.prefix(10_000) { obstacles.add(point(held(value), middle), 12) }
    }
  }

  // MARK: Numbers

  var rowCount: Int { values.reduce(0) { $0 + $1.count } }
  /// A category without a name may come before one that has one.
  var typicalRows: Int { rowCount }

  func row(_ i: Int) -> NumbersRow {
    var (rest, category) = (i, 0)
    while category < values.count - 1, rest >= values[category].count {
      rest -= values[category].count
      category += 1
    }
    let value = CSV.number(values[category][rest])
    return NumbersRow(
      form.rawValue, name: names[category], x: isHorizontal ? value : "", y: isHorizontal ? "" : value)
  }

  var heldNumbers: Int { 2 * rowCount }
}
