import ArgumentParser
import LuaHost
import Support

/// `gfnet-lab plugins install FOLDER_or_ARCHIVE`.
struct PluginsInstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Copy a plugin to where every script finds it.",
    discussion: """
      The source is a folder, a .zip or a .tar.gz that holds one plugin. Nothing of it runs but its manifest. It goes to \
      $XDG_DATA_HOME/gfnet-lab/plugins (by default ~/.local/share/gfnet-lab/plugins), where it replaces one of the same \
      name at once and as a whole. Links, devices and names that lead elsewhere are refused, and so is what unfolds to \
      more than 64 MB.

      Examples:
        gfnet-lab plugins install work/steady
        gfnet-lab plugins install steady-1.2.zip
        gfnet-lab plugins install steady.tar.gz --yes
      """)

  @Argument(help: ArgumentHelp("The folder or archive.", valueName: "source"), completion: .file())
  var source: FilePath

  @Option(help: ArgumentHelp("The folder that holds plugins (default: the user's).", valueName: "dir"))
  var dir: FilePath?

  @Flag(help: "Do not ask.")
  var yes = false

  func run() throws {
    let installer = try PluginInstaller(dir)
    let prepared = try installer.prepare(source)
    let manifest = prepared.manifest
    Terminal.write("\(manifest.name) \(manifest.version): \(manifest.summary.printable(upTo: 400))\n")
    if let before = prepared.before {
      Terminal.write("It replaces version \(before.version) in \(installer.folder / manifest.name).\n")
    }
    if !manifest.capabilities.isEmpty {
      Terminal.write("It asks for:\n" + PluginArgument.lines(manifest.capabilities))
      guard try yes || Terminal.asks("Install it and allow that?") else {
        Terminal.write("Nothing was installed.\n")
        throw ExitCode(1)
      }
    }
    var policy = PluginPolicy()
    try installer.install(prepared, allows: true, &policy)
    Terminal.write("Installed in \(installer.folder / manifest.name).\n")
    let found = PluginLoader.standard().candidates().first { $0.name == manifest.name }
    if policy.decisions.disabled.contains(manifest.name) {
      Terminal.write("It is disabled; gfnet-lab plugins enable \(manifest.name) has runs use it.\n")
    } else if let found, found.folder.resolved != (installer.folder / manifest.name).resolved {
      Terminal.write("Here the one in \(found.folder) counts, which is found first.\n")
    }
  }
}

/// `gfnet-lab plugins remove NAME`.
struct PluginsRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove an installed plugin with its files, and what was allowed to it.")

  @Argument(help: ArgumentHelp("Its name, or its folder.", valueName: "plugin"))
  var plugin: String

  @Flag(help: "Do not ask.")
  var yes = false

  func run() throws {
    let candidate = try PluginArgument.find(plugin, in: .standard())
    let installer = try PluginInstaller()
    var policy = PluginPolicy()
    if let obstacle = installer.obstacle(toRemove: candidate, policy) {
      throw UsageError("\(candidate.name) is not removed: \(obstacle)")
    }
    guard try yes || Terminal.asks("Remove \(candidate.folder) with all files?") else {
      Terminal.write("Nothing was removed.\n")
      throw ExitCode(1)
    }
    try installer.remove(candidate, &policy)
    Terminal.write("\(candidate.name) is removed.\n")
  }
}
