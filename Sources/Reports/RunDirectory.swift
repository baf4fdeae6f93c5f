import Foundation
import Support

/// The folder that holds everything needed to know a run and to repeat it.
///
/// ```
/// index.html  report.md        the notebook with its results
/// figures/    tables/          .png (and what was asked for) and .csv; .csv and .tex
/// meta.json                    commit, command, host, versions, seed, times, status
/// config.json overrides.json   every setting; those that the command line set
/// metrics.jsonl                one JSON object a line, as training goes on
/// summary.json log.txt         results at the end; what was logged
/// ```
///
/// Every file is replaced as a whole or appended to by whole lines. A new run removes exactly what the last
/// one wrote here. One run at a time can have the folder.
public final class RunDirectory {
  /// The folder.
  public let path: FilePath
  /// What is known of the run by now.
  public private(set) var facts: RunFacts
  /// The file to open in a browser.
  public var indexPath: FilePath { path / ReportFormat.primary.fileName }

  /// The file that says what is known of a run.
  package static let metaName = "meta.json"
  /// What `meta.json` of every run says of who wrote it.
  package static let writer = RunFacts.writer

  private let log: AppendedFile
  private var metrics: AppendedFile?
  /// What TensorBoard reads, where it is asked for.
  private var events: RunEvents?
  private var files: [String] = []
  private var listed: Set<String> = []
  /// Lower-case stems that files of others have, by the folder's kind.
  private let foreign: [Notebook.ArtifactKind: Set<String>]
  private var saved: Set<ArtifactNames.Position> = []
  /// The forms that the run is reported in.
  private let formats: [ReportFormat]
  /// A renderer for each of ``formats``, from the first report on.
  private var renderers: [any ReportRenderer] = []
  private var title = ""
  /// Milliseconds on the clock from which the pages are written again.
  private var nextWrite = -Double.infinity
  private let clock: () -> Double
  /// Says in `meta.json` that the run was ended before it could.
  private var lastWords: Int?

  /// `reports/NAME` for a script `…/NAME.lua`.
  public static func defaultPath(script: FilePath) -> FilePath {
    "reports" / ArtifactNames.stem(script.shownStem, fallback: "script")
  }

  /// Takes the folder: creates it, removes the files of the run before, and writes `meta.json`,
  /// `config.json` and `overrides.json`.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - facts: what is known of the run when it begins.
  ///   - keepingMetrics: a resumed training goes on appending to `metrics.jsonl`.
  ///   - formats: the forms that the run is reported in.
  ///   - writesEvents: also write an event file for TensorBoard.
  ///   - clock: milliseconds, by which ``update(_:)`` spares time.
  /// - Throws: ``RunFolderError`` when files of someone else are in the way; `FileError` when the folder
  ///   cannot be written, or another run has it.
  public init(
    path: FilePath, facts: RunFacts, keepingMetrics: Bool = false,
    formats: [ReportFormat] = ReportFormat.all, writesEvents: Bool = false,
    clock: @escaping () -> Double = { MonotonicClock.milliseconds }
  ) throws {
    self.path = path
    self.clock = clock
    self.formats = formats
    self.facts = facts
    try AtomicFile.createFolder(self.path)
    let folder = RunFolder(path: self.path)
    let written = folder.writtenFiles()
    try folder.checkOwnership(of: written)
    log = try AppendedFile(path: self.path / "log.txt", locked: true)
    try log.truncate()

    var kept: Set = ["log.txt", "meta.json"]
    if keepingMetrics, written.contains("metrics.jsonl") {
      kept.insert("metrics.jsonl")
      files.append("metrics.jsonl")
    }
    foreign = Dictionary(
      uniqueKeysWithValues: Notebook.ArtifactKind.allCases.map { kind in
        (kind, folder.foreignStems(in: kind.folder, written: written))
      })
    try folder.remove(written, keeping: kept)

    files += ["meta.json", "log.txt", "config.json", "overrides.json"] + formats.map(\.fileName)
    listed = Set(files)
    do {
      try writeMeta(durable: false)
      try AtomicFile.write(facts.config.pretty, to: self.path / "config.json")
      try AtomicFile.write(facts.overrides.pretty, to: self.path / "overrides.json")
      if writesEvents { events = try RunEvents(path: claim(RunEvents.name(facts.started)), facts: facts) }
    } catch {
      discard()
      throw error
    }
    let meta = self.path / "meta.json"
    lastWords = ForcedEnd.add { RunFacts.markInterrupted(meta) }
  }

