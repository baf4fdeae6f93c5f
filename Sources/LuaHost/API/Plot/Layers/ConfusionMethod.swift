import Figures
import Support
import Tensor

/// The method `confusion`.
enum ConfusionMethod {
  private static let truth = ArgumentKey<NumberArray>(
    "truth",
    "the true class of each example, from 1, with the option predicted; or the matrix of counts itself")
  private static let predicted = ArgumentKey<[Double]>.numbers(
    "predicted", "what each example was taken for, as many"
  ).optional
  private static let names = ArgumentKey<[String]?>("names", "of the classes")
  private static let counts = ArgumentKey<Bool>(
    "counts", default: false, "counts in the cells instead of percentages of the row")
  private static let colors = PlotArgument.named("colors", "of 0 to 100 % of a row", ColorMap.self)
  private static let digits = ArgumentKey<Int>("digits", default: 0, "decimals of percentages", in: 0...9)

  static let confusion = LayerMethod(
    "confusion",
    "How often each class was taken for which: rows are true classes, colours parts of their row.",
    [truth, .options([predicted, names, counts, colors, digits])],
    example: "confusion({1, 1, 2, 2}, {predicted = {1, 2, 2, 2}, names = {\"cat\", \"dog\"}})"
  ) { call in
    let options = ConfusionOptions(
      names: try call[names] ?? [], showsCounts: try call[counts], colors: try call[colors] ?? .blues,
      digits: try call[digits])
    let given = try call[truth]
    if let guesses = try call[predicted] {
      guard given.sizes.count == 1 else {
        throw LuaError(
          "\(call.place(truth)) must have one axis beside predicted, got shape \(Shape(given.sizes))")
      }
      let (rows, columns) = (try classes(given.values, truth, call), try classes(guesses, predicted, call))
      return { try $0.confusion(truth: rows, predicted: columns, options: options) }
    }
    guard given.sizes.count == 2, given.sizes[0] == given.sizes[1] else {
      throw LuaError(
        "\(call.place(truth)) must be as many rows of counts as columns, or true classes beside the option predicted,"
          + " got shape \(Shape(given.sizes))")
    }
    return { try $0.confusion(given.values, classes: given.sizes[0], options: options) }
  }

  /// The numbers as those of classes.
  private static func classes(_ values: [Double], _ row: some ArgumentRow, _ call: LuaCall) throws -> [Int] {
    try values.map { value in
      guard let number = Int(exactly: value) else {
        throw LuaError("\(call.place(row)): \(LuaNumberText.plain(value)) is no number of a class")
      }
      return number
    }
  }
}
