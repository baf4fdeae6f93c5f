import Foundation

// Which values are marked, and how their labels stand.
extension AxesLayout {
  mutating func chooseX() throws(FigureError) {
    xTurn = .level
    var names = axes.united.categories
    if let cells = axes.cells, !cells.columnNames.isEmpty { names = cells.columnNames }
    if axes.x.hidden || hidesXLabels && !names.isEmpty {
      (xTicks, xLabels) = (Ticks(values: [], labels: []), [])
      return
    }
    if let values = axes.x.ticks {
      try nameX(explicit(values, axes.x, xMap))
      return
    }
    if !names.isEmpty {
      try nameX(Ticks(values: names.indices.map { Double($0 + 1) }, labels: names))
      return
    }
    var limit = max(min(axes.x.maximumTicks, 50), 1)
    while true {
      xTicks = automatic(axes.x, xMap, limit: limit)
      xLabels = try layouts(xTicks.labels)
      if !crowded() { return }
      if limit <= 1 || xTicks.values.count <= 1 { return }
      limit = max(min(limit, xTicks.values.count) - 1, 1)
    }
  }

  /// Sets names side by side, in lines as narrow as their places; else slanted; else upright.
  private mutating func nameX(_ given: Ticks) throws(FigureError) {
    xTicks = given
    let places = given.values.map { xMap($0) }.sorted()
    let pitch = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? area.width
    func wrapped(_ width: Double) throws(FigureError) -> [[TextLayout]] {
      try given.labels.map { name throws(FigureError) in
        try setter.wrapped(name, size: style.fontSize, width: width)
      }
    }
    // Words stay whole here: a name in pieces is harder to read than one on its side.
    let words = given.labels.flatMap { $0.split(separator: " ") }
    var widest = 0.0
    for word in words { widest = max(widest, try setter.line(String(word), size: style.fontSize).width) }
    if widest <= pitch - 3 {
      xLabels = try wrapped(pitch - 3)
      if xLabels.allSatisfy({ $0.count <= 4 }) { return }
    }
    xLabels = try layouts(given.labels)
    let longest = xLabels.joined().map(\.width).max() ?? 0
    xTurn = .slanted
    let own = axes.y.label.isEmpty ? 30.0 : 42
    if longest <= 90, pitch * 0.7071 >= style.fontSize * 0.95, overhang().left <= own { return }
    xTurn = .upright
    func needed(_ labels: [[TextLayout]]) -> Double {
      (Double(labels.map(\.count).max() ?? 1) - 0.05) * lineHeight
    }
    for width in [130.0, 180, 260] {
      xLabels = try wrapped(width)
      if needed(xLabels) <= pitch { return }
    }
    xLabels = try wrapped(max(longest, 1))
    if longest > 360 { xLabels = try wrapped(360) }
    let need = needed(xLabels)
    guard pitch < need else { return }
    let width = area.width * need / max(pitch, 1e-9)
    if width <= Figure.widest * 0.9 {
      needs.width = max(needs.width, width)
      return
    }
    let every = everyShown(of: given, need: need, pitch: max(pitch, area.width / 1e6), "below the x axis")
    let kept = given.values.indices.filter { $0 % every == 0 }
    xTicks = Ticks(values: kept.map { given.values[$0] }, labels: kept.map { given.labels[$0] })
    xLabels = kept.map { xLabels[$0] }
  }

  /// True when two neighbouring labels come closer than the width of a letter.
  private func crowded() -> Bool {
    for i in xLabels.indices.dropFirst() {
      let distance = abs(xMap(xTicks.values[i]) - xMap(xTicks.values[i - 1]))
      let widths = xLabels[i].map(\.width) + xLabels[i - 1].map(\.width)
      if distance < widths.reduce(0, +) / 2 + style.fontSize * 0.7 { return true }
    }
    return false
  }

