import Figures
import Support
import Tensor

/// The method `heatmap`.
enum HeatMapMethod {
  private static let values = ArgumentKey<NumberArray>(
    FunctionParameter("values", .numbers, "rows of numbers")
  ) { call, name in
    let array = try call.numberArray(name)
    guard array.sizes.count == 2 else {
      throw LuaError(
        "\(call.place(name)) must have two axes (rows of numbers), got shape \(Shape(array.sizes))")
    }
    return array
  }

  private static let colors = PlotArgument.named("colors", "the colour map", ColorMap.self)
  private static let low = ArgumentKey<Double?>(
    "low", "value of the first colour; left out: the smallest")
  private static let high = ArgumentKey<Double?>("high", "value of the last colour; left out: the largest")
  private static let label = ArgumentKey<String>("label", default: "", "beside the colour bar")
  private static let colorbar = ArgumentKey<Bool>("colorbar", default: true, "the scale beside the map")
  private static let digits = ArgumentKey<Int?>(
    "digits", "decimals of the numbers in the cells; left out: none", in: 0...9)
  private static let rows = ArgumentKey<[String]?>("rows", "names of the rows")
  private static let columns = ArgumentKey<[String]?>("columns", "names of the columns")
  private static let square = ArgumentKey<Bool?>("square", "cells as high as wide")

  private static let opacity = ArgumentKey<Double?>(
    "opacity", "0 (invisible) to 1; left out: 1, and 0.5 over an image", in: 0...1)
  private static let fade = ArgumentKey<Bool>(
    "fade", default: false, "covers less where values are smaller, and nothing at the first colour")
  private static let smooth = ArgumentKey<Bool>(
    "smooth", default: false, "values between the centres of cells instead of squares")
  private static let image = ArgumentKey<Pixels?>(
    .optional(
      "image", .either([.object("tensor"), .table]),
      "what lies below, stretched to the map: H×W or C×H×W with 1 or 3 channels")
  ) { call, name in
    try call.has(name) ? ImageReader(call).pixels(call.value(name), call.place(name)) : nil
  }

  static let heatmap = LayerMethod(
    "heatmap", "Colours for the rows (from the top) and columns of a matrix, also over an image.",
    [
      values,
      .options([
        colors, low, high, label, colorbar, digits, rows, columns, square, opacity, fade, smooth, image,
        ImageReader.range,
      ]),
    ],
    example: "heatmap({{1, 2}, {3, 4}}, {image = gfnet.tensor.rand(3, 32, 32), opacity = 0.6, fade = true})"
  ) { call in
    let options = HeatMapOptions(
      colors: try call[colors] ?? .viridis, lower: try call[low], upper: try call[high],
      label: try call[label], colorBar: try call[colorbar], digits: try call[digits],
      rowNames: try call[rows] ?? [], columnNames: try call[columns] ?? [],
      squareCells: try call[square], opacity: try call[opacity], fades: try call[fade],
      image: try call[image], smooth: try call[smooth])
    let array = try call[values]
    return {
      try $0.heatMap(array.values, rows: array.sizes[0], columns: array.sizes[1], options: options)
    }
  }
}