  deinit { if let lastWords { ForcedEnd.remove(lastWords) } }

  /// Takes note of the model files that the run has loaded by now.
  public func record(models: [RunFacts.Source]) { facts.models = models }

  /// Takes note of the data sets that the run has opened by now.
  public func record(data: [RunFacts.Data]) { facts.data = data }

  /// Takes note of the plugins that the run has used by now.
  public func record(plugins: [RunFacts.Source]) { facts.plugins = plugins }

  /// Brings the report up to date after a cell has ended, or before one starts.
  ///
  /// New figures and tables are always saved. The pages are written unless that has become slow: then at
  /// most a twentieth of the time goes into it, except after a cell that failed.
  public func update(_ notebook: Notebook) throws {
    facts.remarks = notebook.allRemarks
    facts.cells = RunFacts.cells(of: notebook)
    let names = try saveArtifacts(of: notebook)
    let start = clock()
    guard start >= nextWrite || notebook.failedCell != nil else { return }
    try writePages(notebook, names: names, figures: .linked, durable: false)
    let end = clock()
    nextWrite = end + max(0, (end - start - 5) * 20)
  }

  /// Writes the final report, with the figures inside the page, and `summary.json`.
  ///
  /// - Parameters:
  ///   - notebook: all cells with what they produced.
  ///   - status: how the run ended.
  ///   - seconds: its wall-clock time.
  ///   - results: what the script reported as its results.
  /// - Throws: `FileError`, as on a full disk. A report that reached to an earlier cell then stays, marked as
  ///   failed; without one, all that was written is removed.
  public func finish(
    _ notebook: Notebook, status: RunFacts.Status, seconds: Double, results: [JSONValue.Member] = []
  ) throws {
    facts.status = status
    facts.seconds = seconds
    facts.remarks = notebook.allRemarks
    facts.cells = RunFacts.cells(of: notebook)
    defer {
      if let lastWords { ForcedEnd.remove(lastWords) }
      lastWords = nil
    }
    do {
      let names = try saveArtifacts(of: notebook)
      try list(["summary.json"])
      try AtomicFile.write(summary(of: notebook, results: results).pretty, to: path / "summary.json")
      try events?.finish(notebook, results: results, status: status)
      try writePages(notebook, names: names, figures: .embedded, durable: true)
      try writeMeta(durable: true)
    } catch {
      facts.status = .failed
      if indexPath.exists {
        endAsFailed(summary(of: notebook, results: results))
      } else {
        discard()
      }
      throw error
    }
  }

  /// Says of a run whose report stays as it was before that it failed, as far as the disk lets it.
  private func endAsFailed(_ summary: JSONValue) {
    let summaryPath = path / "summary.json"
    // One that was written already says that all went well; none is made that the run has not listed.
    if summaryPath.exists {
      do { try AtomicFile.write(summary.pretty, to: summaryPath) } catch {
        _ = summaryPath.withPlatformString { unlink($0) }
      }
    }
    do { try writeMeta(durable: false) } catch { RunFacts.markFailed(path / Self.metaName) }
  }

  /// Removes what this run wrote; numbers of a training, which took long to get, stay.
  private func discard() {
    let hasMetrics = listed.contains("metrics.jsonl")
    RunFolder(path: path).discard(
      listed, keeping: hasMetrics ? ["metrics.jsonl", "meta.json", "log.txt"] : [])
    if hasMetrics { try? writeMeta(durable: false) }
  }

  /// Appends one line to `metrics.jsonl`.
  public func appendMetrics(_ values: [JSONValue.Member]) throws {
    if metrics == nil {
      try list(["metrics.jsonl"])
      metrics = try AppendedFile(path: path / "metrics.jsonl")
    }
    try metrics?.append(JSONValue.object(values).compact)
    try events?.metrics(values)
  }

  /// Whether ``appendWeights(_:_:)`` is worth its numbers.
  public var takesWeights: Bool { events != nil }

  /// Notes how the weights of a part of a network are distributed after the last line of metrics.
  public func appendWeights(_ part: String, _ histogram: NumberHistogram) throws {
    try events?.weights(part, histogram)
  }

