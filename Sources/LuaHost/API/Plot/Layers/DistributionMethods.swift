import Figures
import Support

/// The methods that draw distributions over named categories: `box` and `violin`.
enum DistributionMethods {
  private static let categories = ArgumentKey<[String]>("categories", "their names")
  private static let values = ArgumentKey<LuaValue>(
    FunctionParameter(
      "values", .list(.any),
      "the numbers of each category, or a list of series {label=, values=, color=} of such lists"))
  private static let width = ArgumentKey<Double>(
    "width", default: 0.6, "part of the place of a category that is filled", in: 0.01...1)
  private static let horizontal = ArgumentKey<Bool>("horizontal", default: false, "level, the first above")
  private static let mean = ArgumentKey<Bool>("mean", default: false, "a mark at the mean")

  static let box = distribution(
    "box", .box,
    "Quartiles and median as a box, whiskers to the outermost values within 1.5 of its lengths, circles beyond."
  )

  static let violin = distribution(
    "violin", .violin, "The density of values over named categories, with quartiles and median.")

  private static func distribution(_ name: String, _ form: DistributionForm, _ summary: String) -> LayerMethod
  {
    LayerMethod(
      name, summary,
      [categories, values, .options([LayerOptions.label, LayerOptions.color, width, horizontal, mean])],
      example: "\(name)({\"random\", \"learned\"}, {{76, 75.2, 77, 76.1}, {88.7, 88.1, 89, 88.9}})"
    ) { call in
      let names = try call[categories]
      let series = try self.series(call)
      let options = DistributionOptions(
        width: try call[width], isHorizontal: try call[horizontal], showsMean: try call[mean])
      return { try $0.distribution(form, categories: names, series: series, options: options) }
    }
  }

  /// One series under the options `label` and `color`, or a list of series.
  private static func series(_ call: LuaCall) throws -> [DistributionSeries] {
    let place = call.place(values)
    let elements = try call[values].asTable?.elements(ofListAt: place) ?? []
    guard let first = elements.first?.asTable, try !first.get("values").isNil else {
      return [
        DistributionSeries(
          try call[LayerOptions.label], try lists(elements, place, "category", call),
          color: try call[LayerOptions.color])
      ]
    }
    return try elements.enumerated().map { index, element in
      let place = "\(place): series \(index + 1)"
      let fields = try NamedFields(element, ["label", "values", "color"], place)
      let color = try fields.text("color").map { text in
        try call.checked(values.parameter.name) { () throws(FigureError) in try Color(named: text) }
      }
      let lists = try lists(
        fields["values"].asTable?.elements(ofListAt: place + ": values") ?? [], place + ": values",
        "category", call)
      return DistributionSeries(try fields.text("label"), lists, color: color)
    }
  }

  /// Lists of numbers, each of which may be a tensor.
  private static func lists(
    _ elements: [LuaValue], _ place: String, _ noun: String, _ call: LuaCall
  ) throws -> [[Double]] {
    try elements.enumerated().map { index, element in
      try element.push(onto: call.stack)
      defer { call.stack.pop() }
      let array = try NumberArray(at: -1, on: call.stack, "\(place): \(noun) \(index + 1)")
      return array.values
    }
  }
}
