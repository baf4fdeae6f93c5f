import Figures
import Support

/// The methods `bar` and `barh`.
enum BarMethod {
  private static let categories = ArgumentKey<[String]>(
    FunctionParameter("categories", .list(.either([.string, .number])), "their names")
  ) { call, name in
    try call.elements(name).map { $0.asString ?? LuaNumberText.plain($0.asNumber ?? 0) }
  }

  private static let values = ArgumentKey<LuaValue>(
    FunctionParameter(
      "values", .numbers,
      "one number per category, or a list of series {label=, values=, color=, yerr=} (barh: xerr=)"))
  private static let yerr = ArgumentKey<ErrorReach?>(
    "yerr", "error bars of one series: one number, one per bar, or {lower, upper}")
  private static let width = ArgumentKey<Double>(
    "width", default: 0.75, "part of the place that bars fill", in: 0.01...1)
  private static let showValues = ArgumentKey<Bool>(
    "show_values", default: false, "each bar's value at its end")

  private static let xerr = ArgumentKey<ErrorReach?>(
    "xerr", "error bars of one series: one number, one per bar, or {lower, upper}")

  static let bar = bars(
    "bar", "Bars over named categories.", yerr, isHorizontal: false,
    example: "bar({\"static\", \"GFNet\"}, {75.4, 76.3})")

  static let barh = bars(
    "barh", "Level bars beside named categories, the first above; long names have more room than below bars.",
    xerr, isHorizontal: true,
    example: "barh({\"the encoder on whole images\", \"GFNet\"}, {75.4, 76.3}, {show_values = true})")

  private static func bars(
    _ name: String, _ summary: String, _ errors: ArgumentKey<ErrorReach?>, isHorizontal: Bool, example: String
  ) -> LayerMethod {
    LayerMethod(
      name, summary,
      [
        categories, values,
        .options([LayerOptions.label, LayerOptions.color, SeriesOptions.mode, errors, width, showValues]),
      ], example: example
    ) { call in
      let names = try call[categories]
      let series = try SeriesOptions.series(call, of: values, errors: errors)
      let options = BarOptions(
        mode: try call[SeriesOptions.mode] ?? .grouped, width: try call[width],
        showValues: try call[showValues], isHorizontal: isHorizontal)
      return { try $0.bar(categories: names, series: series, options: options) }
    }
  }
}
