import LuaHost
import Reports
import Testing

/// A Swift object that scripts hold in these tests; counts how many are alive.
final class Crate: HoldsMemory {
  let heldBytes = 8 << 20
  nonisolated(unsafe) static var alive = 0
  var weight: Double
  init(_ weight: Double) {
    self.weight = weight
    Crate.alive += 1
  }
  deinit { Crate.alive -= 1 }
}

private let crateClass = LuaClass<Crate>(
  "crate", "A box with a weight.", freeable: true,
  properties: [
    .init(
      "weight", "number", "in kilograms", get: { crate, _ in crate.weight },
      set: { crate, value in crate.weight = value.asNumber ?? 0 }),
    .init("label", "string", "fixed", get: { _, _ in "fragile" }),
  ],
  methods: [
    .init(
      "add", "Adds weight.", [FunctionParameter("kilograms", .number, "how much", in: 0...100)],
      returns: "number"
    ) {
      crate, call in
      crate.weight += try call.number("kilograms")
      return crate.weight
    },
    .init(
      "merge", "Takes another crate's weight.", [FunctionParameter("other", .object("crate"), "the other")]
    ) {
      crate, call in crate.weight += try call.object("other", as: Crate.self).weight
    },
  ],
  operators: [
    .init("__add", "A crate of both weights.") { stack in
      let a = try stack.requireObject(at: 1, as: Crate.self, in: "crate + crate")
      let b = try stack.requireObject(at: 2, as: Crate.self, in: "crate + crate")
      return Pushed(Crate(a.weight + b.weight))
    }
  ],
  describe: { "crate of \($0.weight) kg" },
  index: { crate, stack in
    let key = try stack.value(at: 2)
    guard let index = key.asInteger, (1...2).contains(index) else {
      throw LuaError("a crate has the elements 1 and 2, got \(key.described)")
    }
    stack.push(crate.weight * Double(index))
  },
  count: { _ in 2 }
).entry

private let catalog = Catalog(
  modules: [
    LuaModule(
      "gfnet", "Test.",
      functions: [
        FunctionEntry(
          "scale", "Scales a number.",
          [
            FunctionParameter("x", .number, "the number"),
            .options([
              FunctionParameter("factor", .number, default: 2.0, "the factor", in: 0...10),
              FunctionParameter("mode", .choice(["up", "down"]), default: "up", "direction"),
              .optional("names", .list(.string), "names"),
              .optional("each", .function, "called with the result"),
            ]),
          ], returns: "number", example: "gfnet.scale(2, {factor = 3})"
        ) { call in
          let factor = try call.number("factor")
          let x = try call.number("x")
          let result = try call.string("mode") == "up" ? x * factor : x / factor
          if try call.has("each") { try call.function("each").call(result) }
          return result
        },
        FunctionEntry("count", "Counts.", [.rest("values", .integer, "whole numbers")], returns: "integer") {
          call in
          try call.rest().count
        },
        FunctionEntry(
          "crate", "A crate.", [FunctionParameter("weight", .number, default: 1, "kg")], returns: "crate"
        ) {
          call in Pushed(Crate(try call.number("weight")))
        },
      ])
  ], classes: [crateClass])

@Suite(.serialized) struct RegistrationTests {
  private func run(_ source: String) throws -> ScriptBench { try ScriptBench(source, catalog: catalog) }

