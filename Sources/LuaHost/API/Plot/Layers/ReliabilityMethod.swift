import Figures

/// The method `reliability`.
enum ReliabilityMethod {
  private static let confidence = ArgumentKey<[Double]>.numbers("confidence", "of each prediction, 0 to 1")
  private static let correct = ArgumentKey<[Bool]>(
    FunctionParameter(
      "correct", .either([.numbers, .list(.boolean)]), "whether each is right: true and false, or 1 and 0")
  ) { call, name in
    let elements = try call.value(name).asTable?.elements() ?? []
    if !elements.isEmpty, elements.allSatisfy({ $0.asBoolean != nil }) {
      return elements.map { $0.asBoolean ?? false }
    }
    return try call.doubles(name).map { $0 != 0 }
  }
  private static let bins = ArgumentKey<Int>("bins", default: 15, "equal ones from 0 to 1", in: 1...1000)
  private static let form = PlotArgument.named(
    "form", "how it is drawn; lines suit several networks", ReliabilityForm.self)

  static let reliability = LayerMethod(
    "reliability",
    "Accuracy by confidence beside that of a calibrated network; the legend has the expected calibration error.",
    [confidence, correct, .options([LayerOptions.label, LayerOptions.color, bins, form])],
    example: "reliability({0.6, 0.9, 0.95, 0.7}, {false, true, true, true}, {label = \"GFNet\", bins = 10})"
  ) { call in
    let (values, answers) = (try call[confidence], try call[correct])
    let (label, color) = (try call[LayerOptions.label], try call[LayerOptions.color])
    let (count, form) = (try call[bins], try call[form] ?? .bars)
    return {
      try $0.reliability(
        confidence: values, correct: answers, bins: count, label: label ?? "", color: color, form: form)
    }
  }
}
