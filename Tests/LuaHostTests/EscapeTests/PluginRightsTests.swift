import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// A function of a plugin has the plugin's rights wherever a script finds it and however it is called.
@Suite struct PluginRightsTests {
  /// A way by which a plugin's function comes to run as nobody's call: what the plugin does with `act`, and the script with
  /// the report's result `r` and the table `x` that it had lent.
  struct Way: Sendable, CustomTestStringConvertible {
    let plugin: String
    let script: String

    init(_ plugin: String, _ script: String) {
      self.plugin = plugin
      self.script = script
    }

    var testDescription: String { "\(plugin); \(script)" }
  }

  private static let ways = [
    Way("return act", "r()"),
    Way("return {{deep = {act}}}", "r[1].deep[1]()"),
    Way("x.f = act", "x.f()"),
    Way("setmetatable(x, {__index = act})", "local _ = x.nothing"),
    Way("setmetatable(x, {__newindex = act})", "x.new = 1"),
    Way("setmetatable(x, {__call = act})", "x()"),
    Way("setmetatable(x, {__concat = act})", "local _ = x .. 'a'"),
    Way("setmetatable(x, {__close = act})", "do local y <close> = x end"),
    Way("setmetatable(x, {__tostring = function() act() return '' end})", "tostring(x)"),
    Way("setmetatable(x, {__pairs = act})", "for _ in pairs(x) do end"),
    Way("return coroutine.wrap(act)", "r()"),
    Way("return coroutine.create(act)", "assert(coroutine.resume(r))"),
    Way(
      "local co = coroutine.create(function() local y <close> = setmetatable({}, {__close = act}) coroutine.yield() end) "
        + "coroutine.resume(co) return co", "assert(coroutine.close(r))"),
    Way("return act", "coroutine.wrap(r)()"),
    Way("return act", "assert(coroutine.resume(coroutine.create(function() r() end)))"),
    Way("return act", "coroutine.wrap(function() coroutine.wrap(function() r() end)() end)()"),
    Way("return act", "table.sort({2, 1, 3}, r)"),
    Way("return act", "local _ = ('a'):gsub('a', r)"),
    Way("return act", "assert(pcall(r))"),
    Way("return act", "for _ in r do end"),
    Way("return function() return act() end", "r()"),
    Way("return function() return pcall(act) end", "assert(r())"),
    Way("return load('local act = ... return function() act() end', '@test.lua')(act)", "r()"),
    Way("return (gfnet.progress(function() act() end))", "r()"),
    Way("rawset(_G, 'kept', act) return function() kept() end", "r()"),
    Way("return act", "gfnet.reports.define{name = 'mine', build = r} gfnet.reports.mine({})"),
    Way(
      "return act",
      "local function own() r() end gfnet.reports.define{name = 'mine', build = own} gfnet.reports.mine({})"),
    Way("return function(own) own() end", "r(function() x.gfnet.clock() x.figure:save(x.path) end)"),
  ]

  /// What a plugin without capabilities may not do, by its own functions and by what a script lent it.
  private static let actions = [
    "gfnet.report.markdown('# plugin')", "gfnet.tensor.save(path .. '.npy', gfnet.tensor{1})",
    "gfnet.read.text(secret)", "return gfnet.read.text(secret)", "assert(io.open(secret))",
    "return io.lines(secret)", "os.clock()", "return os.time()", "gfnet.clock()", "return gfnet.clock()",
    "local g = gfnet return g.clock()", "figure:save(path)", "return figure:save(path)",
    "assert(pcall(figure.save, figure, path))", "return coroutine.wrap(figure.save)(figure, path)",
    "return coroutine.wrap(function() return figure:save(path) end)()",
    "local y <close> = setmetatable({}, {__close = function() figure:save(path) end})",
    "lent.read.text(secret)", "return lent.clock()", "lent.report.markdown('# plugin')",
    "load('gfnet.clock()', '@test.lua')()", "load('local f, p = ... f:save(p)', '=test.lua')(figure, path)",
    "load('local f, p = ... f:save(p)')(figure, path)",
    "local once = true load(function() if once then once = nil return 'local f, p = ... f:save(p)' end end)(figure, path)",
    "lentLoad('local f, p = ... f:save(p)', '@test.lua')(figure, path)", "lentLoad('gfnet.clock()')()",
    "require('part')(figure, path)", "gfnet.reports.exit_note({})",
  ]

