import Figures
import GlanceFocus
import LuaHost
import Reports
import Support
import Sweeps

/// The results of a sweep as figures: means over repetitions with intervals of 95 %.
struct SweepFigures {
  /// Runs in groups, of which those of one group are repetitions.
  let groups: [RunGroup]

  /// More lines in one figure cannot be told apart.
  private static let mostLines = 8
  /// More bars would not have room for their names.
  private static let mostBars = 24

  // MARK: Results against a parameter

  /// A result against the parameter that takes most numbers, a line for each combination of the others; without such a
  /// parameter, a bar for each group. Nil where there is nothing to compare.
  func result(_ name: String) throws -> Notebook.Picture? {
    let known = groups.filter { $0.values(name).contains(where: \.isFinite) }
    guard known.count > 1 else { return nil }
    guard let axis = numericParameter(known) else { return try bars(name, known) }
    var lines: [(label: String, points: [(x: Double, mean: Estimate)])] = []
    for group in known {
      guard let x = group.parameters.first(where: { $0.name == axis })?.value.asNumber else { continue }
      let others = RunGroup(
        parameters: group.parameters.filter { $0.name != axis && varies($0.name) }, records: [])
      let label = others.parameters.isEmpty ? "" : others.label
      let mean = try Means.student(group.values(name).filter(\.isFinite))
      if let place = lines.firstIndex(where: { $0.label == label }) {
        lines[place].points.append((x, mean))
      } else {
        lines.append((label, [(x, mean)]))
      }
    }
    var figure = Figure()
    figure.axes.x.label = axis
    figure.axes.y.label = name
    // Rates are tried in powers.
    let places = lines.flatMap { $0.points.map(\.x) }
    if let least = places.min(), let most = places.max(), least > 0, most / least >= 50 {
      figure.axes.x.scale = .log
    }
    for line in lines.prefix(Self.mostLines) {
      let points = line.points.sorted { $0.x < $1.x }
      try draw(
        points.map(\.x), points.map(\.mean), label: line.label.isEmpty ? nil : line.label,
        isMarked: true, in: &figure)
    }
    return try picture(
      figure, "result-\(name)",
      "\(name) against \(axis): means with intervals of 95 %" + Self.rest(lines.count))
  }

  private func bars(_ name: String, _ known: [RunGroup]) throws -> Notebook.Picture? {
    let shown = known.prefix(Self.mostBars)
    let means = try shown.map { try Means.student($0.values(name).filter(\.isFinite)) }
    var figure = Figure(size: shown.count > 6 ? .twoColumns : .oneColumn)
    figure.axes.y.label = name
    let labels = shown.map { group in
      RunGroup(parameters: group.parameters.filter { varies($0.name) }, records: []).label
    }
    let reach = means.map { $0.upper.isFinite ? $0.upper - $0.value : 0 }
    try figure.bar(categories: labels, series: [Series(nil, means.map(\.value), error: Spread(reach))])
    return try picture(
      figure, "result-\(name)",
      "\(name): means with intervals of 95 %"
        + (known.count > shown.count ? "; the first \(shown.count) of \(known.count)" : ""))
  }

  /// The parameter with most different values, all of them numbers; nil where none has several.
  private func numericParameter(_ groups: [RunGroup]) -> String? {
    var values: [String: Set<Double>] = [:]
    var order: [String] = []
    var others: Set<String> = []
    for parameter in groups.flatMap(\.parameters) {
      guard let number = parameter.value.asNumber, number.isFinite else {
        others.insert(parameter.name)
        continue
      }
      if values[parameter.name] == nil { order.append(parameter.name) }
      values[parameter.name, default: []].insert(number)
    }
    let candidates = order.filter { !others.contains($0) && (values[$0]?.count ?? 0) > 1 }
    return candidates.max { (values[$0]?.count ?? 0, $1) < (values[$1]?.count ?? 0, $0) }
  }

  private func varies(_ name: String) -> Bool {
    Set(groups.map { $0.parameters.first { $0.name == name }?.value.compact ?? "" }).count > 1
  }

  // MARK: Trainings

  /// How numbers of the trainings went on, line by line of `metrics.jsonl`, a curve for each group.
  func trainings(most: Int) throws -> [Notebook.Picture] {
    var names: [String] = []
    var curves: [[[MetricCurve]]] = []
    for group in groups.prefix(Self.mostLines) {
      let ofGroup = try group.records.compactMap { try $0.metricsPath.map(MetricCurve.curves) }
      for name in ofGroup.joined().map(\.name) where !names.contains(name) { names.append(name) }
      curves.append(ofGroup)
    }
    return try names.prefix(most).compactMap { name in
      var figure = Figure()
      figure.axes.x.label = "epoch"
      figure.axes.x.integers = true
      figure.axes.y.label = name
      var hasLines = false
      for (group, runs) in zip(groups, curves) {
        let values = runs.compactMap { $0.first { $0.name == name }?.values }
        let length = values.map(\.count).max() ?? 0
        guard length > 1 else { continue }
        let means = try (0..<length).map { line -> Estimate in
          let known = values.compactMap { line < $0.count && $0[line].isFinite ? $0[line] : nil }
          return known.isEmpty
            ? Estimate(value: .nan, uncertainty: .nan, lower: .nan, upper: .nan, level: 0.95)
            : try Means.student(known)
        }
        try draw(
          (1...length).map(Double.init), means, label: groups.count > 1 ? group.label : nil, isMarked: false,
          in: &figure)
        hasLines = true
      }
      guard hasLines else { return nil }
      return try picture(
        figure, "training-\(name)",
        "\(name) by epoch: means of the runs with intervals of 95 %" + Self.rest(groups.count))
    }
  }

  // MARK: Drawing

  private static func rest(_ lines: Int) -> String {
    lines > mostLines ? "; the first \(mostLines) of \(lines)" : ""
  }

  private func draw(
    _ x: [Double], _ means: [Estimate], label: String?, isMarked: Bool, in figure: inout Figure
  ) throws {
    let style = isMarked ? LineStyle(marker: .circle) : LineStyle()
    try figure.line(x: x, y: means.map(\.value), label: label, style: style)
    // One run has no interval.
    guard means.contains(where: { $0.lower.isFinite }) else { return }
    try figure.band(
      x: x, lower: means.map { $0.lower.isFinite ? $0.lower : $0.value },
      upper: means.map { $0.upper.isFinite ? $0.upper : $0.value })
  }

  private func picture(_ figure: Figure, _ name: String, _ caption: String) throws -> Notebook.Picture {
    let list = try figure.displayList()
    let files = try PictureFormat.kept.map { format in
      Notebook.Picture.File(
        ending: format.ending, mediaType: format.mediaType, content: try format.render(list, 200))
    }
    return Notebook.Picture(
      name: name, caption: caption, files: files, width: list.size.width, height: list.size.height,
      csv: try figure.csv(), words: list.spoken)
  }
}
