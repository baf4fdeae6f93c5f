import ArgumentParser
import LuaHost
import Runs
import Support

/// `gfnet-lab runs tag RUN NAME`.
struct RunsTag: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Give a name to a run, or take it back.",
    discussion: """
      Tags stand in the run's meta.json and go where its folder goes. A new run in the same folder has none of them.

      Examples:
        gfnet-lab runs tag monday baseline
        gfnet-lab runs tag baseline baseline --remove
      """)

  @Argument(help: ArgumentHelp("The run: its place, its folder, or its tag.", valueName: "run"))
  var name: FilePath

  @Argument(help: ArgumentHelp("The tag: letters, digits and . _ - + :", valueName: "name"))
  var tag: String

  @OptionGroup var place: RunsFolder

  @Flag(help: "Take the tag back.")
  var remove = false

  func validate() throws {
    if !remove, let problem = RunTags.problem(of: tag) { throw ValidationError(problem) }
  }

  func run() throws {
    let folder = try RunsArgument.folder(name, place)
    let hasChanged = try RunTags.set(tag, !remove, on: folder)
    let shown = tag.printable(upTo: 60)
    switch (remove, hasChanged) {
    case (false, true): Terminal.write("\(folder) is tagged \(shown)\n")
    case (false, false): Terminal.write("\(folder) has the tag \(shown) already\n")
    case (true, true): Terminal.write("\(folder) has no tag \(shown) any more\n")
    case (true, false): throw UsageError("\(folder) has no tag \(shown)")
    }
  }
}
