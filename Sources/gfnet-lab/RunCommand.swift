import ArgumentParser
import Foundation
import Inference
import LuaHost
import Compute
import Reports
import Support

/// `gfnet-lab run SCRIPT.lua`, also without the word `run`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script and write its report.",
    discussion: """
      Parameters of the script follow as name=value; --help after the script lists
      them. Results go to standard output, progress and errors to standard error.

      Examples:
        gfnet-lab run scripts/threshold_sweep.lua
        gfnet-lab run scripts/threshold_sweep.lua limit=500
        gfnet-lab run scripts/threshold_sweep.lua --out reports/monday --seed 7
      """)

  @Argument(help: "The script: Lua source, with or without cells.", completion: .file(extensions: ["lua"]))
  var script: FilePath

  @Argument(help: ArgumentHelp("Parameters of the script.", valueName: "name=value"))
  var parameters: [String] = []

  @Option(help: ArgumentHelp("Folder for the report (default: reports/<script>).", valueName: "dir"))
  var out: FilePath?

  @Option(
    name: .customLong("seed"), parsing: .unconditional,
    help: ArgumentHelp("Seed of everything random.", valueName: "n"))
  var seedText = "1"

  @Option(
    name: .customLong("threads"), parsing: .unconditional,
    help: ArgumentHelp("Threads to compute with (default: one per core).", valueName: "n"))
  var threadsText: String?

  @Option(help: "Precision of inference: f32 or bf16.")
  var precision: Precision = .float32

  @Option(
    help: ArgumentHelp(
      "Most memory to hold, such as 8G or 512M (default: what the machine has left, less a reserve).",
      valueName: "size"))
  var memory: MemorySize?

  @Flag(name: .customLong("no-cache"), help: "Compute everything anew, also what an earlier run kept.")
  var ignoresCache = false

  @Flag(name: .customLong("script-parameters"), help: .private)
  var listsParameters = false

  func validate() throws {
    _ = try OptionValues.seed(seedText)
    _ = try threadsText.map(OptionValues.threads)
    if out?.isEmpty == true { throw ValidationError("--out needs the name of a folder") }
  }

  func run() throws {
    try MemorySize.apply(memory)
    let file = try readScript()
    let context = HostContext()
    let threads = try threadsText.map(OptionValues.threads)
    context.options.seed = try OptionValues.seed(seedText)
    context.options.threads = threads
    if let remark = OptionValues.remark(onThreads: threads) { context.note(remark) }
    context.options.precision = precision
    context.options.usesCache = !ignoresCache
    try checkBlanks()
    context.parameters.overrides = try parameters.map(ParameterSession.parseOverride)
    // The parameters are listed without running anything, not even plugins.
    if listsParameters { return try printParameters(ScriptRunner(script: file, context: context)) }
    let runner = try ScriptRunner(
      script: file, context: context, plugins: .standard(scriptFolder: script.folder))

    if let threads { ThreadTeam.setSize(threads) }
    let recorder = RunRecorder(
      script: file, context: context, path: out,
      command: ["gfnet-lab"] + RawArgument.all().map(RawArgument.shownAsTyped))
    context.recorder = recorder
    runner.onOutput = { index, output in
      // Text cells are for readers; in a pipe only results count.
      if runner.notebook.cells[index].kind == .markdown && !Terminal.isInteractive { return }
      Terminal.show(output)
    }
    runner.onPrint = Terminal.write
    let outcome = runner.run()
    let problem = finish(recorder, runner.notebook, outcome)
    let addition = problem.map { "; no report: \($0)" } ?? ""
    switch outcome {
    case .done:
      if let problem {
        Terminal.complain("\(problem)")
        throw ExitCode(1)
      }
    case .failed(let failure) where failure.isOfReport: Terminal.complain(failure.message)
    case .failed(let failure):
      Terminal.complain(line(of: failure, cells: runner.notebook.cells.count) + addition)
    case .usage(let message): Terminal.complain(message)
    case .interrupted: Terminal.complain("interrupted" + addition)
    }
    if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
  }

  /// Writes the final report; returns why it could not be written.
  private func finish(
    _ recorder: RunRecorder, _ notebook: Notebook, _ outcome: ScriptRunner.Outcome
  ) -> (any Error)? {
    guard recorder.hasReport(of: outcome) else { return nil }
    do {
      try recorder.finish(notebook, outcome: outcome)
      Terminal.note("report: \(recorder.path / ReportFormat.primary.fileName)")
      return nil
    } catch {
      return error
    }
  }

  /// What people give for a script, by the file's ending. Otherwise its first line would be called a slip in
  /// Lua.
  private static let otherLanguages = ["ipynb": "a Jupyter notebook", "py": "Python"]

  private func readScript() throws -> ScriptFile {
    if let language = Self.otherLanguages[script.ending], script.exists {
      throw UsageError("\(script) is \(language), not a Lua script")
    }
    do {
      return try ScriptFile(contentsOf: script)
    } catch let error as FileError where script.ending != "lua" && error.code == ENOENT {
      let withEnding = script.adding(".lua")
      if withEnding.exists {
        throw UsageError("no command or script '\(script)'; did you mean '\(withEnding)'?")
      }
      guard script.components.count == 1 else { throw error }
      let commands = GFNetLab.commandNames
      throw UsageError("no command or script '\(script)'" + NearestName.hint(script.shown, in: commands))
    }
  }

  /// `limit = 5` arrives as three words.
  private func checkBlanks() throws {
    guard let sign = parameters.firstIndex(of: "="), sign > 0, sign + 1 < parameters.count else { return }
    let (name, value) = (parameters[sign - 1], parameters[sign + 1])
    let shown = RawArgument.shown("\(name)=\(value)").printable(upTo: 80)
    throw UsageError("blanks around '='; parameters of a script are written \(shown)")
  }

  private func printParameters(_ runner: ScriptRunner) throws {
    let specs = try runner.listParameters()
    let title = runner.notebook.title
    if specs.isEmpty {
      Terminal.write("\(title)\n\n\(script) takes no parameters.\n")
    } else {
      Terminal.write("\(title)\n\nUsage: gfnet-lab run \(script) [name=value …]\n\n\(specs.listing)\n")
    }
  }

  /// What went wrong, in which cell, and the lines that led there; the report has the whole call stack.
  private func line(of failure: ScriptRunner.Failure, cells: Int) -> String {
    var notes: [String] = []
    if let cell = failure.cell, cells > 1 {
      notes.append(failure.cellTitle.isEmpty ? "cell \(cell)" : "cell \(cell), \(failure.cellTitle)")
    }
    // The innermost frame repeats the line that the message names.
    let callers = failure.traceback.split(separator: "\n").dropFirst().compactMap { frame in
      frame.range(of: ": in ").map { frame[..<$0.lowerBound] }
    }
    if !callers.isEmpty { notes.append("called from \(callers.prefix(3).joined(separator: ", "))") }
    return failure.message.replacing("\n", with: " ")
      + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }
}

extension Precision: ExpressibleByArgument {}

/// An amount of memory as it is typed.
struct MemorySize: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    // A smaller limit would not hold the program itself.
    guard let bytes = MemoryText.parse(argument), bytes >= 64_000_000 else { return nil }
    self.bytes = bytes
  }

  /// Sets what the run may hold: the option's value, or that of the environment.
  static func apply(_ option: MemorySize?) throws {
    MemoryBudget.shared.offer("--memory")
    if let option { return MemoryBudget.shared.setLimit(option.bytes) }
    guard let text = ProcessInfo.processInfo.environment[MemoryBudget.variable], !text.isEmpty else { return }
    guard let size = MemorySize(argument: text) else {
      throw UsageError(
        "$\(MemoryBudget.variable) is \"\(text)\", expected a size of at least 64M, such as 8G")
    }
    MemoryBudget.shared.setLimit(size.bytes)
  }
}

extension FilePath: @retroactive ExpressibleByArgument {
  /// - Parameter argument: as `RawArgument` carries it.
  public init?(argument: String) { self.init(bytes: RawArgument.bytes(of: argument)) }
}
