import ArgumentParser
import Figures
import Foundation
import Inference
import LuaHost
import Compute
import Reports
import Runs
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

  @Argument(
    help: "The script: Lua source, with or without cells, or a Jupyter notebook of Lua.",
    completion: .file(extensions: ["lua", "ipynb"]))
  var script: FilePath

  @Argument(help: ArgumentHelp("Parameters of the script.", valueName: "name=value"))
  var parameters: [String] = []

  @Option(help: ArgumentHelp("Folder for the report (default: reports/<script>).", valueName: "dir"))
  var out: FilePath?

  @OptionGroup var host: HostOptions

  @Flag(help: "Also write report.ipynb, a Jupyter notebook with the results.")
  var ipynb = false

  @Option(
    help: ArgumentHelp(
      "Formats that each figure is kept in, of \(PictureFormat.all.map(\.ending).joined(separator: ", ")) (default: png).",
      valueName: "png,svg,…"))
  var formats: String?

  @OptionGroup var cells: CellOptions

  @Flag(help: "Also write an event file for TensorBoard into the run's folder.")
  var tensorboard = false

  @Flag(name: .customLong("script-parameters"), help: .private)
  var listsParameters = false

  @Flag(name: .customLong(InputEnd.name), help: .private)
  var endsWithInput = false

  func validate() throws {
    if out?.isEmpty == true { throw ValidationError("--out needs the name of a folder") }
    _ = try pictureFormats()
  }

  func run() throws {
    if endsWithInput { InputEnd.stopsProgram() }
    if cells.watch, Ranks.isShared {
      throw UsageError("--watch is for one process, and mpirun has started several")
    }
    guard cells.watch, !listsParameters else {
      _ = try runOnce()
      return
    }
    guard InputFile.openDescriptor(script) == nil else {
      throw UsageError("--watch needs a file, not a stream")
    }
    try Watch(script: script).run(runOnce)
  }

  /// Runs the script; `before` is what the run before has left where it is watched.
  private func runOnce(_ before: Watch.Run = .init()) throws -> Watch.Run {
    let file = try ScriptArgument.read(script)
    let context = try host.context()
    cells.apply(to: context)
    Ranks.apply(to: context)
    context.options.pictureFormats = try pictureFormats()
    try checkBlanks()
    context.parameters.overrides = try parameters.map(ParameterSession.parseOverride)
    // The parameters are listed without running anything, not even plugins.
    if listsParameters {
      try printParameters(ScriptRunner(script: file, context: context))
      return before
    }
    let runner = try ScriptRunner(
      script: file, context: context, plugins: host.plugins(scriptFolder: script.folder))
    // What is missing is installed, or told, before the script has computed for hours.
    for format in context.options.pictureFormats { try format.prepare { Terminal.note($0) } }
    let recorder = RunRecorder(
      script: file, context: context, path: out,
      // What a sweep says to its runs is not for whoever repeats one by hand.
      command: ["gfnet-lab"]
        + RawArgument.all().filter { $0 != InputEnd.option }.map(RawArgument.shownAsTyped),
      formats: ReportFormat.all + (ipynb ? [JupyterReport.format] : []))
    recorder.writes = Ranks.isFirst
    context.recorder = recorder
    recorder.follows = cells.watch
    recorder.writesEvents = tensorboard
    runner.previous = before.notebook
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
    if cells.watch { return Watch.Run(of: runner, context, recorder, outcome, before) }
    if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
    return before
  }

  private func pictureFormats() throws -> [PictureFormat] {
    guard let formats else { return PictureFormat.kept }
    do {
      return try PictureFormat.list(formats)
    } catch {
      throw ValidationError("--formats: \(error)")
    }
  }

  /// Writes the final report; returns why it could not be written.
  private func finish(
    _ recorder: RunRecorder, _ notebook: Notebook, _ outcome: ScriptRunner.Outcome
  ) -> (any Error)? {
    guard recorder.hasReport(of: outcome) else { return nil }
    do {
      try recorder.finish(notebook, outcome: outcome)
      Terminal.note("report: \(recorder.path / ReportFormat.primary.fileName)")
      updatePage(after: recorder.path)
      return nil
    } catch {
      return error
    }
  }

  /// Brings the page of all runs up to date. The run has its report, so that what goes wrong here is no more than a remark.
  private func updatePage(after run: FilePath) {
    do {
      try RunsPage.update(RunsFolder.standard, after: run)
    } catch {
      Terminal.note("\(RunsFolder.standard / RunsPage.fileName) is not up to date: \(error)")
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
      // Of a notebook the message has the cell's number where it has the line.
      let isNamed = failure.message.contains(": cell \(cell), line ")
      let words = [isNamed ? "" : "cell \(cell)", failure.cellTitle].filter { !$0.isEmpty }
      if !words.isEmpty { notes.append(words.joined(separator: ", ")) }
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
    guard let text = ProcessInfo.processInfo.environment[MemoryBudget.variable], !text.isEmpty else {
      return Ranks.shareMemory()
    }
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