  /// Appends to `log.txt`, with the time of day (UTC) before each line.
  public func log(_ text: String) throws {
    let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      try log.append("\(time) \(line.printable(upTo: .max))")
    }
  }

  /// Registers a file that the caller writes itself, so that the next run removes it; returns its full path.
  ///
  /// - Parameter relative: its path below the folder, such as `"events.out.tfevents.1"`; no component may
  ///   start with a dot.
  /// - Throws: ``RunFolderError`` for another path; `FileError`.
  public func claim(_ relative: String) throws -> FilePath {
    guard RunFolder.isInside(relative) else {
      throw RunFolderError(path: path, reason: "\(relative) is not a plain path below the folder")
    }
    try list([relative])
    try AtomicFile.createFolder((path / relative).folder)
    return path / relative
  }

  // MARK: Files

  /// Saves figures and tables that are not saved yet.
  private func saveArtifacts(of notebook: Notebook) throws -> ArtifactNames {
    title = notebook.title
    let names = ArtifactNames(notebook, reserved: foreign)
    var pending: [(stem: String, artifact: Notebook.Artifact)] = []
    var new: [(stem: String, output: Notebook.Output)] = []
    for (cell, content) in notebook.cells.enumerated() {
      // Those of earlier runs are saved when it is clear that they stay.
      if content.earlier != nil, facts.status == .running { continue }
      for (output, value) in content.outputs.enumerated() {
        let position = ArtifactNames.Position(cell: cell, output: output)
        guard let artifact = value.artifact, let stem = names.stems[position],
          saved.insert(position).inserted
        else { continue }
        pending.append(("\(artifact.kind.folder)/\(stem).", artifact))
        new.append((stem, value))
      }
    }
    try list(pending.flatMap { stem, artifact in artifact.endings.map { stem + $0 } })
    // Files are not flushed one by one: with hundreds of figures that would take most of the time.
    for folder in Set(pending.map(\.artifact.kind.folder)) { try AtomicFile.createFolder(path / folder) }
    // The contents of one are made at a time: a hundred large tables would take as much memory again as they have.
    for (stem, artifact) in pending {
      for (ending, content) in zip(artifact.endings, artifact.files()) {
        try AtomicFile.write(to: path / (stem + ending), durable: false, followsLinks: false) {
          try $0.append(content)
        }
      }
    }
    if let events { for (stem, output) in new { try events.artifact(output, stem: stem) } }
    return names
  }

  private func writePages(
    _ notebook: Notebook, names: ArtifactNames, figures: ReportPage.Figures, durable: Bool
  ) throws {
    facts.follower?.version += 1
    defer { writeFollowed(hasEnded: false) }
    if renderers.isEmpty { renderers = formats.map { $0.makeRenderer(notebook) } }
    let page = ReportPage(notebook, facts: facts, names: names, figures: figures)
    for (format, renderer) in zip(formats, renderers) where format.showsProgress || figures == .embedded {
      try AtomicFile.write(to: path / format.fileName, durable: durable, followsLinks: false) { output in
        try renderer.render(page) { try output.append($0) }
      }
    }
  }

  /// Tells open pages which version of the page there is now.
  private func writeFollowed(hasEnded: Bool) {
    guard let follower = facts.follower else { return }
    try? list([PageFollower.file])
    try? AtomicFile.write(follower.answer(hasEnded: hasEnded), to: path / PageFollower.file)
  }

  /// Writes the page once more without what follows the runs: nobody will write it again.
  public func endFollowing(_ notebook: Notebook) throws {
    guard facts.follower != nil else { return }
    facts.follower?.version += 1
    writeFollowed(hasEnded: true)
    facts.follower = nil
    let names = try saveArtifacts(of: notebook)
    try writePages(notebook, names: names, figures: .embedded, durable: false)
  }

  /// Names files in `meta.json` before they are written: a run that is killed leaves none unlisted.
  private func list(_ names: [String]) throws {
    let new = names.filter { listed.insert($0).inserted }
    guard !new.isEmpty else { return }
    files += new
    try writeMeta(durable: false)
  }

  private func writeMeta(durable: Bool) throws {
    let text = facts.meta(title: title, files: files).pretty
    try AtomicFile.write(to: path / "meta.json", durable: durable, followsLinks: false) {
      try $0.append(Data(text.utf8))
    }
  }

  private func summary(of notebook: Notebook, results: [JSONValue.Member]) -> JSONValue {
    let cells = RunFacts.cells(of: notebook)
    var error = JSONValue.null
    if let failed = notebook.failedCell {
      for case .error(let message, _) in notebook.cells[failed].outputs { error = .string(message) }
    }
    return .object([
      .init("status", .string(facts.status.rawValue)),
      .init("seconds", facts.seconds.map(JSONValue.number) ?? .null),
      .init("error", error), .init("results", .object(results)), .init("cells", .array(cells)),
    ])
  }
}
