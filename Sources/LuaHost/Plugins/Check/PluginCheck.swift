import Reports
import Support

/// Looks into a plugin as its author would: what it says, what it defines, its own test, and each definition on random
/// input, at the ends of its parameters, and twice.
public final class PluginCheck {
  private let loader: PluginLoader
  private let candidate: PluginFolders.Candidate
  private let seconds: Double
  private let clock: Deadline.Clock
  private var findings: [PluginFinding] = []

  /// - Parameters:
  ///   - candidate: the plugin.
  ///   - loader: what the user allows.
  ///   - seconds: what each part may take.
  ///   - clock: what that is measured with.
  public init(
    _ candidate: PluginFolders.Candidate, _ loader: PluginLoader, seconds: Double = 60,
    clock: @escaping Deadline.Clock = Deadline.machineClock
  ) {
    var loader = loader
    loader.policy?.ignoresObstacles = true
    self.loader = loader
    self.candidate = candidate
    self.seconds = seconds
    self.clock = clock
  }

  /// Looks at everything; a part that fails ends what depends on it.
  ///
  /// - Throws: `Interrupted`; ``LuaError`` where Lua cannot be started.
  public func run() throws -> [PluginFinding] {
    findings = []
    let bench = try CheckBench(loader, candidate, seconds: seconds, clock: clock)
    guard let manifest = bench.roster.manifest(candidate.name) else {
      let problem = bench.roster.outcome.problems.first ?? "it cannot be read"
      add(
        "manifest", .failed, Self.stripped(problem),
        remedy: "gfnet-lab help plugins says what plugin.lua holds")
      return findings
    }
    let provides = DefinitionKind.allCases.flatMap { kind in
      (manifest.provides[kind] ?? []).map { "\(kind.noun) \($0)" }
    }
    add(
      "manifest", .passed, "\(manifest.name) \(manifest.version) provides \(provides.joined(separator: ", "))"
    )
    guard try load(bench) else { return findings }
    try test(bench)
    for kind in DefinitionKind.allCases where !(manifest.provides[kind] ?? []).isEmpty {
      let other = try CheckBench(loader, candidate, seconds: seconds, clock: clock)
      guard try prepare(kind, [bench, other]) else { continue }
      for name in manifest.provides[kind] ?? [] {
        guard let definition = try bench.context.definitions.find(kind, name) else { continue }
        try tryOut(definition, bench, other)
      }
    }
    lookAtCapabilities(manifest, bench)
    return findings
  }

  private func add(
    _ part: String, _ verdict: PluginFinding.Verdict, _ message: String, remedy: String = "",
    _ result: CheckBench.Result? = nil
  ) {
    findings.append(
      PluginFinding(
        part, verdict, message.printable(upTo: 800), remedy: remedy, seconds: result?.seconds,
        bytes: result?.bytes))
  }

  /// Runs `body`; nil where it fails, which is then a finding.
  private func attempt(
    _ part: String, _ with: String = "", remedy: String = "", _ body: () throws -> CheckBench.Result
  ) throws -> CheckBench.Result? {
    do {
      return try body()
    } catch let error as Interrupted {
      throw error
    } catch {
      let suffix = with.isEmpty ? "" : " (\(with))"
      add(part, .failed, Self.stripped("\(error)") + suffix, remedy: remedy)
      return nil
    }
  }

  /// An error without what only says that the host called.
  private static func stripped(_ message: String) -> String {
    var text = message[...]
    for pattern in [
      #/^check:\d+: /#, #/^plugin '[^']*' skipped: /#, #/^the plugin '[^']*' cannot be used: /#,
    ] {
      if let match = text.prefixMatch(of: pattern) { text = text[match.range.upperBound...] }
    }
    return String(text)
  }

  // MARK: The plugin as a whole

  private func load(_ bench: CheckBench) throws -> Bool {
    let remedy = "init.lua must define what plugin.lua names under provides, and nothing else"
    let loaded = try attempt("init.lua", remedy: remedy) {
      try bench.measure {
        try bench.roster.load(candidate.name)
        return ""
      }
    }
    guard let loaded else { return false }
    add("init.lua", .passed, "defines what the manifest names", loaded)
    for remark in loaded.remarks { add("init.lua", .remark, remark) }
    return true
  }

  private func test(_ bench: CheckBench) throws {
    guard (candidate.folder / "test.lua").exists else {
      return add(
        "test.lua", .remark, "there is none", remedy: "gfnet-lab plugins new writes one to start from")
    }
    let remedy = "the line that failed says what was expected"
    guard
      let result = try attempt(
        "test.lua", remedy: remedy,
        {
          try bench.measure {
            try loader.test(candidate, state: bench.state, catalog: .standard)
            return ""
          }
        })
    else { return }
    add("test.lua", .passed, "went through", result)
    for remark in result.remarks { add("test.lua", .remark, remark) }
  }

