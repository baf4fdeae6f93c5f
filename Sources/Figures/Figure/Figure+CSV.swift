import Support

/// One row of the numbers behind a figure; fields that are left out stay empty.
struct NumbersRow {
  /// The kind of layer, such as "line".
  let kind: String
  /// The name of a category, or a text.
  let name: String
  let x: String
  let y: String
  let lower: String
  let upper: String
  let value: String
  // These say how far error bars reach.
  let xError: (lower: String, upper: String)?
  let yError: (lower: String, upper: String)?

  init(
    _ kind: String, name: String = "", x: String = "", y: String = "", lower: String = "",
    upper: String = "", value: String = "", xError: (lower: String, upper: String)? = nil,
    yError: (lower: String, upper: String)? = nil
  ) {
    (self.kind, self.name, self.x, self.y) = (kind, name, x, y)
    (self.lower, self.upper, self.value) = (lower, upper, value)
    (self.xError, self.yError) = (xError, yError)
  }

  static let header = [
    "panel", "series", "kind", "name", "x", "y", "lower", "upper", "value", "xerr_lower", "xerr_upper",
    "yerr_lower", "yerr_upper",
  ]

  /// A field for each column of ``header``.
  func fields(panel: String, series: String) -> [String] {
    [
      panel, series, kind, name, x, y, lower, upper, value, xError?.lower ?? "", xError?.upper ?? "",
      yError?.lower ?? "", yError?.upper ?? "",
    ]
  }
}

extension Spread {
  /// The two distances at one point, as they are written.
  func reach(_ i: Int) -> (lower: String, upper: String) { (CSV.number(lower[i]), CSV.number(upper[i])) }
}

extension Figure {
  /// The numbers behind the figure, one row per number: panel, series, kind, name (category), x, y, lower,
  /// upper, value, and how far error bars reach.
  ///
  /// Throws `Interrupted` when a stop was asked for.
  public func csv() throws -> String {
    var table = CSV(NumbersRow.header)
    // Which columns are used is known from a few rows, and millions of points need not wait in memory.
    for isDraft in [true, false] {
      for (place, axes) in namedAxes {
        for layer in axes.layers {
          let series = layer.label ?? ""
          let count = isDraft ? layer.typicalRows : layer.rowCount
          for row in 0..<count {
            if row % 4096 == 0 { try Cancellation.check() }
            let fields = layer.row(row).fields(panel: place, series: series)
            if isDraft { table.use(fields) } else { table.add(fields) }
          }
        }
      }
      if isDraft { table.begin() }
    }
    return table.text
  }

  /// All axes with what the numbers call them: nothing for the axes of a figure with one panel.
  private var namedAxes: [(name: String, axes: Axes)] {
    panels.enumerated().flatMap { i, panel -> [(name: String, axes: Axes)] in
      let name = panels.count == 1 ? "" : panel.title.isEmpty ? "\(i + 1)" : panel.title
      func part(_ what: String) -> String { name.isEmpty ? what : "\(name), \(what)" }
      return [(name, panel)] + (panel.twin.map { [(part("right axis"), $0)] } ?? [])
        + panel.insets.enumerated().map { (part("inset \($0 + 1)"), $1.axes) }
    }
  }
}
