import Figures
import Support
import Tensor

/// The method `contour`.
enum ContourMethod {
  private static let values = ArgumentKey<NumberArray>("values", "rows of numbers, the first at the first y")
  private static let x = ArgumentKey<[Double]>.numbers("x", "places of the columns; left out: 1, 2, …")
    .optional
  private static let y = ArgumentKey<[Double]>.numbers("y", "places of the rows; left out: 1, 2, …").optional
  private static let levels = ArgumentKey<[Double]>.numbers("levels", "values of the lines, ascending")
    .optional
  private static let count = ArgumentKey<Int>(
    "count", default: 8, "at most so many lines where levels is left out", in: 1...100)
  private static let filled = ArgumentKey<Bool>(
    "filled", default: false, "areas between the lines; with color the lines as well")
  private static let colors = PlotArgument.named("colors", "the colour map", ColorMap.self)
  private static let color = PlotArgument.parsed("color", "of all lines; left out: colours by value") {
    (text: String) throws(FigureError) -> Color in try Color(named: text)
  }
  private static let width = ArgumentKey<Double?>("width", "line width in points", in: 0...100)
  private static let dash = PlotArgument.named("dash", "the pattern", Dash.self)
  private static let numbers = ArgumentKey<Bool>("numbers", default: true, "the value in each line")
  private static let opacity = ArgumentKey<Double>("opacity", default: 1, "of areas", in: 0...1)
  private static let colorbar = ArgumentKey<Bool>("colorbar", default: true, "the scale beside the axes")
  private static let label = ArgumentKey<String>("label", default: "", "beside the colour bar")

  static let contour = LayerMethod(
    "contour", "Lines of equal value over a plane, or the areas between them.",
    [
      values,
      .options([x, y, levels, count, filled, colors, color, width, dash, numbers, opacity, colorbar, label]),
    ],
    example: "contour({{0, 1, 2}, {1, 3, 4}, {2, 4, 9}}, {x = {0, 1, 2}, y = {0, 1, 2}, levels = {2, 4}})"
  ) { call in
    let options = ContourOptions(
      levels: try call[levels], count: try call[count], isFilled: try call[filled],
      colors: try call[colors] ?? .viridis, color: try call[color], width: try call[width],
      dash: try call[dash], writesLevels: try call[numbers], opacity: try call[opacity],
      colorBar: try call[colorbar], label: try call[label])
    let array = try call[values]
    guard array.sizes.count == 2 else {
      throw LuaError(
        "\(call.place(values)) must have two axes (rows of numbers), got shape \(Shape(array.sizes))")
    }
    let places = (
      x: try call[x] ?? (0..<array.sizes[1]).map { Double($0 + 1) },
      y: try call[y] ?? (0..<array.sizes[0]).map { Double($0 + 1) }
    )
    return { try $0.contour(array.values, x: places.x, y: places.y, options: options) }
  }
}
