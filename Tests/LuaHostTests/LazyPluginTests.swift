import LuaHost
import TestSupport
import Testing

/// A plugin's names are known from its manifest; its code runs when one of them is used.
@Suite struct LazyPluginTests {
  @Test func aPluginThatIsNotUsedDoesNotRun() throws {
    let folder = try PluginFolder()
    for name in ["one", "two"] {
      try folder.plugin(
        name, initialise: "print('\(name) runs') gfnet.exits.define{name = '\(name)', decide = print}")
    }
    var remarks: [String] = []
    var loaded: [String] = []
    let context = try Self.context {
      $0.showRemark = { remarks.append($0) }
    }
    let runner = try ScriptRunner(
      script: ScriptFile(path: "test.lua", source: "x = gfnet.exits.two y = gfnet.exits.two"),
      context: context,
      plugins: folder.loader)
    #expect(runner.run().exitStatus == 0)
    loaded = context.loadedPlugins.map(\.manifest.name)
    #expect(remarks == ["plugin 'two' prints: two runs"] && loaded == ["two"])
  }

  private static func context(_ prepare: (HostContext) -> Void) throws -> HostContext {
    let context = HostContext()
    context.traceCache = nil
    prepare(context)
    return context
  }

  @Test func namesAreListedWithoutLoading() throws {
    let folder = try PluginFolder()
    try folder.plugin("gap", initialise: "error('never')")
    let bench = try ScriptBench(
      "print(#gfnet.exits.list(), table.concat(gfnet.exits.list(), ' '):find('gap') ~= nil)",
      plugins: folder.loader)
    #expect(bench.message == "" && bench.shown.hasSuffix("\ttrue\n"))
  }

  @Test func aNameGivenAsTextLoadsToo() throws {
    let folder = try PluginFolder()
    try folder.plugin("gap")
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
        classes = {"a", "b"}})
      local trace = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}:trace(data)
      print(trace:evaluate(gfnet.exits.gap{threshold = 1}).exits[2])
      print(#gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}:infer(data, {exit = "gap"}))
      """, plugins: folder.loader)
    #expect(bench.message == "" && bench.shown == "2\n2\n")
  }

  /// Whoever uses a name first lends no rights to the plugin, and takes none from it.
  @Test func onePluginMayUseAnother() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "inner", capabilities: "'clock'",
      initialise:
        "assert(gfnet.clock() > 0) gfnet.exits.define{name = 'inner', decide = function() return true end}")
    try folder.plugin(
      "outer",
      initialise: """
        assert(gfnet.exits.inner.name == "inner" and not pcall(gfnet.clock))
        gfnet.exits.define{name = "outer", decide = function() return true end}
        """)
    let bench = try ScriptBench(
      "print(gfnet.exits.outer.origin, gfnet.exits.inner.origin)", plugins: folder.loader,
      prepare: { $0.showRemark = { _ in } })
    #expect(bench.message == "" && bench.shown == "plugin outer\tplugin inner\n")
  }

  @Test func pluginsThatNeedEachOtherInACircleAreNamed() throws {
    let folder = try PluginFolder()
    for (name, other) in [("chicken", "egg"), ("egg", "chicken")] {
      try folder.plugin(
        name,
        initialise: "local x = gfnet.exits.\(other) gfnet.exits.define{name = '\(name)', decide = print}")
    }
    let bench = try ScriptBench("x = gfnet.exits.chicken", plugins: folder.loader)
    #expect(bench.message.contains("plugins need each other in a circle"), "\(bench.message)")
  }

  @Test func ofTwoThatProvideANameTheFirstCounts() throws {
    let folder = try PluginFolder()
    for name in ["aaa", "bbb"] {
      try folder.plugin(
        name,
        manifest:
          "name = '\(name)' version = '1' summary = 's' requires = 'gfnet >= 0.1' provides = {exits = {'same'}}",
        initialise: "gfnet.exits.define{name = 'same', summary = '\(name)', decide = print}")
    }
    #expect(
      try folder.problems() == [
        "plugin 'bbb' skipped: the exit rule 'same' is already defined (plugin aaa), which is the one that counts"
      ])
    let bench = try ScriptBench(
      "print(gfnet.exits.same.summary)", plugins: folder.loader, prepare: { $0.showRemark = { _ in } })
    #expect(bench.shown == "aaa\n")
  }

  @Test func aPluginThatNeverEndsCostsItsTimeOnce() throws {
    let folder = try PluginFolder()
    try folder.plugin("slow", initialise: "while true do end")
    let bench = try ScriptBench(
      """
      for i = 1, 2 do
        local ok, message = pcall(function() return gfnet.exits.slow end)
        print(ok, message:match("longer than 0.5 s"), gfnet.exits.list()[5])
      end
      """, clock: SteppingClock(), plugins: folder.hastyLoader)
    #expect(bench.message == "")
    // It waits once, is told twice, and is no longer listed.
    #expect(
      bench.shown.matches(of: /false\tlonger than 0.5 s\t(\w+)\n/).map { $0.1 != "slow" } == [true, true])
  }
}
