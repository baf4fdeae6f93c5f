import GlanceFocus

/// `gfnet.exits`, `gfnet.samplers`, `gfnet.schedulers`, `gfnet.backbones`, `gfnet.reports`: definitions from Swift and Lua
/// under one roof.
enum DefinitionModules {
  static let modules = DefinitionKind.allCases.map(module)

  private static func module(_ kind: DefinitionKind) -> LuaModule {
    LuaModule(
      "gfnet.\(kind.rawValue)", summary(kind),
      functions: [define(kind), list(kind)] + (kind.isKeptInFiles ? [DefinitionFiles.load(kind)] : []),
      dynamicMembers: .init(
        names: { $0.definitions.names(kind) },
        value: { state, name in try state.context.definitions.find(kind, name).map { Pushed($0) } },
        absence: { state, name in try state.context.absence(of: kind, name) }))
  }

  private static func summary(_ kind: DefinitionKind) -> String {
    switch kind {
    case .exits, .samplers, .backbones: "The \(kind.noun)s: each name makes one from a table of parameters."
    case .schedulers: "The schedulers of exits: each name fits an exit rule to a trace."
    case .reports: "The reports: each name writes its section of the run's report about what it is given."
    }
  }

  private static func returned(_ kind: DefinitionKind) -> String {
    switch kind {
    case .exits, .samplers, .backbones: "definition: call it with a table of parameters"
    case .schedulers: "definition: call it with a trace and a table of parameters"
    case .reports: "definition: call it with what it reports on and a table of parameters"
    }
  }

  private static func define(_ kind: DefinitionKind) -> FunctionEntry {
    let arguments = DefinitionArguments(kind)
    let main = kind.functions[0].name
    return FunctionEntry(
      "define", "Defines a new \(kind.noun) under its name.",
      [.options(arguments.rows, name: "definition")],
      returns: returned(kind),
      example: "gfnet.\(kind.rawValue).define{name = \"mine\", \(main) = \(examples[kind] ?? "…")}",
      discussion: discussions[kind] ?? ""
    ) { call in
      let definition = try arguments.definition(from: call)
      call.context.tracker?.block("it defines the \(definition.kind.noun) '\(definition.name)'")
      try call.context.definitions.add(definition)
      return Pushed(definition)
    }
  }

  private static let state = """
    step steps \(StepColumns.names.joined(separator: " ")) madds next_madds image: numbers; classes, steps and images \
    count from 1, entropy is in nats, value is the critic's and nan where not known
    probabilities: tensor; confidences entropies predictions: lists by step up to this one
    elapsed: seconds since the image's glance began, nil in traces
    """

  private static let independence = """
    What is said of an image may depend on its fields, on the parameters, and on values that do not change while it \
    runs, captured ones too. It must not depend on the other images, on variables that the function changes, or on how \
    often it was asked: results would depend on the batch size and the order of the images, and live and traced ones \
    would differ. At the end of a run (of a stream, after 64 answers) the function is therefore asked again about up to \
    16 of its first images of each step, in another order and alone, and a remark names it when answers differ. Where \
    that is meant, say stateful = true: it is not asked again.
    """

  private static func order(of function: String) -> String {
    """
    Order of calls: on a trace, and in model:trace, all images after step 1, those that are left after step 2, and so \
    on, each time in the order of the data set (model:trace: batch by batch). In model:infer and model:stream images \
    that have come as far wait until they fill a batch, so that a batch at a later step comes between batches at \
    step 1; within a batch \(function) is called image by image in the order in which they came, \(function)_batch \
    once for all of them. Nothing is promised of the order of batches: it may change from version to version.
    """
  }

