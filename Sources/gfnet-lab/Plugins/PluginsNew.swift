import ArgumentParser
import LuaHost
import Support

/// `gfnet-lab plugins new KIND NAME`.
struct PluginsNew: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write a plugin to start from: it works as it is written, and its comments say how.",
    discussion: """
      Kinds: \(PluginSkeleton.all.map(\.word).joined(separator: ", ")). The plugin is a folder with manifest, definition, \
      test and README.md, below plugins/ of the current folder, where scripts in it find it.

      Examples:
        gfnet-lab plugins new exit steady
        gfnet-lab plugins new report confusion --dir ~/.local/share/gfnet-lab/plugins
      """)

  @Argument(help: ArgumentHelp("What it provides.", valueName: "kind"))
  var kind: String

  @Argument(help: ArgumentHelp("Its name: letters, digits, - and _.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("The folder that holds plugins.", valueName: "dir"))
  var dir: FilePath = "plugins"

  func run() throws {
    guard let skeleton = PluginSkeleton.find(kind) else {
      let words = PluginSkeleton.all.map(\.word)
      throw UsageError(
        "a plugin is \(words.dropLast().joined(separator: ", ")) or \(words.last ?? ""), not '\(kind.printable(upTo: 40))'"
          + NearestName.hint(kind, in: words))
    }
    let files = try skeleton.write(name, in: dir)
    // Who writes a plugin need not be asked about it at each change.
    let candidate = PluginFolders.Candidate(name: name, folder: dir / name)
    let manifest = try PluginLoader.standard().manifest(of: candidate)
    if !manifest.capabilities.isEmpty {
      var policy = PluginPolicy()
      try policy.allow(candidate, manifest, whateverFiles: true)
    }
    for file in files { Terminal.write("\(dir / name / file)\n") }
    Terminal.write("Try it: gfnet-lab plugins check \(dir == "plugins" ? name : (dir / name).shown)\n")
  }
}