  /// Runs a script that gives the report of `evil` a table with its own things, and looks at what became of it.
  private func run(
    _ action: String, _ way: Way, capabilities: String = "", before: String = ""
  ) throws -> (bench: ScriptBench, saved: Bool) {
    let folder = try PluginFolder()
    try folder.write("secret.txt", "secret")
    try folder.write("evil/part.lua", "return function(figure, path) figure:save(path) end")
    try folder.plugin(
      "evil",
      manifest: """
        name = "evil" version = "1" summary = "s" requires = "gfnet >= 0.1" provides = {reports = {"evil"}}
        capabilities = {\(capabilities)}
        """,
      initialise: """
        gfnet.reports.define{name = "evil", build = function(x)
          local figure, path, lent, lentLoad, secret = x.figure, x.path, x.gfnet, x.load, x.secret
          local function act() \(action) end
          \(way.plugin)
        end}
        """)
    try folder.plugin(
      "exit_note",
      manifest: """
        name = "exit_note" version = "1" summary = "s" requires = "gfnet >= 0.1" provides = {reports = {"exit_note"}}
        capabilities = {"report"}
        """,
      initialise: "gfnet.reports.define{name = 'exit_note', build = function() gfnet.report.text('note') end}"
    )
    let picture = folder.path + "/evil.png"
    let bench = try ScriptBench(
      """
      local x = {figure = gfnet.plot.figure{}:line({1, 2}, {3, 4}), path = "\(picture)", gfnet = gfnet, load = load,
        secret = "\(folder.path)/secret.txt"}
      \(before)
      local r = gfnet.reports.evil(x)
      \(way.script)
      """, plugins: folder.loader)
    return withExtendedLifetime(folder) {
      (bench, ["", ".npy"].contains { FileManager.default.fileExists(atPath: picture + $0) })
    }
  }

  private static let refusal = "the plugin 'evil' has not the capability"

  @Test(arguments: ways) func noWayOfBeingCalledGivesMore(_ way: Way) throws {
    for action in ["gfnet.clock()", "figure:save(path)", "return figure:save(path)"] {
      let (bench, saved) = try run(action, way)
      #expect(bench.message.contains(Self.refusal), "\(action): \(bench.message)")
      #expect(!saved)
    }
  }

  @Test(arguments: actions) func nothingThatReachesOutIsDone(_ action: String) throws {
    let (bench, saved) = try run(action, Way("return act", "r()"))
    #expect(bench.message.contains(Self.refusal), "\(bench.message)")
    #expect(!saved)
    #expect(bench.shown == "")
  }

  /// The script's own rights stay its own, before and afterwards.
  @Test func theScriptKeepsItsRights() throws {
    let (bench, saved) = try run(
      "figure:save(path)",
      Way(
        "return act",
        """
        assert(not pcall(r))
        coroutine.wrap(function() pcall(r) end)()
        print(gfnet.read.text(x.secret), gfnet.clock() > 0)
        x.figure:save(x.path)
        """))
    #expect(bench.message == "" && bench.shown == "secret\ttrue\n", "\(bench.message)")
    #expect(saved)
  }

  @Test func whatTheManifestAsksForIsGiven() throws {
    let (bench, saved) = try run(
      "os.clock() return figure:save(path)", Way("return act", "coroutine.wrap(r)()"),
      capabilities: "'files.write', 'clock'")
    #expect(bench.message == "", "\(bench.message)")
    #expect(saved)
  }

  @Test func whatComputesComputes() throws {
    let (bench, _) = try run(
      "local t = (gfnet.tensor{1, 2} * 2):sum() return string.rep('a', 2)",
      Way("x.f = act return act", "print(r()) print(x.f())"))
    #expect(bench.message == "", "\(bench.message)")
    #expect(bench.shown == "aa\naa\n")
  }

  /// Whoever calls it, a plugin draws from its own sequence.
  @Test func itsRandomNumbersAreItsOwn() throws {
    func shown(_ call: String) throws -> String {
      try run(
        "gfnet.random.integer(1, 1000) gfnet.random.rand(3)",
        Way("return act", "\(call) print(gfnet.random.integer(1, 1000000000))")
      ).bench.shown
    }
    #expect(try shown("") == shown("r()"))
    #expect(try !shown("").isEmpty)
  }

