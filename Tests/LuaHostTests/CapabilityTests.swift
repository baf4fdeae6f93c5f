import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// What reaches files, the network, the clock or the report says so, and plugins get it by their manifest alone.
@Suite struct CapabilityTests {
  private static let marked =
    (Catalog.standard.modules.flatMap { $0.functions + ($0.call.map { [$0] } ?? []) }
    + Catalog.standard.classes.flatMap(\.methods)).filter { !$0.touches.isEmpty }

  /// Whoever adds a function that reaches outside adds it here, knowingly.
  @Test func marksAreThese() {
    let names = Self.marked.map { entry in
      entry.qualifiedName + " " + entry.touches.sorted().map(\.rawValue).joined(separator: " ")
    }
    let expected = [
      "gfnet.clock clock", "gfnet.encoder files.read", "gfnet.fetch files.write network",
      "gfnet.image files.read", "gfnet.load files.read", "gfnet.report.clear report",
      "gfnet.report.figure report",
      "gfnet.report.markdown report", "gfnet.report.results report", "gfnet.report.table report",
      "gfnet.report.text report", "gfnet.report.value report", "gfnet.tensor.load files.read",
      "gfnet.tensor.save files.write", "gfnet.trace files.read",
      "gfnet.train files.read files.write clock report", "figure:save files.write",
      "picture:save files.write", "model:infer clock", "model:save files.write", "model:stream clock",
      "trace:save files.write", "gfnet.sweep files.read", "gfnet.video files.read",
      "configured:save files.write", "gfnet.exits.load files.read", "gfnet.samplers.load files.read",
    ]
    for name in expected { #expect(names.contains(name), "\(name)") }
    #expect(Self.marked.count >= expected.count)
  }

  /// The example of every marked function, run by a plugin that asks for nothing.
  @Test(arguments: marked.indices)
  func aPluginWithoutTheCapabilityIsRefused(_ index: Int) throws {
    let entry = Self.marked[index]
    let capability = try #require(entry.touches.min())
    let folder = try PluginFolder()
    // Objects that a plugin could not make itself are of no use to it; the methods are tried by their names.
    let call =
      entry.qualifiedName.contains(":")
      ? Self.methodCall(entry) : "\(entry.qualifiedName)()"
    guard let call else { return }
    try folder.plugin("bad", initialise: call)
    let problem = try #require(try folder.outcome(secondsToLoad: 1e6).problems.first)
    #expect(
      problem.contains(
        "\(entry.qualifiedName): the plugin 'bad' has not the capability \"\(capability.rawValue)\""),
      "\(problem)")
  }

  private static func methodCall(_ entry: FunctionEntry) -> String? {
    let model = "gfnet.model{backbone = 'resnet_tiny_16', image_size = 128, classes = 10}"
    let parts = entry.qualifiedName.split(separator: ":")
    switch parts[0] {
    case "model": return "\(model):\(parts[1])()"
    case "figure": return "gfnet.plot.figure{}:\(parts[1])()"
    case "configured": return "gfnet.exits.margin{}:\(parts[1])()"
    case "picture": return "gfnet.plot.images(gfnet.tensor.zeros(1, 3, 8, 8)):\(parts[1])()"
    case "animation": return "gfnet.plot.animate(gfnet.tensor.zeros(2, 1, 8, 8)):\(parts[1])()"
    case "trace":
      return """
        local data = gfnet.dataset('tensors', {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
          classes = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'}})
        local trace = \(model):trace(data, {steps = 1})
        trace:\(parts[1])()
        """
    default: return nil
    }
  }

  @Test(arguments: [
    (
      "gfnet.dataset('clutter-fashion')",
      "gfnet.dataset: the plugin 'bad' has not the capability \"files.read\""
    ),
    ("gfnet.dataset('folder', {path = '/'})", "has not the capability \"files.read\""),
    (
      "gfnet.model{encoder = '/etc/passwd'}",
      "gfnet.model: the plugin 'bad' has not the capability \"files.read\""
    ),
    ("gfnet.plot.figure{font = '/etc/passwd'}", "gfnet.plot.figure: the plugin 'bad' has not"),
    ("os.time()", "os.time: the plugin 'bad' has not the capability \"clock\""),
    ("os.clock()", "os.clock: the plugin 'bad' has not the capability \"clock\""),
    ("os.date()", "os.date: the plugin 'bad' has not the capability \"clock\""),
    ("pcall(print) local f = gfnet.tensor.save coroutine.wrap(f)('x', {})", "capability \"files.write\""),
    ("local t = setmetatable({}, {__index = gfnet.clock}) local x = t.x", "gfnet.clock: the plugin 'bad'"),
    ("table.sort({1, 2, 3}, gfnet.clock)", "gfnet.clock: the plugin 'bad'"),
    ("return gfnet.clock()", "gfnet.clock: the plugin 'bad'"),
    ("load('return gfnet.clock()', '@script.lua')()", "gfnet.clock: the plugin 'bad'"),
    ("gfnet.params{limit = 3}", "gfnet.params: the parameters of a run are its script's; the plugin 'bad'"),
    ("os.execute('true')", "scripts and plugins have no os.execute: no processes are started from Lua"),
    ("io.popen('true')", "scripts and plugins have no io.popen"),
  ])
  func nothingLeadsAround(_ source: String, _ expected: String) throws {
    let folder = try PluginFolder()
    try folder.plugin("bad", initialise: source)
    let problem = try #require(try folder.problems().first)
    #expect(problem.contains(expected), "\(problem)")
  }

