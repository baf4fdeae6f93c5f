import Figures

/// What `gfnet.plot.figure` and `:set` know about axes.
enum AxesOptions {
  static let title = ArgumentKey<String?>("title", "above the axes")
  private static let x = AxisKeys("x")
  private static let y = AxisKeys("y")
  private static let legend = PlotArgument.named("legend", "where the legend goes", LegendOptions.Place.self)
  private static let legendColumns = ArgumentKey<Int?>("legend_columns", "columns of the legend", in: 1...20)
  private static let grid = PlotArgument.named("grid", "grid lines", GridLines.self)

  static let rows: [any ArgumentRow] = [title] + x.rows + y.rows + [legend, legendColumns, grid]

  /// The options that were given.
  ///
  /// Reading them may call a `totable` of the script, which may reach back into the figure: they are read before
  /// anything is changed.
  static func change(_ call: LuaCall) throws -> AxesChange {
    AxesChange(
      title: try call[title], x: try x.change(call), y: try y.change(call), place: try call[legend],
      columns: try call[legendColumns], grid: try call[grid])
  }
}