  /// Who uses a name of another plugin first lends it nothing, and takes nothing away.
  @Test func aPluginThatIsLoadedOnTheWayHasItsRights() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "evil",
      manifest: """
        name = "evil" version = "1" summary = "s" requires = "gfnet >= 0.1" provides = {reports = {"evil"}}
        """,
      initialise: """
        gfnet.reports.define{name = "evil", build = function()
          return function() return gfnet.exits.timed.name, pcall(os.clock) end
        end}
        """)
    try folder.plugin(
      "timed", capabilities: "'clock'",
      initialise: """
        local seconds = coroutine.wrap(function() return os.clock() end)()
        gfnet.exits.define{name = "timed", decide = function() return seconds > 0 end}
        """)
    for call in ["r()", "coroutine.wrap(r)()"] {
      let bench = try ScriptBench(
        "local r = gfnet.reports.evil({}) local name, ok = \(call) print(name, ok)", plugins: folder.loader)
      #expect(bench.message == "" && bench.shown == "timed\tfalse\n", "\(bench.message)")
    }
  }

  /// Beyond some thousands of calls within each other nobody looks, and nothing is permitted.
  @Test func aStackTooDeepToLookAtIsRefused() throws {
    let deep =
      "local function deep(n) if n == 0 then return (r or gfnet.clock)() end return (deep(n - 1)) end "
    let refused = try run("figure:save(path)", Way("return act", deep + "deep(10000)"))
    #expect(refused.bench.message.contains("too many functions call each other"), "\(refused.bench.message)")
    #expect(!refused.saved)
    let own = try run("", Way("", deep + "print(deep(1000) > 0)"))
    #expect(own.bench.message == "" && own.bench.shown == "true\n", "\(own.bench.message)")
  }

  /// What a plugin compiles says so, whatever it calls it.
  @Test func namesOfChunksAreMarked() throws {
    let (bench, _) = try run(
      """
      for _, name in ipairs{"@test.lua", "=test.lua", "test.lua"} do
        local _, why = pcall(load("error('x')", name))
        print(why)
      end
      print(load("error(", "@test.lua"))
      print(load("return debug.getinfo(1, 'S').source", "@test.lua")())
      """, Way("act()", "print(load('return debug.getinfo(1, \"S\").source', '@mine.lua')())"))
    #expect(bench.message == "", "\(bench.message)")
    #expect(
      bench.shown == """
        plugin evil: test.lua:1: x
        plugin evil: test.lua:1: x
        [string "plugin evil: test.lua"]:1: x
        nil\tplugin evil: test.lua:1: unexpected symbol near <eof>
        @plugin evil: test.lua
        @mine.lua

        """, "\(bench.shown)")
  }

  /// What the program makes of a function and its argument belongs to the plugin that had it made.
  @Test func aLoopThatAPluginHasMadeIsItsOwn() throws {
    let (bench, saved) = try run(
      "", Way("return (gfnet.progress(figure.save, figure))", "r(nil, x.path)"))
    #expect(bench.message.contains(Self.refusal), "\(bench.message)")
    #expect(!saved)
  }

  /// Parameters, definitions and the checking of globals are the script's alone.
  @Test(arguments: [
    "lent.params{a = 1}", "lent.override('a', 1)", "lent.exits.define{name = 'a', decide = act}",
  ])
  func whatIsTheScriptsAloneStaysIt(_ action: String) throws {
    let (bench, _) = try run(action, Way("return act", "r()"))
    #expect(
      bench.message.contains("the plugin 'evil'") || bench.message.contains("this is a plugin's code"),
      "\(bench.message)")
    let strict = try run("lent.strict(false)", Way("return act", "r() local function f() made = 1 end f()"))
    #expect(strict.bench.message.contains("made"), "\(strict.bench.message)")
  }

  /// A script that lends its `load` lends no rights either.
  @Test func whatAPluginCompilesByTheScriptsLoadIsItsOwn() throws {
    let (bench, saved) = try run(
      "",
      Way("return lentLoad('local x = ... x.figure:save(x.path)', '@test.lua')", "r(x)"))
    #expect(bench.message.contains(Self.refusal), "\(bench.message)")
    #expect(!saved)
  }

  // MARK: What a script lends

  /// Lending is consent: what the script has opened may be read. Nothing new is opened, and nothing is written.
  @Test func whatAScriptHasOpenedMayBeRead() throws {
    let folder = try TemporaryFolder()
    try folder.write("P3 2 2 255 1 2 3 4 5 6 7 8 9 10 11 12\n", "pictures/a/1.ppm")
    let lend = """
      x.file = io.open("\(folder.path)/pictures/a/1.ppm")
      x.folder = gfnet.dataset("folder", {path = "\(folder.path)/pictures", resize = 32, crop = 32})
      """
    let reading = try run(
      "", Way("local image = x.folder[1].image return x.file:read(2)", "print(r)"), before: lend)
    #expect(reading.bench.message == "" && reading.bench.shown == "P3\n", "\(reading.bench.message)")
    let batches = try run(
      "",
      Way("local n = 0 for b in x.folder:batches{size = 1} do n = n + 1 end return n", "print(r)"),
      before: lend)
    #expect(batches.bench.message == "" && batches.bench.shown == "1\n", "\(batches.bench.message)")
    for more in [
      "gfnet.dataset('folder', {path = '\(folder.path)/pictures'})", "figure:save(path)", "io.open(secret)",
    ] {
      let (bench, saved) = try run("", Way(more, ""), before: lend)
      #expect(bench.message.contains(Self.refusal), "\(bench.message)")
      #expect(!saved)
    }
  }
}