  private func lookAtCapabilities(_ manifest: PluginManifest, _ bench: CheckBench) {
    let unused = manifest.capabilities.subtracting(bench.context.claims[manifest.name] ?? []).sorted()
    guard !unused.isEmpty else { return }
    add(
      "capabilities", .remark,
      "it asks for \(unused.map(\.rawValue).joined(separator: ", ")), which nothing used in this check",
      remedy: "ask for what is needed alone: capabilities in plugin.lua")
  }

  // MARK: Definitions

  private func prepare(_ kind: DefinitionKind, _ benches: [CheckBench]) throws -> Bool {
    for bench in benches {
      try bench.set("trace", Pushed(TraceHandle(CheckBench.trace(), images: nil)))
      let result = try attempt(kind.noun) {
        _ = try bench.measure {
          try bench.roster.load(candidate.name)
          return ""
        }
        return try bench.run(DryRun.of(kind).setup)
      }
      guard result != nil else { return false }
    }
    return true
  }

  private func tryOut(_ definition: Definition, _ bench: CheckBench, _ other: CheckBench) throws {
    let part = "\(definition.kind.noun) \(definition.name)"
    let run = DryRun.of(definition.kind)
    let sets = ParameterSets.of(definition)
    let before = findings.count
    guard let data = try subject(of: definition, sets[0], bench, part) else { return }
    func piece(_ text: String, _ set: ParameterSets.Set) -> String {
      text.replacing("MADE", with: definition.made(with: set.source, about: data))
    }
    guard let first = try attempt(part, sets[0].label, { try bench.run(piece(run.piece, sets[0])) }) else {
      return
    }
    let mark = fingerprint(first)
    judge(first, part, definition)
    if !definition.isStateful {
      for (what, text) in run.same + [("in another run with the same seed", run.piece)] {
        let place = what.hasPrefix("in another") ? other : bench
        guard let result = try attempt(part, what, { try place.run(piece(text, sets[0])) }) else { continue }
        if fingerprint(result) != mark { add(part, .failed, "it does otherwise \(what)", remedy: run.remedy) }
      }
    }
    let scratch = try ScratchFolder()
    try bench.set("folder", scratch.path)
    for (what, text) in run.further {
      _ = try attempt(part, what) { try bench.run(piece(text, sets[0])) }
    }
    for set in sets.dropFirst() {
      guard let result = try attempt(part, set.label, { try bench.run(piece(run.piece, set)) }) else {
        continue
      }
      judge(result, part, definition, with: set.label)
    }
    guard findings.count == before else { return }
    let others = sets.count == 1 ? "" : ", with \(sets.count - 1) other sets of parameters"
    add(part, .passed, run.done + others, first)
  }

  /// What a report is tried on: the first of a trace, an evaluation and an inference that it takes; schedulers always take
  /// a trace, other kinds nothing. Nil where a report takes none, which is a finding.
  private func subject(
    of definition: Definition, _ set: ParameterSets.Set, _ bench: CheckBench, _ part: String
  ) throws -> String? {
    guard definition.kind == .reports else { return definition.kind.isAboutSomething ? "trace" : "" }
    var first: (any Error)?
    for subject in ["trace", "evaluation", "inference"] {
      do {
        let result = try bench.run("return " + definition.made(with: set.source, about: subject))
        if !result.outputs.isEmpty { return subject }
        first = first ?? LuaError("it writes nothing about \(article(subject)) \(subject)")
      } catch let error as Interrupted {
        throw error
      } catch {
        first = first ?? error
      }
    }
    add(
      part, .failed, Self.stripped("\(first ?? LuaError("it writes nothing"))"),
      remedy: "build must write something about a trace, an evaluation or the results of model:infer")
    return nil
  }

  /// Remarks on answers that depend on what they must not are failures here.
  private func judge(
    _ result: CheckBench.Result, _ part: String, _ definition: Definition, with label: String = ""
  ) {
    for remark in result.remarks {
      let isFailure = definition.kind.asksAboutImages
      add(
        part, isFailure ? .failed : .remark, remark,
        remedy: isFailure ? DryRun.of(definition.kind).remedy : "")
    }
  }

  /// What tells whether two runs did the same.
  private func fingerprint(_ result: CheckBench.Result) -> String {
    ([result.answer] + result.outputs.map(Self.content)).joined(separator: "\n")
  }
}

extension PluginCheck {
  /// What an output says, without the name of its file: that has a number where the name was there already.
  fileprivate static func content(_ output: Notebook.Output) -> String {
    switch output {
    case .text(let text), .value(let text), .markdown(let text), .remark(let text): text
    case .error(let message, _): message
    case .table(let table): "\(table.caption) \(table.columns) \(table.rows)"
    case .figure(let picture): picture.caption + (picture.files.first.map { SHA256.hex($0.content) } ?? "")
    }
  }
}

extension Definition {
  /// The definition as a script makes it; a report or a scheduler is called about `data`.
  fileprivate func made(with parameters: String, about data: String) -> String {
    let name = "gfnet.\(kind.rawValue)[\"\(name)\"]"
    return kind.isAboutSomething ? "\(name)(\(data), {\(parameters)})" : "\(name){\(parameters)}"
  }
}
