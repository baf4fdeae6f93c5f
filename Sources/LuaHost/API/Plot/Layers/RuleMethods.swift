import Figures

/// The methods that draw a line across the axes: `hline` and `vline`.
enum RuleMethods {
  private static let x = ArgumentKey<Double>("x", "where")
  private static let y = ArgumentKey<Double>("y", "where")

  static let hline = rule("hline", "A level line across the axes.", y) { axes, value, label, style in
    try axes.hline(value, label: label, style: style)
  }

  static let vline = rule("vline", "An upright line across the axes.", x) { axes, value, label, style in
    try axes.vline(value, label: label, style: style)
  }

  private static func rule(
    _ name: String, _ summary: String, _ coordinate: ArgumentKey<Double>,
    draw: @escaping @Sendable (inout Axes, Double, String?, LineStyle) throws -> Void
  ) -> LayerMethod {
    LayerMethod(
      name, summary, [coordinate, .options(LayerOptions.ruleRows)],
      example: "\(name)(0.5, {label = \"threshold\", dash = \"dashed\"})"
    ) { call in
      let value = try call[coordinate]
      let (label, style) = (try call[LayerOptions.label], try LayerOptions.ruleStyle(call))
      return { try draw(&$0, value, label, style) }
    }
  }
}
