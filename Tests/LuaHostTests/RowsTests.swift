import LuaHost
import Testing

/// Functions called once per row of columns.
@Suite struct RowsTests {
  private struct Setup {
    let state: LuaState
    let environment: LuaTable
    let rows: LuaRows
    let asked = Asked()

    /// How often a column was asked for.
    final class Asked { var margins = 0 }

    init() throws {
      state = try LuaState()
      environment = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: []).table
      rows = try LuaRows(
        in: state, name: "state",
        fields: [
          .number("margin") { [asked] in
            asked.margins += 1
            return [0.1, 0.6, 0.9]
          },
          .index("prediction") { [0, 4, 9] }, .sharedInteger("step") { 2 }, .sharedNumber("madds") { 12.5 },
          .integer("age") { [7, 8, 9] }, .computed("probabilities") { row in [Double(row), 0.5] },
        ])
    }

    func function(_ source: String) throws -> LuaFunction {
      let session = CellSession(state: state, environment: environment, chunkName: "rule.lua")
      let values = try session.run(session.compile("return " + source, firstLine: 1))
      guard let function = values.first?.asFunction else { throw LuaError("not a function") }
      return function
    }
  }

  @Test func readsEveryKindOfField() throws {
    let setup = try Setup()
    let margin = try setup.function("function(s, p) return s.margin >= p.threshold end")
    let parameters = try LuaTable(in: setup.state)
    try parameters.set("threshold", 0.5)
    #expect(try setup.rows.decide(margin, [parameters], count: 3) == [false, true, true])
    #expect(try setup.rows.decide(margin, [parameters], count: 3, rows: [2, 0]) == [true, false])
    let numbers = try setup.function(
      "function(s) return s.prediction + s.probabilities[1], s.step * s.madds end")
    #expect(try setup.rows.numbers(numbers, [], results: 2, count: 3) == [1, 25, 6, 25, 12, 25])
    let age = try setup.function("function(s) return s.age, s.age end")
    #expect(try setup.rows.numbers(age, [], results: 2, count: 2) == [7, 7, 8, 8])
  }

  @Test(arguments: [
    ("function(s) return s.margn end", "rule.lua:1: state has no field 'margn'; did you mean 'margin'?"),
    ("function(s) return nil end", "must return true or false, and returned nil"),
    ("function(s) return s.x.y end", "has no field 'x'"),
    ("function(s) s.margin = 1 return true end", "is read-only"),
    ("function(s) error('own') end", "rule.lua:1: own"),
  ])
  func reportsMistakes(_ source: String, _ expected: String) throws {
    let setup = try Setup()
    let function = try setup.function(source)
    let error = #expect(throws: LuaError.self) { try setup.rows.decide(function, [], count: 3) }
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }

  @Test func aKeptObjectAnswersNothing() throws {
    let setup = try Setup()
    let keep = try setup.function("function(s) kept = s return true end")
    _ = try setup.rows.decide(keep, [], count: 1)
    let late = try setup.function("function() return kept.margin end")
    let error = #expect(throws: LuaError.self) { try late.call() }
    #expect(error?.message.contains("state.margin can be read only while") == true)
  }

  @Test func columnsAreAskedForOnceTheyAreRead() throws {
    let setup = try Setup()
    let blind = try setup.function("function(s) return s.step == 2 end")
    #expect(try setup.rows.decide(blind, [], count: 3) == [true, true, true] && setup.asked.margins == 0)
    let seeing = try setup.function("function(s) return s.margin > 0.5 end")
    _ = try setup.rows.decide(seeing, [], count: 3)
    #expect(setup.asked.margins == 1)
    _ = try setup.rows.decide(seeing, [], count: 3)
    #expect(setup.asked.margins == 2)
  }

  @Test func refusesMoreRowsThanColumnsHave() throws {
    let setup = try Setup()
    let function = try setup.function("function(s) return s.margin > 0 end")
    // Before and after the column was read once.
    for _ in 0..<2 {
      let error = #expect(throws: LuaError.self) { try setup.rows.decide(function, [], count: 4) }
      #expect(error?.message.contains("state.margin has 3 rows, fewer than the 4") == true)
      #expect(throws: LuaError.self) { try setup.rows.decide(function, [], count: 3, rows: [3]) }
      #expect(throws: LuaError.self) { try setup.rows.decide(function, [], count: 3, rows: [-1]) }
      #expect(try setup.rows.decide(function, [], count: 3) == [true, true, true])
    }
  }
}
