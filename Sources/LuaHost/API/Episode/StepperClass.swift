import GlanceFocus

/// The class `stepper`.
enum StepperClass {
  private static let leaves = ArgumentKey<Bool>("leaves", "true: the image leaves now")
  private static let row = ArgumentKey<Double>("row", "0 is the top", in: 0...1)
  private static let column = ArgumentKey<Double>("column", "0 is the left", in: 0...1)

  private static let sample = """
    local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
    local st = model:stepper(gfnet.dataset("clutter-fashion", {limit = 1}), {exit = 0.9})
    """

  static let entry = LuaClass<StepperHandle>(
    "stepper", "One image on its way through its decisions, as model:stepper makes it.",
    discussion: """
      As the value of a cell it is shown: the image with what was looked at, and a table of what was read and decided. \
      A decision is an exit (does the image leave?) or a place (where does it look next?). Before one, st.s and st.params \
      can be changed; after one, too: then it is taken anew. st:decide and st:look take it by hand.
      """,
    properties: [
      .init("s", "stepper_state", "what the rule or the sampler reads; fields can be set") { it, _ in
        Pushed(StepperState(it))
      },
      .init("params", "table", "the parameters of the rule or the sampler, as in st.params.threshold = 0.5") {
        it, _ in
        StepperParameters(owner: it)
      },
      .init("at", "string", "before exit, after exit, before place, after place, or end") { it, _ in it.moment
      },
      .init("step", "integer", "steps taken so far") { it, _ in it.stepper.step },
      .init("leaving", "boolean", "after an exit: whether the image leaves; else nil") { it, _ in
        it.stepper.leaves
      },
      .init(
        "place", "table", "after a place: {row, column}, or a list of one for each frame of a clip; else nil"
      ) { it, _ in it.stepper.place?.fractions },
      .init("over", "boolean", "true when the image has left") { it, _ in it.stepper.moment == .end },
      .init("result", "table", "what became of the image, as of model:infer; nil before it has left") {
        it, _ in
        it.stepper.result.map {
          $0.fields(source: it.images.itemPath(at: $0.index), classNames: it.classNames)
        }
      },
      .init(
        "decisions", "list of tables",
        "those taken so far: {kind=, name=, step=, leaves=, place=, by_hand=, …}"
      ) {
        it, _ in it.stepper.log.map(StepperLog.fields)
      },
    ],
    methods: [
      .init(
        "next", "Goes on to the next decision; to the end after the last.", returns: "stepper",
        example: "\(sample)  st:next()"
      ) { it, call in
        try it.next()
        return try call.stack.value(at: 1)
      },
      .init("run", "Goes on to the end without stopping.", returns: "stepper", example: "\(sample)  st:run()")
      { it, call in
        try it.run()
        return try call.stack.value(at: 1)
      },
      .init(
        "back", "Goes back to the stop before; stays at the first.", returns: "stepper",
        example: "\(sample)  st:next()  st:back()",
        discussion:
          "All is as it was then: values, parameters, decisions. What a rule in Lua keeps itself is not."
      ) { it, call in
        it.back()
        return try call.stack.value(at: 1)
      },
      .init(
        "decide", "Decides by hand whether the image leaves.", [leaves], returns: "stepper",
        example: "\(sample)  st:decide(true):run()"
      ) { it, call in
        try named("decide") { try it.stepper.decide(call[leaves]) }
        return try call.stack.value(at: 1)
      },
      .init(
        "look", "Decides by hand where the image looks next.", [row, column], returns: "stepper",
        example: "\(sample)  st:decide(false):next():next():look(0.2, 0.8):run()"
      ) { it, call in
        let place = PatchPlaces(row: Float(try call[row]), column: Float(try call[column]))
        try named("look") { try it.stepper.look(place) }
        return try call.stack.value(at: 1)
      },
    ],
    describe: { it in
      let steps = "\(it.stepper.step) step\(it.stepper.step == 1 ? "" : "s")"
      guard let result = it.stepper.result else { return "stepper \(it.moment), after \(steps)" }
      return "stepper at its end: \(it.name(of: result.prediction)) after \(steps)"
    },
    show: { it, state in try StepperCard(it).outputs(state.context) }
  ).entry

  private static func named(_ name: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as EpisodeError {
      throw LuaError("stepper:\(name): \(error)")
    }
  }
}

/// Decisions as scripts see them.
enum StepperLog {
  static func fields(_ entry: DecisionStepper.Entry) -> LuaFields {
    LuaFields([
      "kind": entry.decision.rawValue, "name": entry.name, "step": entry.step, "leaves": entry.leaves,
      "place": entry.place?.fractions, "by_hand": entry.isByHand,
      "changed": entry.changed, "prediction": entry.prediction + 1,
      "read": NamedColumns(values: entry.numbers),
    ])
  }
}

/// The columns of numbers of a step under their names; those that were not asked for are left out.
struct NamedColumns: LuaPushable {
  let values: [Float]

  func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: values.count)
    for (column, value) in zip(StepColumns.numbers, values) where !value.isNaN {
      stack.push(column.name)
      stack.push(Double(value))
      stack.rawSet(tableAt: -3)
    }
  }
}