  @Test(arguments: [
    ("gfnet.scale(3)", "6.0"),
    ("gfnet.scale(3, {factor = 3})", "9.0"),
    ("gfnet.scale(3, {factor = 2, mode = 'down'})", "1.5"),
    ("gfnet.scale(3, nil)", "6.0"),
    ("local seen gfnet.scale(1, {each = function(x) seen = x end}) return seen", "2.0"),
    ("gfnet.count(1, 2, 3.0)", "3"),
    ("gfnet.count()", "0"),
    ("local c = gfnet.crate(2) c:add(3) return c", "crate of 5.0 kg"),
    ("local c = gfnet.crate() c.weight = 7 return c.weight, c.label, c[2], #c", "7.0\tfragile\t14.0\t2"),
    ("gfnet.crate(1) + gfnet.crate(2)", "crate of 3.0 kg"),
    ("local c = gfnet.crate(1) c:merge(c) return c.weight", "2.0"),
    ("getmetatable(gfnet.crate())", "false"),
    ("local c = gfnet.crate() c:free() c:free() return tostring(c)", "crate (freed)"),
    ("local c do local d <close> = gfnet.crate() c = d end return tostring(c)", "crate (freed)"),
  ])
  func callsReachSwiftAndBack(_ source: String, _ expected: String) throws {
    let bench = try run(source)
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  @Test(arguments: [
    ("gfnet.scale()", "gfnet.scale: argument 1 'x' is missing; expected a number"),
    ("gfnet.scale('3')", "gfnet.scale: argument 1 'x' must be a number, got the string \"3\""),
    (
      "gfnet.scale(1, 2)",
      "gfnet.scale: argument 2 'options' must be a table of options, got 2; write {factor = 2}"
    ),
    ("gfnet.scale(1, 'up')", "got the string \"up\"; write {mode = \"up\"}"),
    ("gfnet.scale(1, 'sideways')", "must be a table of options, got the string \"sideways\""),
    ("gfnet.scale({x = 1, factor = 3})", "must be a number, got a table; write gfnet.scale(1, {factor = 3})"),
    ("gfnet.scale({factor = 3})", "must be a number, got a table; write gfnet.scale(x, {factor = 3})"),
    ("gfnet.scale(1, {factr = 2})", "gfnet.scale: unknown option 'factr'; did you mean 'factor'?"),
    (
      "gfnet.scale(1, {zzzzzzz = 2})",
      "gfnet.scale: unknown option 'zzzzzzz'; known: each, factor, mode, names"
    ),
    ("gfnet.scale(1, {3})", "the options are named, as in {factor = …}; got the key 1"),
    ("gfnet.scale(1, {factor = 11})", "option 'factor' must be a number from 0 to 10, got 11"),
    ("gfnet.scale(1, {factor = 0/0})", "option 'factor' must be a number from 0 to 10"),
    (
      "gfnet.scale(1, {mode = 'upp'})",
      "option 'mode' must be one of \"up\", \"down\", got the string \"upp\""
    ),
    (
      "gfnet.scale(1, {names = {'a', 2}})",
      "option 'names' must be a list of strings, got a table whose element 2 is 2"
    ),
    ("gfnet.scale(1, {}, 3)", "gfnet.scale: takes at most 2 arguments, got 3"),
    ("gfnet.scale(1, {each = function() error('inner') end})", "test.lua:1: inner"),
    ("gfnet.count(1, 2.5)", "gfnet.count: argument 2 'values' must be a whole number, got 2.5"),
    ("gfnet.scal(1)", "gfnet has no field 'scal'; did you mean 'scale'?"),
    ("gfnet.crate().wieght = 1", "a crate has no field 'wieght'; did you mean 'weight'?"),
    ("gfnet.crate().label = 1", "crate.label is read-only"),
    ("gfnet.crate():ad(1)", "a crate has no field 'ad'; did you mean 'add'?"),
    ("gfnet.crate():add(101)", "crate:add: argument 1 'kilograms' must be a number from 0 to 100, got 101"),
    ("gfnet.crate().add(1)", "crate:add: expected a crate, got 1; call it with a colon: crate:add(…)"),
    ("gfnet.crate():merge(3)", "crate:merge: argument 1 'other' must be a crate, got 3"),
    ("gfnet.crate()[3]", "a crate has the elements 1 and 2, got 3"),
    ("gfnet.crate()[{}]", "a crate has the elements 1 and 2, got a table"),
    ("local c = gfnet.crate() c:free() return c.weight", "crate.weight: this crate was freed"),
    ("local c = gfnet.crate() c:free() return c[1]", "this crate was freed"),
    ("local c = gfnet.crate() c:free() c:add(1)", "crate:add: this crate was freed"),
    ("local c = gfnet.crate() c:free() gfnet.crate():merge(c)", "this crate was freed"),
    ("gfnet.crate() + 1", "crate + crate: expected a crate, got 1"),
  ])
  func namesTheMistake(_ source: String, _ expected: String) throws {
    let bench = try run(source)
    #expect(bench.message.hasPrefix("test.lua:1: "), "\(bench.message)")
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  @Test func collectsObjectsByTheirRealSize() throws {
    #expect(Crate.alive == 0)
    // 3,000 dead crates that claim 8 MB each: 24 GB if nothing collected them.
    let bench = try run("local most = 0 for i = 1, 3000 do local c = gfnet.crate(i) end print('done')")
    #expect(bench.shown == "done\n")
    #expect(Crate.alive == 0)
  }

  @Test func externalMemoryStaysBounded() throws {
    let state = try LuaState()
    try catalog.install(in: state)
    let environment = try LuaEnvironment(in: state, catalog: catalog, moduleFolders: [])
    let session = CellSession(state: state, environment: environment.table, chunkName: "test.lua")
    var most = 0
    try environment.table.set("look", LuaValue.nil)
    for _ in 0..<300 {
      let cell = try session.compile("for i = 1, 10 do local c = gfnet.crate(i) end", firstLine: 1)
      _ = try session.run(cell)
      most = max(most, state.externalBytes)
    }
    #expect(most <= 640 << 20)
    state.collectGarbage()
    #expect(state.externalBytes == 0)
    #expect(Crate.alive == 0)
  }

  @Test func valuesOutliveTheirStateSafely() throws {
    var table: LuaTable?
    do {
      let state = try LuaState()
      table = try LuaTable(in: state)
      try table?.set("a", 1)
      #expect(try table?.get("a").asInteger == 1)
    }
    #expect(throws: LuaError.self) { try table?.get("a") }
  }

  @Test func everyEntryHasHelp() throws {
    for (name, symbol) in Catalog.standard.symbols {
      let help = try Help().text(on: name)
      #expect(!help.isEmpty)
      guard case .function(let entry) = symbol else { continue }
      #expect(entry.summary.hasSuffix("."), "\(name): the summary is a sentence")
      #expect(!entry.example.isEmpty, "\(name): has no example")
      for parameter in entry.parameters.flatMap({ $0.options ?? [$0] }) {
        #expect(!parameter.summary.isEmpty, "\(name): \(parameter.name) is not described")
      }
      let names = entry.parameters.flatMap { $0.options ?? [$0] }.map(\.name)
      #expect(Set(names).count == names.count, "\(name): parameter names repeat")
    }
  }

  @Test func everyExampleCompiles() throws {
    for (name, symbol) in Catalog.standard.symbols {
      guard case .function(let entry) = symbol, !entry.example.contains("…") else { continue }
      // It may end with an expression, as a cell may; nothing of it runs.
      let bench = try ScriptBench("do return end " + entry.example)
      #expect(bench.message == "", "\(name): \(bench.message)")
    }
  }

  @Test func reportsOutputsInOrder() throws {
    let bench = try ScriptBench(
      """
      print("a")
      gfnet.report.markdown("**b**")
      gfnet.report.table{columns = {"x", "y"}, rows = {{1, 2.5}, {y = "z"}}, digits = {y = 1}}
      gfnet.report.table{columns = {"x"}, rows = {}, name = "mine"}
      gfnet.report.text("c")
      gfnet.report.value({1})
      5
      """)
    #expect(bench.shown == "a\nmd:**b**\ntable:table-1\ntable:mine\nc\n{1}\n5\n")
    let tables = bench.notebook.cells[0].outputs.compactMap {
      if case .table(let table) = $0 { table } else { nil }
    }
    #expect(tables[0].rows == [[.integer(1, digits: nil), .number(2.5, digits: 1)], [.empty, .text("z")]])
  }

  @Test func aCellTakesBackWhatItHasShown() throws {
    let bench = try ScriptBench(
      """
      print("a")
      gfnet.report.value({1})
      gfnet.report.clear{wait = true}
      print("b")
      -- %%
      print("c")
      gfnet.report.clear()
      """)
    #expect(bench.shown == "b\n")
    #expect(bench.notebook.cells[1].outputs.isEmpty)
  }

  @Test(arguments: [
    ("{columns = {'x'}, rows = {{1, 2}}}", "row 1 has the entry 2, and the table has 1 columns"),
    ("{columns = {'x'}, rows = {{1}, {{}}}}", "row 2, column 'x' must be a number"),
    ("{columns = {'x'}, rows = {}, digits = {y = 1}}", "digits names no column 'y'"),
    ("{columns = {'x'}, rows = {}, digits = 99}", "from 0 to 15"),
    ("{rows = {}}", "option 'columns' is missing"),
    (
      "{columns = {'a'}, rows = {[math.mininteger] = {1}}}",
      "gfnet.report.table: option 'rows' must be a list, got a table with the key -9223372036854775808"
    ),
    ("{columns = {'a'}, rows = {{1}, [0] = {2}}}", "must be a list, got a table with the key 0"),
    ("{columns = {'a'}, rows = {{1}, last = {2}}}", "must be a list, got a table with the field 'last'"),
    ("{columns = {'a', b = 'b'}, rows = {}}", "'columns' must be a list, got a table with the field 'b'"),
  ])
  func refusesBadTables(_ argument: String, _ expected: String) throws {
    #expect(try ScriptBench("gfnet.report.table" + argument).message.contains(expected))
  }

  /// What a list holds beside its elements would be lost without a word, in whatever function.
  @Test(arguments: [
    ("gfnet.random.shuffle{1, 2, [7] = 3}", "'list' must be a list, got a table with the key 7"),
    ("gfnet.random.choice{a = 1}", "'list' must be a list, got a table with the field 'a'"),
    ("gfnet.tensor{1, 2, [0] = 3}", "'numbers' must be a list of numbers, got a table with the key 0"),
    ("gfnet.tensor.stack{gfnet.tensor{1}, [-1] = 2}", "must be a list, got a table with the key -1"),
    ("gfnet.tensor.zeros{2, x = 3}", "unknown option 'x'; there is dtype"),
    ("gfnet.plot.figure{}:line({1, 2}, {1, 2, [-3] = 3})", "got a table with the key -3"),
  ])
  func listsHoldNothingElse(_ call: String, _ expected: String) throws {
    let message = try ScriptBench("local _ = " + call).message
    #expect(message.contains(expected), "\(message)")
  }

  @Test func whatTablePackMakesIsAList() throws {
    let bench = try ScriptBench(
      "print(gfnet.tensor(table.pack(1, 2, 3)).count, #gfnet.random.shuffle(table.pack(1, 2)))")
    #expect(bench.shown == "3\t2\n")
  }
}
