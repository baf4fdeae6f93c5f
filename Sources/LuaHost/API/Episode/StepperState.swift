import GlanceFocus
import Tensor

/// What the decision at hand of a stepper reads, as fields of a script: `st.s`.
final class StepperState: HoldsMemory {
  let owner: StepperHandle
  /// The owner counts for both.
  var heldBytes: Int { 0 }

  init(_ owner: StepperHandle) { self.owner = owner }

  func change(_ body: (inout StepChanges) throws -> Void) throws {
    try owner.model.running { try owner.stepper.change(body) }
  }
}

/// The class `stepper_state`.
enum StepperStateClass {
  static let entry = LuaClass<StepperState>(
    "stepper_state", "What the rule or the sampler reads at a decision of a stepper; fields can be set.",
    discussion: """
      What is set holds for the decision at hand alone. Setting probabilities or logits changes all that follows from \
      them; setting one of the others changes that one. A decision that is taken already is taken anew.
      """,
    properties: plain + numbers + indices + distributions + places,
    describe: { state in
      let batch = try state.owner.stepper.batch()
      return "after step \(batch.step): confidence \(batch.confidence[0]), margin \(batch.margin[0]), entropy"
        + " \(batch.entropy[0]), prediction \(batch.prediction[0] + 1)"
    }
  ).entry

  private static var plain: [LuaProperty<StepperState>] {
    [
      .init("step", "integer", "the step just taken; for a sampler, the step to come") { it, _ in
        let stepper = it.owner.stepper
        return try stepper.samplerBatch()?.step ?? stepper.step
      },
      .init("steps", "integer", "the most steps") { it, _ in it.owner.stepper.record.steps },
      .init("madds", "number", "Multiply-Adds so far") { it, _ in try it.owner.stepper.batch().madds },
      .init("next_madds", "number", "the same after one more step; nil at the last") { it, _ in
        try it.owner.stepper.batch().nextMadds
      },
      .init("image", "integer", "the image's number in its data set") { it, _ in
        it.owner.stepper.record.indices[0] + 1
      },
      .init("label", "integer", "the true class, from 1; nil where not known") { it, _ in
        it.owner.stepper.record.labels.map { Int($0[0]) + 1 }
      },
      .init("confidences", "list of numbers", "by step up to this one") { it, _ in
        try it.owner.stepper.batch()[0].confidences.map(Double.init)
      },
      .init("predictions", "list of integers", "by step up to this one, from 1") { it, _ in
        try it.owner.stepper.batch()[0].predictions.map { Int($0) + 1 }
      },
      .init(
        "locations", "list of {row, column}",
        "the places so far; of clips one for all frames, or a list of one for each"
      ) { it, _ in try it.owner.stepper.batch()[0].locations.map(\.fractions) },
      .init(
        "elapsed", "number", "seconds that the network has run; can be set",
        get: { it, _ in try it.owner.stepper.batch().elapsed?[0] },
        set: { it, value in
          let seconds = try number(value, "elapsed")
          try it.change { $0.set(elapsed: seconds) }
        }),
    ]
  }

  private static var numbers: [LuaProperty<StepperState>] {
    StepColumns.numbers.map { column in
      .init(
        column.name, "number", column.help + "; can be set",
        get: { it, _ in Double(try it.owner.stepper.batch().numbers(column)[0]) },
        set: { it, value in
          let number = try number(value, column.name)
          try it.change { $0.set(column, to: Float(number)) }
        })
    }
  }

  private static var indices: [LuaProperty<StepperState>] {
    StepColumns.indices.map { column in
      .init(
        column.name, "integer", column.help + ", from 1; can be set",
        get: { it, _ in Int(try it.owner.stepper.batch().indices(column)[0]) + 1 },
        set: { it, value in
          let classes = it.owner.stepper.record.classes
          guard let index = value.asInteger, (1...classes).contains(index) else {
            throw LuaError(
              "stepper_state.\(column.name): expected a whole number from 1 to \(classes), got \(value.described)"
            )
          }
          try it.change { $0.set(column, to: Int32(index - 1)) }
        })
    }
  }

