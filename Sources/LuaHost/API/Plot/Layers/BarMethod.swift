import Figures
import Support

/// The method `bar`.
enum BarMethod {
  private static let categories = ArgumentKey<[String]>(
    FunctionParameter("categories", .list(.either([.string, .number])), "their names")
  ) { call, name in
    try call.elements(name).map { $0.asString ?? LuaNumberText.plain($0.asNumber ?? 0) }
  }

  private static let values = ArgumentKey<LuaValue>(
    FunctionParameter(
      "values", .numbers, "one number per category, or a list of series {label=, values=, color=, yerr=}"))
  private static let yerr = ArgumentKey<ErrorReach?>(
    "yerr", "error bars of one series: one number, one per bar, or {lower, upper}")
  private static let width = ArgumentKey<Double>(
    "width", default: 0.75, "part of the place that bars fill", in: 0.01...1)
  private static let showValues = ArgumentKey<Bool>(
    "show_values", default: false, "each bar's value above it")

  static let bar = LayerMethod(
    "bar", "Bars over named categories.",
    [
      categories, values,
      .options([LayerOptions.label, LayerOptions.color, SeriesOptions.mode, yerr, width, showValues]),
    ],
    example: "bar({\"static\", \"GFNet\"}, {75.4, 76.3})"
  ) { call in
    let names = try call[categories]
    let series = try SeriesOptions.series(call, of: values, errors: yerr)
    let options = BarOptions(
      mode: try call[SeriesOptions.mode] ?? .grouped, width: try call[width],
      showValues: try call[showValues])
    return { try $0.bar(categories: names, series: series, options: options) }
  }
}
