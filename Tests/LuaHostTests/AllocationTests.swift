import LuaHost
import Support
import TestSupport
import Testing

/// Want of memory while Swift is at work for a script: every frame is left by the book, and the budget holds afterwards.
@Suite(.serialized) struct AllocationTests {
  /// Counts how many there are, to see that none is jumped over; one test at a time uses it.
  private final class Witness {
    nonisolated(unsafe) static var alive = 0
    init() { Self.alive += 1 }
    deinit { Self.alive -= 1 }
  }

  private static let catalog = Catalog(
    modules: [
      LuaModule(
        "gfnet", "Test.",
        functions: [
          FunctionEntry("big", "A large string.", returns: "string") { _ in
            String(repeating: "x", count: 5 << 20)
          },
          FunctionEntry("list", "A list.", [FunctionParameter("n", .integer, "how long")], returns: "table") {
            call in
            Array(repeating: 0.5, count: try call.integer("n"))
          },
          FunctionEntry("mixed", "One of each kind.", returns: "table") { _ -> LuaFields in
            let witness = Witness()
            return withExtendedLifetime(witness) {
              LuaFields([
                "text": String(repeating: "long enough not to be shared ", count: 3),
                "list": ["a", "b", "c"],
                "numbers": [1.0, 2.0], "nested": LuaFields(["x": 1, "y": [true, false]]),
              ])
            }
          },
        ])
    ], classes: [])

  /// Objects that count themselves.
  private static let cells = Catalog(
    modules: [
      LuaModule(
        "gfnet", "Test.",
        functions: [FunctionEntry("cell", "An object.", returns: "cell") { _ in Pushed(Cell()) }])
    ], classes: [LuaClass<Cell>("cell", "A cell.").entry])

  private final class Cell: HoldsMemory {
    let witness = Witness()
    var heldBytes: Int { 0 }
  }

  private static let exhaust =
    "local ok, why = pcall(function() local t = {} while true do t[#t + 1] = ('x'):rep(10000) .. #t end end) print(ok, why)"

