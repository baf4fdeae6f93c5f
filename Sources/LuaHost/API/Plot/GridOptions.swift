import Figures

/// The options of images that stand side by side: those of `gfnet.plot.images` and `gfnet.plot.glimpses`.
enum GridOptions {
  static let columns = ArgumentKey<Int?>(
    "columns", "images side by side; left out: as many as fit", in: 1...20)

  /// The width, which scripts give in inches, in points.
  static let width = ArgumentKey<Double>(
    FunctionParameter("width", .number, default: 7.16, "width of the picture in inches", in: 0.7...100)
  ) { call, name in try call.number(name) * 72 }

  private static let interpolation = PlotArgument.named(
    "interpolation", "how pixels are enlarged", ImageScaling.self)

  static let rows: [any ArgumentRow] = [columns, width, interpolation] + FigureNameOptions.rows

  /// The options of the grid, without those of its file.
  static func read(_ call: LuaCall) throws -> GlimpseOptions {
    var options = GlimpseOptions()
    options.columns = try call[columns]
    options.width = try call[width]
    if let scaling = try call[interpolation] { options.interpolation = scaling }
    return options
  }
}
