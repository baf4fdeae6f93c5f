import ArgumentParser
import LuaHost
import Support

/// `gfnet-lab plugins allow NAME`.
struct PluginsAllow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow",
    abstract: "Let a plugin have the capabilities that its manifest asks for.",
    discussion: """
      What is allowed is kept with the plugin's name, its folder and a checksum of its files, in \
      $XDG_CONFIG_HOME/gfnet-lab/plugins.json (by default ~/.config/gfnet-lab/plugins.json): when the files change, the \
      plugin is skipped until it is allowed again. Plugins that ask for nothing, and those that come with the program, \
      need nobody's word.

      Examples:
        gfnet-lab plugins allow steady
        gfnet-lab plugins allow work/plugins/steady --yes
        gfnet-lab plugins allow steady --edits
        gfnet-lab plugins allow steady --withdraw
      """)

  @Argument(help: ArgumentHelp("Its name, or its folder.", valueName: "plugin"))
  var plugin: String

  @Flag(help: "Do not ask.")
  var yes = false

  @Flag(help: "Allow it whatever becomes of its files, as for a plugin that you are writing.")
  var edits = false

  @Flag(help: "Take back what it was allowed.")
  var withdraw = false

  func run() throws {
    let loader = PluginLoader.standard()
    let candidate = try PluginArgument.find(plugin, in: loader)
    var policy = PluginPolicy()
    if withdraw {
      try policy.withdraw(candidate)
      return Terminal.write("\(candidate.name) may touch nothing any more.\n")
    }
    let manifest = try loader.manifest(of: candidate)
    guard !manifest.capabilities.isEmpty else {
      return Terminal.write("\(manifest.name) asks for nothing, so nothing is to be allowed.\n")
    }
    if policy.belongsToProgram(candidate.folder) {
      return Terminal.write("\(manifest.name) comes with the program and has what it asks for.\n")
    }
    Terminal.write(
      "\(manifest.name) \(manifest.version) in \(candidate.folder) asks for:\n"
        + PluginArgument.lines(manifest.capabilities))
    guard try yes || Terminal.asks("Allow it?") else {
      Terminal.write("Nothing was allowed.\n")
      throw ExitCode(1)
    }
    try policy.allow(candidate, manifest, whateverFiles: edits)
    Terminal.write(
      "\(manifest.name) is allowed that, \(edits ? "whatever its files become" : "as long as its files stay as they are").\n"
    )
  }
}

/// `gfnet-lab plugins enable NAME`.
struct PluginsEnable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable",
    abstract: "Load a plugin again that was disabled, or that ended the program while it loaded.")

  @Argument(help: ArgumentHelp("Its name, or its folder.", valueName: "plugin"))
  var plugin: String

  func run() throws {
    let loader = PluginLoader.standard()
    let candidate = try PluginArgument.find(plugin, in: loader)
    var policy = PluginPolicy()
    try policy.enable(candidate)
    let state = try PluginLoader(folders: loader.folders, policy: policy).summary(candidate).state
    Terminal.write(
      "\(candidate.name) is enabled" + (state == .ready ? ".\n" : "; \(state.word): \(state.reason)\n"))
  }
}

/// `gfnet-lab plugins disable NAME`.
struct PluginsDisable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Leave a plugin out of all runs, wherever one of this name is found.")

  @Argument(help: ArgumentHelp("Its name, or its folder.", valueName: "plugin"))
  var plugin: String

  func run() throws {
    let candidate = try PluginArgument.find(plugin, in: .standard())
    var policy = PluginPolicy()
    try policy.disable(candidate)
    Terminal.write("\(candidate.name) is disabled; gfnet-lab plugins enable \(candidate.name) undoes that.\n")
  }
}
