/// What is known of every image after every step.
///
/// A further column that follows from the logits is a row of one of the two lists. Records compute and keep
/// it, batches gather it, scripts read it as a field of `s`, `b` and traces, and help lists it.
public enum StepColumns {
  /// One number per image.
  public static let numbers: [StepColumn<Float>] = [confidence, entropy, margin, value]

  /// One class per image.
  public static let indices: [StepColumn<Int32>] = [prediction]

  /// The largest softmax probability.
  public static let confidence = StepColumn<Float>("confidence", "largest probabilities") { step, column in
    step.forEach { row, softmax, _ in column[row] = softmax.confidence }
  }

  /// −Σ p·log p with the natural logarithm: 0 when sure, log C when all classes are alike.
  public static let entropy = StepColumn<Float>("entropy", "entropies in nats") { step, column in
    step.forEach { row, softmax, _ in column[row] = softmax.entropy }
  }

  /// The largest probability less the second largest.
  public static let margin = StepColumn<Float>(
    "margin", "largest less second largest probabilities"
  ) { step, column in
    step.forEach { row, softmax, _ in column[row] = softmax.margin }
  }

  /// The critic's value of going on.
  public static let value = StepColumn<Float>(ofCritic: "value", "the critic's values", file: "values")

  /// The most probable class; the first of equals.
  public static let prediction = StepColumn<Int32>("prediction", "most probable classes") { step, column in
    step.forEach { row, softmax, _ in column[row] = softmax.prediction }
  }

  /// The names of all columns: those that follow from the logits, then what the critic says.
  public static var names: [String] {
    numbers.filter { !$0.isCritics }.map(\.name) + indices.map(\.name)
      + numbers.filter(\.isCritics).map(\.name)
  }

  /// Bytes of all columns for one image.
  static var bytes: Int { 4 * (numbers.count + indices.count) }

  /// A column's place in the list that holds it.
  static func place<Value>(of column: StepColumn<Value>, in table: [StepColumn<Value>]) -> Int? {
    table.firstIndex { $0.name == column.name }
  }
}

extension EpisodeRecord.Step {
  /// ``StepColumns/confidence``, N values.
  public var confidence: [Float] { self[StepColumns.confidence] }
  /// ``StepColumns/entropy``, N values.
  public var entropy: [Float] { self[StepColumns.entropy] }
  /// ``StepColumns/margin``, N values.
  public var margin: [Float] { self[StepColumns.margin] }
  /// ``StepColumns/prediction``, N values from 0.
  public var prediction: [Int32] { self[StepColumns.prediction] }
  /// ``StepColumns/value``, N values, NaN where not known.
  public var value: [Float] { self[StepColumns.value] }
}