  @Test func theManifestGivesWhatItNames() throws {
    let folder = try PluginFolder()
    let file = folder.path + "/out.safetensors"
    try folder.plugin(
      "good", capabilities: "'files.write', 'clock'",
      initialise: """
        gfnet.tensor.save("\(file)", {a = gfnet.tensor{1, 2}})
        assert(gfnet.clock() > 0 and os.time() > 0 and os.date("%Y"))
        assert(not pcall(gfnet.tensor.load, "\(file)"))
        gfnet.exits.define{name = "good", decide = function() return true end}
        """)
    #expect(try folder.problems() == [])
    #expect(FileManager.default.fileExists(atPath: file))
  }

  /// A rule called by the script's run is still the plugin's code, and the script's own rights stay its own.
  @Test func rightsFollowTheCodeAndNotTheMoment() throws {
    let folder = try PluginFolder()
    let file = folder.path + "/stolen.safetensors"
    try folder.plugin(
      "sly",
      initialise: """
        gfnet.exits.define{name = "sly", decide = function(s)
          gfnet.tensor.save("\(file)", {a = gfnet.tensor{1}})
          return true
        end}
        """)
    let setup = """
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
        classes = {"a", "b"}})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}
      local trace = model:trace(data)

      """
    let bench = try ScriptBench(setup + "trace:evaluate(gfnet.exits.sly{})", plugins: folder.loader)
    #expect(
      bench.message.contains("gfnet.tensor.save: the plugin 'sly' has not the capability \"files.write\""))
    #expect(!FileManager.default.fileExists(atPath: file))

    let own = try ScriptBench(
      setup + """
        pcall(function() trace:evaluate(gfnet.exits.sly{}) end)
        trace:evaluate(function(s) gfnet.clock() return true end)
        gfnet.tensor.save("\(folder.path)/own.safetensors", {a = gfnet.tensor{1}})
        """, plugins: folder.loader)
    #expect(own.message == "")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/own.safetensors"))
  }

  @Test func aRuleDefinesNothingAfterLoading() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "sly",
      initialise: """
        gfnet.exits.define{name = "sly", decide = function(s)
          gfnet.exits.define{name = "mine", decide = function() return false end}
          return true
        end}
        """)
    let bench = try ScriptBench(
      """
      gfnet.exits.define{name = "mine", decide = function() return true end}
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(1, 3, 128, 128), labels = {1},
        classes = {"a", "b"}})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}
      model:trace(data):evaluate(gfnet.exits.sly{})
      """, plugins: folder.loader)
    #expect(bench.message.contains("the plugin 'sly' can define something only while its init.lua is loaded"))
  }

  /// The library's own would be the time in seconds, and an address.
  @Test func aSeedThatIsDrawnTellsNothing() throws {
    let bench = try ScriptBench(
      """
      local a, b = math.randomseed()
      local c, d = math.randomseed()
      assert(a == nil or a ~= c and b ~= d)
      math.randomseed(7)
      local x = math.random()
      math.randomseed(7)
      print(x == math.random())
      """)
    #expect(bench.message == "" && bench.shown == "true\n", "\(bench.message)")
  }

  /// In the sources, what opens files, reads clocks or starts processes stands in entries that say so.
  @Test func sourcesThatReachOutsideAreMarked() throws {
    let api = SourceTree.root / "Sources/LuaHost/API"
    let reaching = [
      "AtomicFile.", "MonotonicClock", "Date()", "DispatchTime", "ContinuousClock", "Process()", "URLSession",
      "FileHandle(for", "FileHandle(fileDescriptor", "FileHandle.standard", "InputFileHandle(reading",
      "contentsOf:", "fopen(", "context.emit", ".save(to:", "CheckpointFile(",
      "context.traceCache",
      "TextFile.read", "Datasets.open",
    ]
    var entries = 0
    for file in try FileManager.default.subpathsOfDirectory(atPath: api.string).sorted()
    where file.hasSuffix(".swift") && !file.hasSuffix("/Doctor.swift") {
      let source = try String(contentsOf: (api / file).url, encoding: .utf8)
      // From one entry to the next; what stands before the first is used by them.
      let parts = source.replacing(/(LuaMethod(<\w+>)?|FunctionEntry)\(\n/) { "\u{1}" + $0.0 }.split(
        separator: "\u{1}", omittingEmptySubsequences: false)
      for (number, part) in parts.enumerated() {
        guard let found = reaching.first(where: { part.contains($0) }) else { continue }
        if number == 0 {
          let isMarked = source.contains(/(touches|mayTouch): \[/) || !source.contains("FunctionEntry(\n")
          #expect(isMarked, "\(file) uses \(found), and none of its entries says what it touches")
        } else {
          entries += 1
          #expect(
            part.contains(/(touches|mayTouch): \[/),
            "\(file): an entry that uses \(found) does not say what it touches")
        }
      }
    }
    #expect(entries >= 12)
  }
}
