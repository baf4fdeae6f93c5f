import ArgumentParser
import Reports
import Runs
import Support

/// `gfnet-lab runs …`: the runs that there are, found again.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List, show, compare, tag and remove runs.",
    discussion: """
      Runs are found below reports/, or below the folder that --folder names, as that of a sweep. A run is named by its \
      place there, by the path of its folder, or by a tag that no other run has.

      Examples:
        gfnet-lab runs                                       all runs, the newest first
        gfnet-lab runs list --script train_clutter --sort accuracy --reverse
        gfnet-lab runs list --status failed --since 7d
        gfnet-lab runs show train_clutter                    commit, parameters, results
        gfnet-lab runs compare monday tuesday --html both.html
        gfnet-lab runs tag monday baseline
        gfnet-lab runs list --folder sweeps/train --sort rate
      """,
    subcommands: [
      RunsList.self, RunsShow.self, RunsCompare.self, RunsTag.self, RunsRemove.self,
    ], defaultSubcommand: RunsList.self)
}

/// Where the runs are that a command is about.
struct RunsFolder: ParsableArguments {
  @Option(help: ArgumentHelp("The folder that holds the runs (default: reports).", valueName: "dir"))
  var folder: FilePath?

  /// The folder that the user has named, or that runs write to.
  var path: FilePath { folder ?? Self.standard }

  /// Where runs go that nobody names a folder for.
  static let standard: FilePath = "reports"

  /// The runs, with a line for each that cannot be read.
  ///
  /// - Throws: `FileError` where there is no such folder; `Interrupted`.
  func index() throws -> RunIndex {
    let index = try RunIndex(path)
    let most = 5
    for problem in index.problems.prefix(most) {
      Terminal.note("left out: \(problem.printable(upTo: 500))")
    }
    if index.problems.count > most { Terminal.note("left out: \(index.problems.count - most) more") }
    return index
  }
}
