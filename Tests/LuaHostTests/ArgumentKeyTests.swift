import LuaHost
import Testing

private let number = ArgumentKey<Double>("x", "the number")
private let factor = ArgumentKey<Double>("factor", default: 2, "the factor", in: 0...10)
private let times = ArgumentKey<Int>("times", default: 1, "how often", in: 1...3)
private let label = ArgumentKey<String?>("label", "before the result")
private let letters = ArgumentKey<Int>(
  .optional("word", .string, "its letters are added"), read: { try $0.optionalString($1)?.count ?? 0 })
private let stray = ArgumentKey<Bool>("stray", "no row of the table")

private let catalog = Catalog(
  modules: [
    LuaModule(
      "gfnet", "Test.",
      functions: [
        FunctionEntry(
          "scale", "Scales a number.",
          [number, .options([factor, times, label, letters])], returns: "string",
          example: "gfnet.scale(2, {factor = 3})"
        ) { call in
          let count = try call[times]
          var result = try call[number]
          for _ in 0..<count { result *= try call[factor] }
          result += Double(try call[letters])
          let name = try call[label] ?? "result"
          return "\(name) \(result)"
        },
        FunctionEntry("stray", "Reads what it does not take.", returns: "boolean") { call in
          try call[stray]
        },
      ])
  ], classes: [])

/// Typed keys make the rows of a function's table and read its arguments.
@Suite struct ArgumentKeyTests {
  @Test(arguments: [
    ("print(gfnet.scale(3))", "result 6.0\n"),
    ("print(gfnet.scale(3, {factor = 3, times = 2}))", "result 27.0\n"),
    ("print(gfnet.scale(3, {label = 'sum', word = 'four'}))", "sum 10.0\n"),
  ])
  func valuesAreRead(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(source, catalog: catalog)
    #expect(bench.message == "")
    #expect(bench.shown == expected)
  }

  @Test(arguments: [
    ("gfnet.scale()", "gfnet.scale: argument 1 'x' is missing; expected a number"),
    ("gfnet.scale(1, {factor = 11})", "option 'factor' must be a number from 0 to 10, got 11"),
    ("gfnet.scale(1, {times = 1.5})", "option 'times' must be a whole number from 1 to 3, got 1.5"),
    ("gfnet.scale(1, {label = 1})", "option 'label' must be a string, got 1"),
    ("gfnet.stray()", "gfnet.stray: no parameter is registered under the name 'stray'"),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try ScriptBench(source, catalog: catalog).message
    #expect(message.contains(expected), "\(message)")
  }

  @Test func helpShowsTheDefault() throws {
    let text = try Help(catalog: catalog).text(on: "gfnet.scale")
    #expect(text.contains("the factor (number, from 0 to 10, default 2)"), "\(text)")
    #expect(text.contains("how often (integer, from 1 to 3, default 1)"), "\(text)")
    #expect(text.contains("before the result (string, optional)"), "\(text)")
  }
}
