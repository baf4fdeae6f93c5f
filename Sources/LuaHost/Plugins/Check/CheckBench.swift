import CLuaBridge
import GlanceFocus
import Reports
import Support

/// A Lua state with one plugin in it, in which a check runs pieces of Lua as a script would.
final class CheckBench {
  /// What a piece of Lua came to.
  struct Result {
    /// What it returned, as text.
    let answer: String
    let seconds: Double
    let bytes: Int
    /// What was shown and told meanwhile.
    let outputs: [Notebook.Output]
    let remarks: [String]
  }

  let context: HostContext
  let state: LuaState
  let roster: PluginRoster
  private let environment: LuaTable
  private var outputs: [Notebook.Output] = []
  private var remarks: [String] = []
  private let seconds: Double

  /// - Parameters:
  ///   - seconds: what each piece may take.
  ///   - clock: what that is measured with.
  init(
    _ loader: PluginLoader, _ candidate: PluginFolders.Candidate, seconds: Double,
    clock: @escaping Deadline.Clock
  ) throws {
    context = HostContext()
    // A check leaves nothing behind, and finds nothing that was left.
    context.traceCache = nil
    var limits = LuaState.Limits()
    limits.clock = clock
    state = try LuaState(limits: limits, context: context)
    self.seconds = seconds
    try Catalog.standard.install(in: state)
    roster = try PluginRoster(loader, [candidate], in: state, .standard)
    environment = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: []).table
    context.outputs.emit = { [unowned self] in outputs.append($0) }
    context.outputs.showRemark = { [unowned self] in remarks.append($0) }
    context.outputs.keepRemark = { _ in }
    roster.tell = { [unowned self] in remarks.append($0) }
  }

  /// Sets a global of the pieces to come.
  func set(_ name: String, _ value: some LuaPushable) throws { try environment.set(name, value) }

  /// Runs a piece of Lua; the value that it returns becomes text.
  func run(_ source: String) throws -> Result {
    try measure {
      let stack = state.stack
      let base = stack.count
      defer { stack.count = base }
      try stack.load(source, name: "check")
      try environment.push(onto: stack)
      if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
      try stack.call(arguments: 0, results: 1)
      return try ValueDisplay(state: state).text(of: stack.value(at: -1))
    }
  }

  /// Runs `body` within the time limit, and measures it.
  func measure(_ body: () throws -> String) throws -> Result {
    (outputs, remarks) = ([], [])
    state.collectGarbage()
    let before = state.usedBytes
    let start = MonotonicClock.milliseconds
    do {
      let work = LimitedWork(
        of: "the check", UsageLimits(seconds: seconds), origin: (memory: "", time: "--seconds"))
      let answer = try state.within(work, body)
      let time = (MonotonicClock.milliseconds - start) / 1000
      return Result(
        answer: answer, seconds: time, bytes: max(state.usedBytes - before, 0), outputs: outputs,
        remarks: remarks)
    } catch let error as LuaError where (error.underlying as? TimeIsOver)?.owner == "the check" {
      throw LuaError("it did not end within \(NumberSpelling.plain(seconds)) s")
    }
  }
}

extension CheckBench {
  /// A trace as no network would give it: answers from sure to undecided, right and wrong, and two that are extreme.
  static func trace() throws -> Trace {
    let (images, steps, classes) = (48, 4, 5)
    let random = CounterRandom(seed: 1, stream: "plugin check")
    let labels = (0..<images).map { Int32($0 % classes) }
    var record = try EpisodeRecord(
      indices: Array(0..<images), classes: classes, imageSize: 128, patchSize: 48,
      madds: (1...steps).map { Double($0) * 1e6 }, labels: labels)
    for step in 1...steps {
      let draws = random.child(step)
      let logits = (0..<images * classes).map { place -> Float in
        let (image, label) = (place / classes, place % classes)
        // The first has no opinion, the second no doubt.
        if image == 0 { return 0 }
        if image == 1 { return label == 0 ? 1000 : -1000 }
        return draws.normal(place) * Float(image % 6)
      }
      try record.setStep(
        step, rows: Array(0..<images), logits: logits,
        values: step < steps ? (0..<images).map { draws.child(1).normal($0) } : nil,
        locations: step == 1
          ? nil
          : (0..<images).map {
            PatchPlaces(row: draws.child(2).uniform($0), column: draws.child(3).uniform($0))
          })
    }
    return try Trace(
      record: record, model: .init(name: "random"), dataset: .init(name: "random"), sampler: "random",
      classNames: (1...classes).map { "class \($0)" })
  }
}