  private static let discussions: [DefinitionKind: String] = [
    .exits: """
    The rule is asked after every step but the last, at which all images leave. Fields of s:
    \(state)
    decide_batch gets the same fields as tensors over the n images in b (count is n; confidences, entropies and \
    predictions are n × steps so far) and returns a tensor of n booleans.

    \(independence)

    \(order(of: "decide"))
    """,
    .samplers: """
    The sampler is asked before every step but the first. Row and column are fractions of the room that a patch \
    has: 0, 0 is the top left corner, 1, 1 the bottom right. s.step is the step to come; all else is known after \
    the step before. Fields of s:
    \(state)
    map: last feature map, C × h × w; glance: the resized image as the network sees it, 3 × P × P, of clips \
    (glance_frames · 3) × P × P; locations: list of {row, column} so far; glance_frames, focus_frames: the frames of a clip \
    that the glance sees, and that patches are cut from
    Of clips a place is for all frames. propose may instead return a list of focus_frames places, \
    {{row, column}, …}, one for each of these frames, and propose_batch n × focus_frames × 2.
    rng:uniform() and rng:normal() draw numbers that depend on the image, the step and the seed alone. \
    propose_batch gets the same fields as tensors over the n images in b and returns n × 2 places; there \
    rng:uniform(k) draws an n × k tensor.

    \(independence) Random numbers come from rng: those of gfnet.random depend on how often it was asked before.

    \(order(of: "propose"))
    """,
    .backbones: """
    build composes layers (gfnet-lab help gfnet.nn) and is asked once per model. The network is built, trained and \
    run by the core; a model file keeps the layers, so that it loads without the script.
    """,
    .schedulers: """
    gfnet.schedulers.NAME(trace, {…}) calls fit once, with the trace and the parameters. fit learns or computes on the \
    trace when images should leave, and returns an exit rule with its parameters, which is what the script gets: for \
    trace:evaluate on other images, model:infer, model:stream, and to keep by rule:save. The trace should be of images \
    that trained nothing, such as a validation set.
    """,
    .reports: """
    gfnet.reports.NAME(data, {…}) calls build once, with what the script passes (a trace, what trace:evaluate returned, \
    the results of model:infer, a table) and the parameters. What build writes by gfnet.report stands in the cell that \
    called it, and what it returns is returned. In a plugin it needs the capability "report".
    """,
  ]

  private static let examples: [DefinitionKind: String] = [
    .exits: "function(s, p) return s.confidence > 0.9 end",
    .samplers: "function(s, p, rng) return 0.5, 0.5 end",
    .backbones:
      "function(nn, p) return nn.backbone{body = nn.sequential{nn.conv(3, 16, {stride = 8}), nn.relu()}} end",
    .schedulers:
      "function(trace, p) return gfnet.exits.confidence{threshold = trace:thresholds{q = 0.5}} end",
    .reports: "function(data, p) gfnet.report.text(tostring(data)) end",
  ]

  private static func list(_ kind: DefinitionKind) -> FunctionEntry {
    FunctionEntry(
      "list", "The names of all \(kind.noun)s, in alphabetical order.", returns: "list of strings",
      example: "gfnet.\(kind.rawValue).list()"
    ) { call in call.context.definitions.names(kind) }
  }

  /// What `define` returns and `gfnet.exits.NAME` is.
  static let definitionClass = LuaClass<Definition>(
    "definition",
    "An exit rule, sampler or backbone that waits for its parameters: call it with a table. A scheduler or report that waits for what it is about.",
    properties: [
      .init("name", "string", "its name", get: { definition, _ in definition.name }),
      .init("summary", "string", "one line of help", get: { definition, _ in definition.summary }),
      .init("origin", "string", "who defined it", get: { definition, _ in definition.origin }),
    ],
    operators: [
      .init(
        "__call",
        "Makes one with these parameters; those left out have their defaults. A report is called with what it is about before them, and written; a scheduler with a trace, to which it fits an exit rule.",
        any: { stack in
          let definition = try stack.requireObject(at: 1, as: Definition.self, in: "definition")
          guard case .lua(let kind, let function, as: _) = definition.implementation, kind.isAboutSomething
          else { return Pushed(try definition.configured(parameters(at: 2, of: definition, on: stack))) }
          let data = stack.count > 1 ? try stack.value(at: 2) : .nil
          let parameters = try parameters(at: 3, of: definition, on: stack)
          if kind == .schedulers {
            return Pushed(
              try SchedulerFit.rule(of: definition, function, for: data, parameters, in: stack.state))
          }
          return try ReportBuild.write(definition, function, about: data, parameters, in: stack.state)
        })
    ],
    describe: { "\($0.kind.noun) \($0.name): \($0.summary)" }
  ).entry

  /// The table of parameters that a definition is called with; nil where none is given.
  private static func parameters(
    at slot: Int, of definition: Definition, on stack: LuaStack
  ) throws -> LuaTable? {
    guard stack.count >= slot else { return nil }
    let value = try stack.value(at: slot)
    guard value.isNil || value.asTable != nil else {
      throw LuaError(
        "gfnet.\(definition.kind.rawValue).\(definition.name): expected a table of parameters, got \(value.described)"
      )
    }
    return value.asTable
  }

  static let configuredClass = LuaClass<ConfiguredDefinition>(
    "configured", "An exit rule, sampler or backbone with its parameters.",
    properties: [
      .init(
        "name", "string", "the name of the definition", get: { configured, _ in configured.definition.name }),
      .init(
        "params", "table", "the values of its parameters",
        get: { configured, stack in
          try configured.parameterTable(in: stack.state)
        }),
    ],
    methods: [DefinitionFiles.save],
    describe: { $0.description }
  ).entry
}
