import Figures

/// The methods that draw points: `line`, `step`, `scatter` and `errorbar`.
enum PointMethods {
  private static let x = ArgumentKey<[Double]>.numbers("x", "one number per point")
  private static let y = ArgumentKey<[Double]>.numbers("y", "as many")
  private static let xerr = ArgumentKey<ErrorReach?>("xerr", errorSummary)
  private static let yerr = ArgumentKey<ErrorReach?>("yerr", errorSummary)

  private static let errorSummary =
    "how far error bars reach: one number, one per point, or {lower, upper} with one per point each"

  /// What `errorbar` takes instead of the option ``yerr``.
  private static let bars = ArgumentKey<ErrorReach>(
    "yerr", "how far the bars reach: one number, one per point, or {lower, upper} with one per point each")

  static let line = points("line", "Joins points by straight lines.") { axes, points in
    try axes.line(
      x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors)
  }

  static let step = points(
    "step", "Level from each point to the x of the next, as for anytime accuracy."
  ) { axes, points in
    try axes.step(
      x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors)
  }

  static let scatter = points("scatter", "Marks points without joining them.") { axes, points in
    try axes.scatter(
      x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors)
  }

  static let errorbar = LayerMethod(
    "errorbar", "Points with error bars, not joined; line, step and scatter take yerr and xerr as well.",
    [x, y, bars, .options(LayerOptions.lineRows + [xerr])],
    example: "errorbar({1, 2, 3}, {62, 71, 74}, {1.5, 0.8, 0.6}, {label = \"five seeds\"})"
  ) { call in
    let points = try Points(call) { try call[bars] }
    return { axes in
      try axes.scatter(
        x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors,
        calledAs: "errorbar")
    }
  }

  private static func points(
    _ name: String, _ summary: String, draw: @escaping @Sendable (inout Axes, Points) throws -> Void
  ) -> LayerMethod {
    LayerMethod(
      name, summary, [x, y, .options(LayerOptions.lineRows + [xerr, yerr])],
      example: "\(name)({1, 2, 3}, {62, 71, 74}, {label = \"GFNet\"})"
    ) { call in
      let points = try Points(call) { try call[yerr] }
      return { try draw(&$0, points) }
    }
  }

  /// The arguments of methods that take points.
  private struct Points {
    let x: [Double]
    let y: [Double]
    let label: String?
    let style: LineStyle
    let errors: Errors

    /// - Parameter yerr: reads how far the error bars reach upwards and downwards.
    init(_ call: LuaCall, yerr: () throws -> ErrorReach?) throws {
      (x, y) = (try call[PointMethods.x], try call[PointMethods.y])
      (label, style) = (try call[LayerOptions.label], try LayerOptions.lineStyle(call))
      errors = Errors(
        x: try call[PointMethods.xerr]?.spread(count: x.count), y: try yerr()?.spread(count: y.count))
    }
  }
}
