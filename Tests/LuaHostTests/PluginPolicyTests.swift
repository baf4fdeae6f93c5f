import LuaHost
import Support
import TestSupport
import Testing

/// What the user allows, and plugins that do not get past their loading; the commands are in `CommandTests`.
@Suite struct PluginPolicyTests {
  private func policy(_ home: TemporaryFolder, program: FilePath? = nil) -> PluginPolicy {
    PluginPolicy(environment: ["HOME": home.path.string], program: program)
  }

  private func run(_ source: String, _ loader: PluginLoader) throws -> ScriptBench {
    try ScriptBench(source, clock: SteppingClock(), plugins: loader, prepare: { $0.showRemark = { _ in } })
  }

  @Test func aPluginThatTakesTooLongTwiceIsSetAside() throws {
    let (folder, home) = (try PluginFolder(), try TemporaryFolder())
    try folder.plugin("slow", initialise: "while true do end")
    try folder.plugin("gap")
    let source = "print(pcall(function() return gfnet.exits.slow end), gfnet.exits.gap.name)"
    func again() throws -> ScriptBench {
      try run(source, PluginLoader(folders: [folder.root], secondsToLoad: 0.5, policy: policy(home)))
    }
    for _ in 1...2 { #expect(try again().notebook.remarks.filter { $0.contains("slow") } == []) }
    let third = try again()
    #expect(third.message == "" && third.shown.hasPrefix("false\t"))
    #expect(
      third.notebook.remarks.contains {
        $0.hasPrefix("plugin 'slow' skipped: the last 2 starts ended while it was loading")
      }, "\(third.notebook.remarks)")
    // One that loads well has no past.
    let slow = try #require(PluginLoader(folders: [folder.root]).candidates().first { $0.name == "slow" })
    var decided = policy(home)
    try decided.enable(slow)
    try folder.plugin("slow")
    #expect(try again().shown.hasPrefix("true\t"))
    #expect(try FolderListing(home.path / ".local/state/gfnet-lab/plugins-loading").names == [])
  }

  /// Who asks for what a plugin provides that is not used hears why, whatever the plugin is called.
  @Test func namesOfADisabledPluginSayHowToEnableIt() throws {
    let (folder, home) = (try PluginFolder(), try TemporaryFolder())
    try folder.plugin(
      "mine",
      manifest:
        "name = 'mine' version = '1' summary = 's' requires = 'gfnet >= 0.1' provides = {exits = {'calm'}}",
      initialise: "gfnet.exits.define{name = 'calm', decide = function() return true end}")
    var policy = policy(home)
    let candidate = try #require(PluginLoader(folders: [folder.root]).candidates().first)
    try policy.disable(candidate)
    let loader = PluginLoader(folders: [folder.root], secondsToLoad: .infinity, policy: policy)
    let reason = "; the plugin 'mine', which provides it, is disabled; gfnet-lab plugins enable "
    let field = try run("print(gfnet.exits.calm)", loader)
    #expect(field.notebook.remarks == [])
    #expect(field.message.contains("gfnet.exits has no field 'calm'" + reason), "\(field.message)")
    let named = try run(
      """
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
        classes = {"a", "b"}})
      gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}:trace(data):evaluate("calm")
      """, loader)
    #expect(named.message.contains("no exit rule is called 'calm'" + reason), "\(named.message)")
    let other = try run("print(gfnet.samplers.calm)", loader)
    #expect(!other.message.contains("disabled"), "\(other.message)")
  }

  @Test func aPluginWhoseManifestCannotBeReadIsKnownByItsName() throws {
    let folder = try PluginFolder()
    try folder.plugin("odd", manifest: "name = 7")
    let message = try run("print(gfnet.exits.odd)", folder.loader).message
    #expect(
      message.contains("no field 'odd'; the plugin 'odd', which provides it, was skipped: "), "\(message)")
  }

  @Test func anErrorIsNoCrash() throws {
    let (folder, home) = (try PluginFolder(), try TemporaryFolder())
    try folder.plugin("bad", initialise: "error('no')")
    let loader = PluginLoader(folders: [folder.root], secondsToLoad: .infinity, policy: policy(home))
    for _ in 1...3 {
      let bench = try run("print(pcall(function() return gfnet.exits.bad end))", loader)
      #expect(bench.notebook.remarks.filter { $0.contains("skipped") } == [] && bench.shown.contains("no"))
    }
  }

  @Test func pluginsOfTheProgramHaveWhatTheyAskFor() throws {
    let (folder, home) = (try PluginFolder(), try TemporaryFolder())
    for place in ["share/plugins", "other"] {
      try folder.write(
        "\(place)/timed/plugin.lua",
        """
        name = "timed" version = "1" summary = "s" requires = "gfnet >= 0.1" provides = {exits = {"timed"}}
        capabilities = {"clock"}
        """)
      try folder.write(
        "\(place)/timed/init.lua",
        "assert(gfnet.clock() > 0) gfnet.exits.define{name = 'timed', decide = function() return true end}")
    }
    let policy = policy(home, program: folder.root / "share")
    func outcome(_ place: String) throws -> ScriptBench {
      try run(
        "print(gfnet.exits.timed.name)",
        PluginLoader(folders: [folder.root / place], secondsToLoad: .infinity, policy: policy))
    }
    #expect(try outcome("share/plugins").shown == "timed\n")
    let refused = try outcome("other")
    #expect(
      refused.shown == ""
        && refused.message.contains(
          "no field 'timed'; the plugin 'timed', which provides it, was skipped: it asks for clock, which you have not"
            + " allowed; gfnet-lab plugins allow "),
      "\(refused.message)")
    #expect(
      refused.notebook.remarks.contains { $0.contains("it asks for clock, which you have not allowed") })
  }

  /// Between the look at all files and the reading of one, somebody may have put another in its place.
  @Test func aFileThatIsSwappedDuringTheRunIsNotRead() throws {
    let (folder, home) = (try PluginFolder(), try TemporaryFolder())
    try folder.plugin(
      "timed", capabilities: "'clock'",
      initialise: "require('words') gfnet.exits.define{name = 'timed', decide = function() return true end}")
    try folder.write("timed/words.lua", "return 1")
    var policy = policy(home)
    let plain = PluginLoader(folders: [folder.root])
    let candidate = try #require(plain.candidates().first)
    try policy.allow(candidate, plain.manifest(of: candidate))
    let loader = PluginLoader(folders: [folder.root], secondsToLoad: .infinity, policy: policy)
    let state = try LuaState()
    try Catalog.standard.install(in: state)
    let roster = try loader.register(in: state, catalog: .standard)
    #expect(roster.outcome.problems == [])
    try folder.write("timed/words.lua", "return 2")
    let error = #expect(throws: LuaError.self) { try state.context.definitions.find(.exits, "timed") }
    #expect(error?.message.contains("it is not the file that you allowed") == true, "\(error?.message ?? "")")
  }
}
