import LuaHost
import Reports
import Support
import Testing

/// `gfnet.override`, as Papermill's cell has it: before and behind `gfnet.params`, and below the command line.
struct OverrideTests {
  private func run(_ script: String, _ overrides: [(name: String, value: String)] = []) throws -> (
    String, String
  ) {
    let context = HostContext()
    context.parameters.overrides = overrides
    let runner = try ScriptRunner(script: ScriptFile(path: "s.lua", source: script), context: context)
    let outcome = runner.run()
    var text = ""
    for case .text(let part) in runner.notebook.cells.flatMap(\.outputs) { text += part }
    switch outcome {
    case .failed(let failure): return (text, failure.message)
    case .usage(let message): return (text, message)
    default: return (text, "")
    }
  }

  private static let params = "local p = gfnet.params{limit = {default = 3, max = 600}, name = 'a'}\n"

  @Test func behindTheDeclarationTheTableChanges() throws {
    let script =
      Self.params + "-- %%\nlimit = gfnet.override('limit', 500)\n-- %%\nprint(p.limit, limit, p.name)"
    #expect(try run(script) == ("500\t500\ta\n", ""))
    #expect(try run(script, [("limit", "7")]) == ("7\t7\ta\n", ""), "the command line comes first")
  }

  @Test func beforeTheDeclarationItTakesTheDefaultsPlace() throws {
    #expect(
      try run("gfnet.override('limit', 500)\n-- %%\n" + Self.params + "print(p.limit)") == ("500\n", ""))
  }

  @Test func withoutADeclarationItIsTheValue() throws {
    #expect(
      try run("local limit = 1\n-- %%\nlimit = gfnet.override('limit', 5)\n-- %%\nprint(limit)") == (
        "5\n", ""
      ))
  }

  @Test(arguments: [
    ("gfnet.override('limt', 5)", "unknown parameter 'limt'; did you mean 'limit'?"),
    ("gfnet.override('limit', 'x')", "parameter 'limit' must be"),
    ("gfnet.override('limit', 601)", "parameter 'limit' must be"),
  ]) func whatDoesNotFitIsAnError(_ call: String, _ expected: String) throws {
    #expect(try run(Self.params + call).1.contains(expected))
  }
}
