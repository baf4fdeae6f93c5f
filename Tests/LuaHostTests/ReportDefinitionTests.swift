import LuaHost
import TestSupport
import Testing

/// Reports that scripts and plugins define.
@Suite struct ReportDefinitionTests {
  private static let setup = """
    gfnet.reports.define{
      name = "exits", summary = "who leaves when", params = { title = "Exits", digits = { default = 1, min = 0, max = 3 } },
      build = function(data, p)
        gfnet.report.markdown("### " .. p.title)
        gfnet.report.table{ name = "exits", columns = {"step", "images"}, rows = {{1, data.exits[1]}}, digits = p.digits }
        return data.exits[1]
      end,
    }

    """

  @Test func aReportWritesIntoTheCellThatCallsItAndReturns() throws {
    let bench = try ScriptBench(
      Self.setup + """
        print(gfnet.reports.exits({exits = {7}}, {title = "Who"}), gfnet.reports.exits.summary)
        print(table.concat(gfnet.reports.list(), " "), gfnet.reports.exits)
        """)
    #expect(bench.message == "")
    #expect(
      bench.shown
        == "md:### Who\ntable:exits\n7\twho leaves when\nexits\treport exits: who leaves when\n")
  }

  @Test(arguments: [
    (
      "gfnet.reports.exits()",
      "expected what it reports on (a trace, an evaluation, results of model:infer, a table), got nil"
    ),
    ("gfnet.reports.exits(3)", "got 3"),
    ("gfnet.reports.exits(gfnet.exits.confidence)", "expected what it reports on, got a definition"),
    ("gfnet.reports.exits({}, 3)", "gfnet.reports.exits: expected a table of parameters, got 3"),
    ("gfnet.reports.exits({}, {tilte = 'x'})", "unknown parameter 'tilte'; did you mean 'title'?"),
    ("gfnet.reports.exits({}, {digits = 9})", "parameter 'digits' must be a whole number from 0 to 3, got 9"),
    ("gfnet.reports.exits({})", "(report 'exits')"),
    ("gfnet.reports.exists({})", "gfnet.reports has no field 'exists'; did you mean 'exits'?"),
    ("gfnet.reports.define{name = 'x'}", "needs a function build"),
    ("gfnet.reports.define{name = 'x', build = print, stateful = true}", "unknown option 'stateful'"),
    (
      "gfnet.model{backbone = gfnet.reports.exits}",
      "gfnet.model: expected a backbone, got the report 'exits'"
    ),
  ])
  func namesTheMistake(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.setup + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  /// The kind's purpose is no licence: a plugin that writes into the report asks for it.
  @Test func aPluginNeedsTheCapability() throws {
    let folder = try PluginFolder()
    let initialise = "gfnet.reports.define{name = 'note', build = function() gfnet.report.text('hello') end}"
    for (name, rights) in [("mute", ""), ("loud", "'report'")] {
      try folder.plugin(
        name,
        manifest: """
          name = "\(name)" version = "1" summary = "s" requires = "gfnet >= 0.1" provides = {reports = {"\(name)"}}
          capabilities = {\(rights)}
          """, initialise: initialise.replacing("note", with: name))
    }
    let bench = try ScriptBench(
      "gfnet.reports.loud({}) gfnet.reports.mute({})", plugins: folder.loader,
      prepare: { $0.showRemark = { _ in } })
    #expect(bench.shown == "hello\n")
    #expect(
      bench.message.contains("gfnet.report.text: the plugin 'mute' has not the capability \"report\""),
      "\(bench.message)")
  }

  @Test func helpKnowsReports() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "faces",
      manifest: """
        name = "faces" version = "1" summary = "s" requires = "gfnet >= 0.1" provides = {reports = {"faces"}}
        """,
      initialise:
        "gfnet.reports.define{name = 'faces', summary = 'who is seen', params = {n = 3}, build = print}")
    let help = try Help.withPlugins(folder.loader)
    let text = try help.text(on: "faces")
    #expect(
      text.hasPrefix("gfnet.reports.faces(trace, {n=}) → report") && text.contains("who is seen"), "\(text)")
    #expect(try help.text(on: "gfnet.reports").contains("gfnet.reports.faces(trace, {n=})"))
  }
}
