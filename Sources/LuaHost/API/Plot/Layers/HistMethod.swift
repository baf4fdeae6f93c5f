import Figures
import Support

/// The method `hist`.
enum HistMethod {
  private static let values = ArgumentKey<LuaValue>(
    FunctionParameter("values", .numbers, "numbers, or a list of series {label=, values=, color=}"))
  private static let bins = ArgumentKey<Int?>("bins", "how many; left out: from the data", in: 1...10000)
  private static let edges = ArgumentKey<[Double]>.numbers(
    "edges", "the bins' ends, ascending, instead of bins"
  ).optional
  private static let density = ArgumentKey<Bool>(
    "density", default: false, "the area is 1 instead of the count")

  static let hist = LayerMethod(
    "hist", "The distribution of values, counted into bins.",
    [
      values,
      .options([LayerOptions.label, LayerOptions.color, bins, edges, density, SeriesOptions.mode]),
    ],
    example: "hist(gfnet.tensor.randn(500), {bins = 20})"
  ) { call in
    let series = try SeriesOptions.series(call, of: values)
    let options = HistogramOptions(
      bins: try call[bins], edges: try call[edges], density: try call[density],
      mode: try call[SeriesOptions.mode] ?? .overlaid)
    return { try $0.histogram(series: series, options: options) }
  }
}