  @Test(arguments: [
    "gfnet.big", "function() return gfnet.list(1000000) end",
    "function() local t = {} for i = 1, 1e6 do t[i] = gfnet.mixed() end end",
  ])
  func theBudgetHoldsInsideSwiftAndAfterwards(_ function: String) throws {
    let bench = try ScriptBench(
      "local ok, why = pcall(\(function)) print(ok, (tostring(why):gsub('^.-:%d+: ', '')))\n" + Self.exhaust
        + " collectgarbage() print(collectgarbage('count') < 2000)",
      memory: 3 << 20, catalog: Self.catalog)
    #expect(
      bench.shown == "false\tnot enough memory\nfalse\tnot enough memory\ntrue\n"
        || bench.shown.contains("the lists need"))
    #expect(bench.shown.hasSuffix("false\tnot enough memory\ntrue\n"))
    #expect(bench.message == "")
  }

  /// The machine may run out at any allocation: each in turn fails here, and all after it.
  @Test func everyAllocationMayFail() throws {
    let state = try LuaState()
    try Self.catalog.install(in: state)
    let environment = try LuaEnvironment(in: state, catalog: Self.catalog, moduleFolders: [])
    let session = CellSession(state: state, environment: environment.table, chunkName: "test.lua")
    let cell = try session.compile("local f = gfnet.mixed\nreturn f().nested.y[2], pcall(f)", firstLine: 1)
    let before = Witness.alive
    var failures = 0
    var successes = 0
    for count in 0..<600 where successes < 3 {
      state.refuseAllocations(after: count)
      do {
        let values = try session.run(cell)
        // Without an error the answer is whole.
        #expect(values.first?.asBoolean == false)
        if values.dropFirst().first?.asBoolean == true { successes += 1 }
      } catch let error as LuaError {
        #expect(error.message.contains("memory"), "\(error)")
        failures += 1
      }
      state.allowAllocations()
      #expect(Witness.alive == before)
    }
    #expect(failures > 8)
    #expect(successes == 3)
    #expect(state.stack.count == 0)
    #expect(try session.run(cell).first?.asBoolean == false)
  }

  @Test func statesAndEnvironmentsMayFindNoMemory() throws {
    for limit in stride(from: 1_000, to: 400_000, by: 1_500) {
      var limits = LuaState.Limits()
      limits.memory = limit
      do {
        let state = try LuaState(limits: limits)
        try Catalog.standard.install(in: state)
        _ = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: [])
      } catch let error as LuaError {
        #expect(error.message.contains("memory"), "\(error)")
      }
    }
  }

  /// Objects have no finaliser, which could not run where C calls are nested as deeply as Lua lets them: what Lua sweeps is
  /// released later, wherever it was made and swept.
  @Test func sweptObjectsAreReleasedHoweverDeepTheyWere() throws {
    let state = try LuaState()
    try Catalog.standard.install(in: state)
    let environment = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: [])
    let session = CellSession(state: state, environment: environment.table, chunkName: "test.lua")
    let cell = try session.compile(
      """
      local function deep(n)
        if n == 0 then for i = 1, 300 do local t = gfnet.tensor.zeros(1 << 14) end return end
        local ok, why = pcall(deep, n - 1)
      end
      for depth = 180, 200 do deep(depth) end
      collectgarbage() collectgarbage()
      for i = 1, 1e4 do end
      collectgarbage()
      for i = 1, 1e4 do end
      """, firstLine: 1)
    _ = try session.run(cell)
    state.collectGarbage()
    _ = try session.run(try session.compile("for i = 1, 1e4 do end", firstLine: 1))
    #expect(state.externalBytes == 0)
    // Records of calls take the memory of such objects next, and must not be taken for them when they are freed.
    let calls = try session.compile(
      """
      local kept = {}
      for i = 1, 300 do kept[i] = gfnet.tensor.full(i, 4) end
      local function nested(n) if n > 0 then pcall(nested, n - 1) end end
      for i = 1, 3000 do coroutine.wrap(nested)(20) end
      collectgarbage() collectgarbage()
      for i = 1, 1e4 do end
      for i = 1, 300 do assert(kept[i]:sum() == 4 * i) end
      kept = nil
      """, firstLine: 1)
    for _ in 0..<3 {
      _ = try session.run(cell)
      _ = try session.run(calls)
      state.collectGarbage()
    }
    _ = try session.run(try session.compile("for i = 1, 1e4 do end", firstLine: 1))
    state.collectGarbage()
    #expect(state.externalBytes == 0)
  }

  /// An object goes when Lua has swept it: by a collection, by making others, and with the state.
  @Test func sweptObjectsAreReleased() throws {
    let state = try LuaState()
    try Self.cells.install(in: state)
    let environment = try LuaEnvironment(in: state, catalog: Self.cells, moduleFolders: [])
    let session = CellSession(state: state, environment: environment.table, chunkName: "test.lua")
    func run(_ source: String) throws { _ = try session.run(try session.compile(source, firstLine: 1)) }
    let before = Witness.alive
    try run("for i = 1, 100 do gfnet.cell() end collectgarbage()")
    #expect(Witness.alive == before)
    // Dead ones do not heap up, however many are made.
    try run("for i = 1, 100000 do gfnet.cell() end")
    #expect(Witness.alive - before < 20_000)
    // A weak table lets go, a coroutine and an upvalue keep.
    try run(
      """
      weak = setmetatable({}, {__mode = "k"})
      for i = 1, 100 do weak[gfnet.cell()] = true end
      collectgarbage()
      assert(next(weak) == nil)
      local cell = gfnet.cell()
      kept = coroutine.wrap(function() local own = gfnet.cell() coroutine.yield() return own, cell end)
      kept()
      """)
    state.collectGarbage()
    #expect(Witness.alive - before == 2)
    try run("kept = nil collectgarbage()")
    // The cell's locals live on.
    #expect(Witness.alive - before == 1)
  }

  /// Each object is released once, whatever allocation fails while objects are made.
  @Test func objectsAreNeitherLostNorReleasedTwice() throws {
    let before = Witness.alive
    do {
      let state = try LuaState()
      try Self.cells.install(in: state)
      let environment = try LuaEnvironment(in: state, catalog: Self.cells, moduleFolders: [])
      let session = CellSession(state: state, environment: environment.table, chunkName: "test.lua")
      let cell = try session.compile(
        "do local t = {} for i = 1, 40 do t[i] = gfnet.cell() t[i - 5] = nil end end", firstLine: 1)
      for count in 0..<200 {
        state.refuseAllocations(after: count)
        do { _ = try session.run(cell) } catch let error as LuaError {
          #expect(error.message.contains("memory"), "\(error)")
        }
        state.allowAllocations()
      }
      state.collectGarbage()
      #expect(Witness.alive == before)
      _ = try session.run(try session.compile("held = gfnet.cell()", firstLine: 1))
      #expect(Witness.alive == before + 1)
    }
    #expect(Witness.alive == before)
  }
}
