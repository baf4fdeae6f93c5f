/// What thresholds were solved on, and with it what they can be applied to.
public struct ThresholdOrigin: Sendable, Equatable {
  /// The model that was traced.
  public let model: Trace.Identity
  /// The name of the data set that was traced.
  public let dataset: String
  /// The number of steps, T.
  public let steps: Int
  /// The number of classes, C.
  public let classes: Int
  /// The names of the classes; empty when they are not known.
  public let classNames: [String]

  public init(model: Trace.Identity, dataset: String, steps: Int, classes: Int, classNames: [String]) {
    self.model = model
    self.dataset = dataset
    self.steps = steps
    self.classes = classes
    self.classNames = classNames
  }

  /// What thresholds are solved on that are solved on `trace`.
  public init(_ trace: Trace) {
    self.init(
      model: trace.model, dataset: trace.dataset.name, steps: trace.record.steps,
      classes: trace.record.classes, classNames: trace.classNames)
  }

  /// Why such thresholds mean nothing for `other`, in one line; nil when they can be applied.
  ///
  /// - Parameters:
  ///   - other: what they would be applied to.
  ///   - comparesWeights: whether other weights are an obstacle, too.
  public func obstacle(toUseOn other: ThresholdOrigin, comparesWeights: Bool = false) -> String? {
    let source = "thresholds solved on '\(dataset)' with the model '\(model.name)'"
    if steps != other.steps {
      return "\(source) are for \(Self.count(steps, "step")), and there are \(other.steps) here"
    }
    if classes != other.classes {
      return
        "\(source) are for \(Self.count(classes, "class", "classes")), and there are \(other.classes) here"
    }
    if !classNames.isEmpty, !other.classNames.isEmpty,
      let place = zip(classNames, other.classNames).enumerated().first(where: { $0.element.0 != $0.element.1 }
      )
    {
      return "\(source) are for other classes: class \(place.offset + 1) is '\(place.element.0)' there and"
        + " '\(place.element.1)' here"
    }
    if comparesWeights, !model.digest.isEmpty, !other.model.digest.isEmpty, model.digest != other.model.digest
    {
      return model.name == other.model.name
        ? "\(source) are for other weights of it than those of this trace"
        : "\(source) are for another model than '\(other.model.name)'"
    }
    return nil
  }

  private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
  }
}
