import LuaHost
import TestSupport

extension BudgetFile {
  /// What passes between Lua and Swift.
  static let scripts = BudgetFile(
    name: "scripts",
    cases: [
      calls("calls without arguments", "f()", setUp: "local f = gfnet.clock"),
      calls("calls with two numbers", "f(1, 6)", setUp: "local f = gfnet.random.integer"),
      calls("properties", "local _ = t.rank", setUp: "local t = gfnet.tensor{1, 2, 3}"),
      calls("methods", "t:size(1)", setUp: "local t = gfnet.tensor{1, 2, 3}"),
      calls("objects made and dropped", "f(4)", setUp: "local f = gfnet.tensor.zeros"),
      rule("s.margin >= p.threshold", "return s.margin >= p.threshold"),
      rule(
        "four fields and a branch",
        """
        if s.step > 3 then return true end
        return s.margin >= p.threshold and s.confidence > 0.1 or s.prediction == 3
        """),
    ])

  /// A thousand rounds of a loop in Lua.
  private static func calls(_ name: String, _ body: String, setUp: String) -> BudgetCase {
    BudgetCase("1000 \(name)") {
      let scripts = try Scripts()
      let function = try scripts.function(
        "do \(setUp) return function() for i = 1, 1000 do \(body) end end end")
      return try MemoryUse.least { _ = try function.call() }
    }
  }

  /// An exit rule in Lua that is asked about a thousand images.
  private static func rule(_ name: String, _ body: String) -> BudgetCase {
    BudgetCase("an exit rule on 1000 images: \(name)") {
      let scripts = try Scripts()
      let function = try scripts.function("return function(s, p) \(body) end")
      let ramp = (0..<1000).map { Float($0) / 1000 }
      let classes = (0..<1000).map { Int32($0 % 10) }
      let rows = try LuaRows(
        in: scripts.state, name: "s",
        fields: [
          .number("margin") { ramp }, .number("confidence") { ramp }, .index("prediction") { classes },
          .sharedInteger("step") { 1 },
        ])
      let parameters = try LuaTable(in: scripts.state)
      try parameters.set("threshold", 0.5)
      return try MemoryUse.least { _ = try rows.decide(function, [parameters], count: 1000) }
    }
  }
}

/// A state with all that scripts have.
private struct Scripts {
  let state: LuaState
  private let session: CellSession

  init() throws {
    state = try LuaState()
    try Catalog.standard.install(in: state)
    let environment = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: [])
    session = CellSession(state: state, environment: environment.table, chunkName: "budget.lua")
  }

  /// The function that a cell returns.
  func function(_ source: String) throws -> LuaFunction {
    guard let function = try session.run(session.compile(source, firstLine: 1)).first?.asFunction else {
      throw CheckFailure("not a function: \(source)")
    }
    return function
  }
}