  mutating func chooseY() throws(FigureError) {
    if axes.y.hidden {
      (yTicks, yLabels) = (Ticks(values: [], labels: []), [])
      return
    }
    var named: Ticks?
    if let values = axes.y.ticks { named = explicit(values, axes.y, yMap) }
    let names = axes.cells?.rowNames ?? axes.rowCategories
    if !names.isEmpty, named == nil {
      named = Ticks(values: names.indices.map { Double($0 + 1) }, labels: names)
    }
    if let named {
      try nameY(named)
      return
    }
    let fitting = Int(area.height / (lineHeight * 1.45)) + 1
    yTicks = automatic(axes.y, yMap, limit: max(min(axes.y.maximumTicks, fitting, 50), 2))
    yLabels = try layouts(yTicks.labels)
  }

  /// Sets names one below the other, in lines of at most a third of the panel's width.
  private mutating func nameY(_ given: Ticks) throws(FigureError) {
    yTicks = given
    let width = (panel.width * 0.3).clamped(45, 110)
    yLabels = try given.labels.map { name throws(FigureError) in
      try setter.wrapped(name, size: style.fontSize, width: width)
    }
    let places = given.values.map { yMap($0) }.sorted()
    let pitch = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? area.height
    let need = lineHeight * (Double(yLabels.map(\.count).max() ?? 1) - 0.1)
    guard pitch < need else { return }
    let height = area.height * need / max(pitch, 1e-9)
    if height <= Figure.tallest * 0.8 {
      needs.height = max(needs.height, height)
      return
    }
    let every = everyShown(of: given, need: need, pitch: max(pitch, area.height / 1e6), "at the y axis")
    let kept = given.values.indices.filter { $0 % every == 0 }
    yTicks = Ticks(values: kept.map { given.values[$0] }, labels: kept.map { given.labels[$0] })
    yLabels = kept.map { yLabels[$0] }
  }

  /// How many names one is shown of where there is no room for all; says so.
  private mutating func everyShown(of given: Ticks, need: Double, pitch: Double, _ place: String) -> Int {
    let count = given.values.count
    let every = min(Int((need / pitch).rounded(.up)), max(count, 1))
    let shown = every < count ? "every \(every)th is" : "only the first is"
    obstacle = "of \(count) names \(place) \(shown) shown; there is no room for more"
    return every
  }

  private func automatic(_ options: AxisOptions, _ map: AxisMap, limit: Int) -> Ticks {
    let hasCells = axes.cells != nil
    var ticks =
      switch map.scale {
      case .linear:
        Ticks.linear(
          map.lower, map.upper, limit: limit, integers: options.integers || hasCells,
          exponent: options.exponent,
          within: map.breaks.isEmpty ? [] : map.parts.map { $0.lower...$0.upper })
      case .log: Ticks.logarithmic(map.lower, map.upper, limit: limit)
      case .symlog: Ticks.symmetric(map.lower, map.upper, threshold: map.threshold, limit: limit)
      }
    if !options.minorTicks || hasCells { ticks.minor = [] }
    if !map.breaks.isEmpty { ticks.keep(map.contains) }
    options.format?.apply(to: &ticks, onePrefix: map.scale == .linear)
    return ticks
  }

  private func explicit(_ values: [Double], _ options: AxisOptions, _ map: AxisMap) -> Ticks {
    // Marks in one place, to a thousandth of a point, are one mark: the first of them.
    var places: Set<Int> = []
    let shown = values.indices.filter { i in
      guard values[i].isFinite, map.contains(values[i]) else { return false }
      let place = (map(values[i]) * 1000).rounded()
      return !place.isFinite || places.insert(Int(place)).inserted
    }
    let labels = options.tickLabels ?? []
    var ticks = Ticks(
      values: shown.map { values[$0] },
      labels: shown.map { i in
        if options.tickLabels != nil { return i < labels.count ? labels[i] : "" }
        return Ticks.exact(values[i])
      })
    if options.tickLabels == nil { options.format?.apply(to: &ticks, onePrefix: map.scale == .linear) }
    return ticks
  }

  private func layouts(_ labels: [String]) throws(FigureError) -> [[TextLayout]] {
    try labels.map { label throws(FigureError) in [try setter.line(label, size: style.fontSize)] }
  }
}
