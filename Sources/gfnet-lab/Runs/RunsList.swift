import ArgumentParser
import Foundation
import LuaHost
import Reports
import Runs
import Support

/// `gfnet-lab runs list`.
struct RunsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List runs, the newest first.",
    discussion: """
      Runs are sorted by started, run, script, status or seconds, or by the name of a result, of a number of \
      metrics.jsonl (its last value) or of a parameter; where a name means several, results.NAME, metrics.NAME and \
      parameters.NAME tell them apart. The smallest comes first, with --reverse the largest; runs without the value come last.

      Examples:
        gfnet-lab runs list --script train_clutter --sort accuracy --reverse --limit 10
        gfnet-lab runs list --status failed --status interrupted --since 2026-03-01
        gfnet-lab runs list --tag baseline --json
      """)

  @OptionGroup var place: RunsFolder

  @Option(help: ArgumentHelp("Only runs of this script: its path, or its name.", valueName: "script"))
  var script: String?

  @Option(
    help: ArgumentHelp(
      "Only runs that ended so: done, failed, interrupted, or running. May be given several times."))
  var status: [String] = []

  @Option(help: "Only runs with this tag. May be given several times: then with all of them.")
  var tag: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only runs that began since: 2026-03-01, 2026-03-01T14:05, or as long ago as 30min, 12h, 7d, 2w.",
      valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("What to sort by (default: the newest first).", valueName: "name"))
  var sort: String?

  @Flag(help: "The largest first; without --sort, the oldest.")
  var reverse = false

  @Option(help: ArgumentHelp("The most runs.", valueName: "n"))
  var limit: Int?

  @Flag(
    help: "Write index.html into the folder that holds the runs: all of them, with pictures and a search.")
  var page = false

  @Flag(help: "Print one JSON list.")
  var json = false

  func validate() throws {
    let known = ["running", "done", "failed", "interrupted", "unknown"]
    for word in status where !known.contains(word) {
      throw ValidationError(
        "--status: there is no '\(word.printable(upTo: 60))'\(NearestName.hint(word, in: known))")
    }
    if let since, RunQuery.date(since) == nil {
      throw ValidationError(
        "--since: '\(since.printable(upTo: 60))' is no time; write 2026-03-01, 2026-03-01T14:05 or 7d")
    }
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  func run() throws {
    guard place.folder != nil || place.path.exists else {
      Terminal.write(json ? "[]\n" : "No runs: there is no folder \(place.path) here.\n")
      return
    }
    if page {
      try RunsPage.write(place.path)
      Terminal.note("runs: \(place.path / RunsPage.fileName)")
    }
    let index = try place.index()
    var query = RunQuery()
    query.script = script
    query.statuses = status
    query.tags = tag
    query.since = since.flatMap { RunQuery.date($0) }
    query.sort = sort
    query.isReversed = reverse
    query.limit = limit
    if json {
      let lines = try index.json(query)
      Terminal.write(lines.isEmpty ? "[]\n" : "[\n" + lines.joined(separator: ",\n") + "\n]\n")
      return
    }
    let entries = try index.entries(query)
    Terminal.write(entries.isEmpty ? "No runs below \(place.path).\n" : table(entries).text)
  }

  private func table(_ entries: [RunIndex.Entry]) -> Notebook.Table {
    var columns: [(name: String, value: (RunIndex.Entry) -> Notebook.Table.Value)] = [
      ("run", { .text($0.name) }), ("started (UTC)", { .text($0.startedText) }),
      ("script", { .text($0.scriptStem) }), ("status", { .text($0.status) }),
      ("time (s)", { $0.seconds.map { .number($0, digits: 1) } ?? .empty }),
    ]
    if let sort, !RunIndex.Entry.ownColumns.contains(sort) {
      columns.append(
        (
          sort.printable(upTo: 40),
          { entry in
            entry.number.map { .number($0, digits: nil) } ?? .text(entry.value.printable(upTo: 60))
          }
        ))
    }
    // What no run has needs no column.
    for (name, path) in [("results", \RunIndex.Entry.results), ("set", \.settings), ("tags", \.tags)]
    where entries.contains(where: { !$0[keyPath: path].isEmpty }) {
      columns.append((name, { .text($0[keyPath: path]) }))
    }
    return Notebook.Table(
      name: "runs", columns: columns.map(\.name),
      rows: entries.map { entry in columns.map { $0.value(entry) } })
  }
}
