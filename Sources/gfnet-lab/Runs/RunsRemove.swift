import ArgumentParser
import LuaHost
import Runs
import Support

/// `gfnet-lab runs rm RUN …`.
struct RunsRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Remove runs with the files that they wrote, and no others.",
    discussion: """
      Files that a run did not write stay, with its folder. A run that goes on, and one that a sweep counts on, is not removed.

      Examples:
        gfnet-lab runs rm monday tuesday
        gfnet-lab runs rm reports/monday --yes
      """)

  @Argument(help: ArgumentHelp("The runs: by place, folder or tag.", valueName: "run"))
  var runs: [FilePath]

  @OptionGroup var place: RunsFolder

  @Flag(help: "Do not ask.")
  var yes = false

  func run() throws {
    // All are found before any is removed.
    var removals: [RunRemoval] = []
    for name in runs {
      let removal = try RunRemoval(RunsArgument.folder(name, place))
      if !removals.contains(where: { $0.folder.absolute == removal.folder.absolute }) {
        removals.append(removal)
      }
    }
    for removal in removals {
      let count = removal.fileCount
      Terminal.write("\(removal.folder): \(count) file\(count == 1 ? "" : "s")\n")
    }
    let question = removals.count == 1 ? "Remove this run?" : "Remove these \(removals.count) runs?"
    guard try yes || Terminal.asks(question) else {
      Terminal.write("Nothing was removed.\n")
      throw ExitCode(1)
    }
    for removal in removals {
      let rest = try removal.remove()
      let names = rest.prefix(5).map(\.shown).joined(separator: ", ")
      Terminal.write(
        rest.isEmpty
          ? "\(removal.folder) is removed.\n"
          : "\(removal.folder): the run is removed; what it did not write stays: \(names)\(rest.count > 5 ? ", …" : "").\n"
      )
    }
  }
}
