import CLuaBridge
import Foundation
import Compute
import Reports
import Support
import Tensor

/// Writes the run directory of a script: the report after each cell, the results at the end.
///
/// The folder is taken when the script is compiled and the parameters are known, so that a slip in either does not cost
/// the report of the run before.
public final class RunRecorder {
  /// Where the report goes.
  public let path: FilePath
  private let script: ScriptFile
  private let context: HostContext
  private let command: [String]
  private let formats: [ReportFormat]
  private let start = Date()
  private let clock = DispatchTime.now().uptimeNanoseconds
  private var directory: RunDirectory?
  /// Has open pages follow what is written next.
  public var follows = false
  /// True once the script was compiled and its cells run.
  var hasBegun = false
  /// Lines for the log from before the folder was taken.
  private var unlogged: [String] = []

  /// - Parameters:
  ///   - script: the script that runs.
  ///   - context: what the host knows of the run.
  ///   - path: the run directory; nil: `reports/<script>`.
  ///   - command: the command line, which the report shows.
  ///   - formats: the forms of the report.
  public init(
    script: ScriptFile, context: HostContext, path: FilePath?, command: [String],
    formats: [ReportFormat] = ReportFormat.all
  ) {
    self.script = script
    self.context = context
    self.command = command
    self.formats = formats
    self.path = path ?? RunDirectory.defaultPath(script: script.path)
  }

  /// False where another process of the run writes the report.
  public var writes = true

  /// The run directory, taken now if it was not before; nil where another process writes it. Training appends its metrics
  /// here.
  public func open() throws -> RunDirectory? {
    guard writes else { return nil }
    if let directory { return directory }
    var facts = RunFacts(
      command: command, versions: Self.versions, parameters: context.parameters.facts,
      seed: context.options.seed, threads: ThreadTeam.size, precision: context.options.precision.rawValue,
      repository: .of(folder: script.path.folder), started: start)
    facts.status = .running
    if follows { facts.follower = PageFollower() }
    facts.plugins = context.loadedPlugins.map(RunFacts.Source.init)
    let opened = try RunDirectory(path: path, facts: facts, formats: formats)
    directory = opened
    log(["started: \(facts.shellCommand)"] + unlogged)
    unlogged = []
    return opened
  }

  /// Appends lines to the log. What cannot be written is told by the files that matter more.
  func log(_ lines: [String]) {
    guard writes else { return }
    guard let directory else { return unlogged += lines }
    for line in lines { try? directory.log(line) }
  }

  /// Brings the report up to date after a cell.
  func update(_ notebook: Notebook) throws {
    guard let directory = try open() else { return }
    record(into: directory)
    try directory.update(notebook)
  }

  /// Takes note of what the run has used by now.
  private func record(into directory: RunDirectory) {
    directory.record(models: context.loadedModels)
    directory.record(data: context.openedData)
    directory.record(plugins: context.loadedPlugins.map(RunFacts.Source.init))
  }

  /// Whether such an end leaves a report: not where nothing has run, as with wrong usage or a slip in the source.
  public func hasReport(of outcome: ScriptRunner.Outcome) -> Bool {
    guard writes else { return false }
    return switch outcome {
    case .done: true
    case .usage: false
    case .failed(let failure): !failure.isOfSource
    case .interrupted: hasBegun
    }
  }

  /// Writes the final report, where there is one.
  public func finish(_ notebook: Notebook, outcome: ScriptRunner.Outcome) throws {
    guard hasReport(of: outcome) else { return }
    let status: RunFacts.Status
    switch outcome {
    case .done: status = .done
    case .failed: status = .failed
    case .interrupted: status = .interrupted
    case .usage: return
    }
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - clock) * 1e-9
    if case .failed(let failure) = outcome { log([failure.message]) }
    log(["\(status.rawValue)"])
    guard let directory = try open() else { return }
    record(into: directory)
    try directory.finish(notebook, status: status, seconds: seconds, results: context.outputs.results)
  }

  /// Writes the last report once more, as one that nobody writes again.
  public func endFollowing(_ notebook: Notebook) { try? directory?.endFollowing(notebook) }

  /// Lets another run have the folder.
  public func close() { directory = nil }

  /// What a run computes with.
  public static var versions: [RunFacts.Version] {
    [
      .init("gfnet-lab", CoreModule.version),
      .init("Lua", String(cString: gf_lua_release()).replacing("Lua ", with: "")),
      .init(NumericsLibrary.name, NumericsLibrary.version),
    ]
  }
}

extension RunFacts.Source {
  fileprivate init(_ plugin: PluginLoader.Loaded) {
    self.init(
      name: plugin.manifest.name, version: plugin.manifest.version, path: plugin.folder.shown,
      checksum: plugin.checksum, capabilities: plugin.manifest.capabilities.sorted().map(\.rawValue))
  }
}
