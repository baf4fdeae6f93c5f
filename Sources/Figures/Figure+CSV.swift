import Support

extension Figure {
  private static let header = [
    "panel", "series", "kind", "name", "x", "y", "lower", "upper", "value", "xerr_lower", "xerr_upper",
    "yerr_lower", "yerr_upper",
  ]

  /// One row per number: panel, series, kind, name (category), x, y, lower, upper, value, and how far error bars
  /// reach.
  public func csv() throws -> String {
    var table = CSV(Figure.header)
    // Which columns are used is known from a few rows, and millions of points need not wait in memory.
    for isDraft in [true, false] {
      for (i, panel) in panels.enumerated() {
        let place = panels.count == 1 ? "" : panel.title.isEmpty ? "\(i + 1)" : panel.title
        for layer in panel.layers {
          let count = isDraft ? layer.typicalRows : layer.rowCount
          for row in 0..<count {
            if row % 4096 == 0 { try Cancellation.check() }
            let fields = [place] + layer.row(row)
            if isDraft { table.use(fields) } else { table.add(fields) }
          }
        }
      }
      if isDraft { table.begin() }
    }
    return table.text
  }
}

extension Layer {
  fileprivate var rowCount: Int {
    switch self {
    case .line(let line): line.x.count
    case .bars(let bars): bars.values.count
    case .band(let band): band.x.count
    case .rule, .note: 1
    case .heatMap(let map): map.values.count
    }
  }

  /// Rows after which no other column is used.
  fileprivate var typicalRows: Int {
    switch self {
    case .line, .band, .heatMap: min(rowCount, 1)
    case .bars, .rule, .note: rowCount
    }
  }

  /// series, kind, name, x, y, lower, upper, value, and four errors, which may be left out.
  fileprivate func row(_ i: Int) -> [String] {
    let series = label ?? ""
    func n(_ v: Double) -> String { CSV.number(v) }
    func reach(_ spread: Spread?) -> [String] {
      spread.map { [n($0.lower[i]), n($0.upper[i])] } ?? ["", ""]
    }
    switch self {
    case .line(let line):
      let kind = line.joined == .straight ? "line" : line.joined == .steps ? "step" : "scatter"
      let point = [series, kind, "", n(line.x[i]), n(line.y[i])]
      guard line.xError != nil || line.yError != nil else { return point }
      return point + ["", "", ""] + reach(line.xError) + reach(line.yError)
    case .bars(let bars):
      return bars.names.isEmpty
        ? [series, "histogram", "", "", n(bars.values[i]), n(bars.left[i]), n(bars.right[i])]
        : [series, "bar", bars.names[i], "", n(bars.values[i]), "", "", "", "", ""] + reach(bars.error)
    case .band(let band):
      return [series, "band", "", n(band.x[i]), "", n(band.lower[i]), n(band.upper[i])]
    case .rule(let rule):
      let value = n(rule.value)
      return [
        series, rule.horizontal ? "hline" : "vline", "", rule.horizontal ? "" : value,
        rule.horizontal ? value : "",
      ]
    case .note(let note): return [series, "note", note.text, n(note.x), n(note.y)]
    case .heatMap(let map):
      let (row, column) = (i / map.columns, i % map.columns)
      let names = map.options
      let x = column < names.columnNames.count ? names.columnNames[column] : "\(column + 1)"
      let y = row < names.rowNames.count ? names.rowNames[row] : "\(row + 1)"
      return [series, "heatmap", "", x, y, "", "", n(map.values[i])]
    }
  }
}
