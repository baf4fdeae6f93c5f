import ArgumentParser
import Foundation
import Reports
import Runs
import Support

/// `gfnet-lab runs show RUN`.
struct RunsShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show how a run was made, its parameters, results and metrics.",
    discussion: """
      Of metrics, the numbers of trainings in metrics.jsonl, the last value of each is shown.

      Examples:
        gfnet-lab runs show train_clutter
        gfnet-lab runs show reports/sample/train_clutter --json
      """)

  @Argument(help: ArgumentHelp("The run: its place, its folder, or its tag.", valueName: "run"))
  var name: FilePath

  @OptionGroup var place: RunsFolder

  @Flag(help: "Print one JSON object.")
  var json = false

  /// The longest text that is shown of a value.
  private static let longestText = 2000

  func run() throws {
    let run = try RunsArgument.find(name, place)
    if json {
      ModelsOutput.print([
        "folder": .string(run.folder.shown), "tags": .array(run.tags.map(JSONValue.string)),
        "results": .object(run.results), "metrics": .object(run.metrics), "meta": run.meta,
      ])
      return
    }
    var rows = [JSONValue.Member("folder", .string(run.folder.shown))] + run.provenance
    let report = run.folder / ReportFormat.primary.fileName
    if report.isRegularFile { rows.append(.init("report", .string(report.shown))) }
    show(["run", "value"], rows.map { [.text($0.name.printable(upTo: 100)), value($0.value)] })
    show(
      ["parameter", "value", "default", ""],
      run.parameters.map {
        [
          .text($0.name.printable(upTo: 100)), value($0.value), value($0.defaultValue),
          .text($0.isSet ? "set" : ""),
        ]
      })
    show(
      ["result", "value"],
      run.results.map { [.text($0.name.printable(upTo: 100)), value($0.value)] })
    show(
      ["metric", "last value"],
      run.metrics.map { [.text($0.name.printable(upTo: 100)), value($0.value)] })
  }

  private func show(_ columns: [String], _ rows: [[Notebook.Table.Value]]) {
    guard !rows.isEmpty else { return }
    let text = Notebook.Table(name: "run", columns: columns, rows: rows).text
    Terminal.write((columns[0] == "run" ? "" : "\n") + text)
  }

  private func value(_ json: JSONValue) -> Notebook.Table.Value {
    // One column of numbers and texts reads as text.
    let text = json.asNumber.map { Notebook.Table.Value.number($0, digits: nil).shown } ?? json.plain
    return .text(text.printable(upTo: Self.longestText))
  }
}

/// Finding the run that a user names.
enum RunsArgument {
  /// - Throws: ``Runs/RunsError`` where there is none.
  static func find(_ name: FilePath, _ place: RunsFolder) throws -> RecordedRun {
    let folder = try folder(name, place)
    guard let run = try RecordedRun(folder) else { throw RunsError("\(folder) is not the folder of a run") }
    return run
  }

  /// The folder of a run.
  ///
  /// - Throws: ``Runs/RunsError`` where there is none.
  static func folder(_ name: FilePath, _ place: RunsFolder) throws -> FilePath {
    // Without a folder of all runs a path may still lead to one.
    if place.folder == nil, !place.path.exists {
      if try RecordedRun(name) != nil { return name }
      throw RunsError(
        "there is no run \(name.shown.printable(upTo: 200)), and no folder \(place.path) here; --folder names another"
      )
    }
    return try place.index().folder(name)
  }
}