  private static var distributions: [LuaProperty<StepperState>] {
    [
      .init(
        "probabilities", "tensor", "of all classes; can be set",
        get: { it, _ in
          let values = try it.owner.stepper.batch().probabilities(0)
          return try Tensor([values.count], values)
        },
        set: { it, value in
          let given = try numbers(value, it, "probabilities")
          if let bad = given.firstIndex(where: { !($0 >= 0) }) {
            throw LuaError(
              "stepper_state.probabilities: element \(bad + 1) is \(given[bad]), expected at least 0")
          }
          try it.change {
            $0.set(logits: try Tensor([given.count], given.map { max($0, 1e-30) }).log().values())
          }
        }),
      .init(
        "logits", "tensor", "of all classes; can be set",
        get: { it, _ in
          let values = try it.owner.stepper.batch().withLogits(0) { Array($0) }
          return try Tensor([values.count], values)
        },
        set: { it, value in
          let given = try numbers(value, it, "logits")
          try it.change { $0.set(logits: given) }
        }),
    ]
  }

  // MARK: What samplers read

  private static var places: [LuaProperty<StepperState>] {
    [
      .init(
        "policy", "list of numbers",
        "where the policy points, {row, column}; nil where no sampler reads it; can be set",
        get: { it, _ in
          try it.owner.stepper.samplerBatch()?.policy?.first?.fractions
        },
        set: { it, value in
          let place = try StepperPlace.read(value, "stepper_state.policy")
          try requireSampler(it, "policy")
          try it.change { $0.set(policy: place) }
        }),
      map("map", "the last feature map, C × h × w", { $0.maps }) { $0.set(map: $1) },
      map("glance", "the resized image, 3 × P × P", { $0.glances }) { $0.set(glance: $1) },
    ]
  }

  private static func map(
    _ name: String, _ summary: String, _ get: @escaping @Sendable (SamplerBatch) -> PlainMaps?,
    _ set: @escaping @Sendable (inout StepChanges, PlainMaps) -> Void
  ) -> LuaProperty<StepperState> {
    .init(
      name, "tensor", summary + "; nil where no sampler reads it; can be set",
      get: { it, _ in
        try it.owner.stepper.samplerBatch().flatMap(get).map {
          try Tensor([$0.channels, $0.height, $0.width], $0.values)
        }
      },
      set: { it, value in
        guard let present = try it.owner.stepper.samplerBatch().flatMap(get) else {
          throw LuaError("stepper_state.\(name): nobody reads it at this decision")
        }
        let shape: Shape = [present.channels, present.height, present.width]
        guard case .object(let object) = value, let tensor = object.value(as: Tensor.self),
          tensor.shape == shape
        else {
          throw LuaError("stepper_state.\(name): expected a tensor of \(shape), got \(value.described)")
        }
        let values = try tensor.values()
        try it.change {
          set(
            &$0,
            PlainMaps(
              values: values, channels: present.channels, height: present.height, width: present.width))
        }
      })
  }

  private static func requireSampler(_ it: StepperState, _ name: String) throws {
    guard try it.owner.stepper.samplerBatch() != nil else {
      throw LuaError("stepper_state.\(name): nobody reads it at this decision")
    }
  }

  private static func number(_ value: LuaValue, _ name: String) throws -> Double {
    guard let number = value.asNumber else {
      throw LuaError("stepper_state.\(name): expected a number, got \(value.described)")
    }
    return number
  }

  /// One number for each class.
  private static func numbers(_ value: LuaValue, _ it: StepperState, _ name: String) throws -> [Float] {
    let classes = it.owner.stepper.record.classes
    let values: [Float]?
    if case .object(let object) = value {
      values = try object.value(as: Tensor.self)?.values()
    } else {
      values = try value.asTable?.elements().compactMap { $0.asNumber.map { Float($0) } }
    }
    guard let values, values.count == classes else {
      throw LuaError(
        "stepper_state.\(name): expected \(classes) numbers, one for each class, got \(value.described)")
    }
    return values
  }
}

/// A place as scripts write it.
enum StepperPlace {
  static func read(_ value: LuaValue, _ place: String) throws -> PatchPlaces {
    let numbers = try value.asTable?.elements().compactMap(\.asNumber) ?? []
    guard numbers.count == 2 else {
      throw LuaError("\(place): expected {row, column}, got \(value.described)")
    }
    let location = PatchPlaces(row: Float(numbers[0]), column: Float(numbers[1]))
    guard location.isValid else {
      throw LuaError("\(place): {\(numbers[0]), \(numbers[1])}: row and column must lie in [0, 1]")
    }
    return location
  }
}
