import Figures

/// The method `pareto`.
enum ParetoMethod {
  private static let x = ArgumentKey<[Double]>.numbers("x", "such as the cost, one number per point")
  private static let y = ArgumentKey<[Double]>.numbers("y", "such as the accuracy, as many")
  private static let xBetter = PlotArgument.named(
    "x_better", "which are better; left out: lower", Better.self)
  private static let yBetter = PlotArgument.named(
    "y_better", "which are better; left out: higher", Better.self)
  private static let names = ArgumentKey<[String]?>("names", "of the points, written at those of the front")

  static let pareto = LayerMethod(
    "pareto",
    "Points, and in steps the front of those that no other beats in both coordinates; others are pale.",
    [x, y, .options(LayerOptions.lineRows + [xBetter, yBetter, names])],
    example:
      "pareto({1, 2, 3, 4}, {62, 71, 70, 74}, {label = \"front\", names = {\"a\", \"b\", \"c\", \"d\"}})"
  ) { call in
    let (costs, gains) = (try call[x], try call[y])
    let (label, style) = (try call[LayerOptions.label], try LayerOptions.lineStyle(call))
    let options = ParetoOptions(
      x: try call[xBetter] ?? .lower, y: try call[yBetter] ?? .higher, names: try call[names] ?? [])
    return { try $0.pareto(x: costs, y: gains, label: label, style: style, options: options) }
  }
}
