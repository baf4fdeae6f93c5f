extension Figure {
  /// One row per number: panel, series, kind, name (category), x, y, lower, upper, value.
  public func csv() -> String {
    var rows: [[String]] = []
    for (i, panel) in panels.enumerated() {
      let place = panels.count == 1 ? "" : panel.title.isEmpty ? "\(i + 1)" : panel.title
      for layer in panel.layers { rows += layer.rows.map { [place] + $0 } }
    }
    return CSV.text(
      header: ["panel", "series", "kind", "name", "x", "y", "lower", "upper", "value"], rows: rows)
  }
}

extension Layer {
  /// series, kind, name, x, y, lower, upper, value.
  fileprivate var rows: [[String]] {
    let series = label ?? ""
    func n(_ v: Double) -> String { CSV.number(v) }
    switch self {
    case .line(let line):
      let kind = line.joined == .straight ? "line" : line.joined == .steps ? "step" : "scatter"
      return zip(line.x, line.y).map { [series, kind, "", n($0), n($1), "", "", ""] }
    case .bars(let bars):
      return bars.values.indices.map { i in
        bars.names.isEmpty
          ? [series, "histogram", "", "", n(bars.values[i]), n(bars.left[i]), n(bars.right[i]), ""]
          : [series, "bar", bars.names[i], "", n(bars.values[i]), "", "", ""]
      }
    case .band(let band):
      return band.x.indices.map {
        [series, "band", "", n(band.x[$0]), "", n(band.lower[$0]), n(band.upper[$0]), ""]
      }
    case .rule(let rule):
      let value = n(rule.value)
      return [
        [
          series, rule.horizontal ? "hline" : "vline", "", rule.horizontal ? "" : value,
          rule.horizontal ? value : "", "", "", "",
        ]
      ]
    case .note(let note): return [[series, "note", note.text, n(note.x), n(note.y), "", "", ""]]
    case .heatMap(let map):
      return map.values.indices.map { i in
        let (row, column) = (i / map.columns, i % map.columns)
        let names = map.options
        let x = column < names.columnNames.count ? names.columnNames[column] : "\(column + 1)"
        let y = row < names.rowNames.count ? names.rowNames[row] : "\(row + 1)"
        return [series, "heatmap", "", x, y, "", "", n(map.values[i])]
      }
    }
  }
}
