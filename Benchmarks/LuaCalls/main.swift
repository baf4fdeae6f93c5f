import Foundation
import LuaHost

// What crossing between Lua and Swift costs, against Lua alone in the same run.

/// Something with a field and a method.
final class Cell: HoldsMemory {
  var heldBytes: Int { 0 }
  var value = 1.0
}

let catalog = Catalog(
  modules: [
    LuaModule(
      "gfnet", "Benchmark.",
      functions: [
        FunctionEntry("nothing", "Does nothing.") { _ in },
        FunctionEntry(
          "add", "Adds.", [FunctionParameter("a", .number, "a"), FunctionParameter("b", .number, "b")],
          returns: "number"
        ) {
          call in try call.number("a") + call.number("b")
        },
        FunctionEntry(
          "scale", "Scales.",
          [
            FunctionParameter("x", .number, "x"),
            .options([FunctionParameter("factor", .number, default: 2.0, "factor")]),
          ],
          returns: "number"
        ) { call in try call.number("x") * call.number("factor") },
        FunctionEntry("cell", "An object.", returns: "cell") { _ in Pushed(Cell()) },
      ])
  ],
  classes: [
    LuaClass<Cell>(
      "cell", "A cell.", properties: [.init("value", "number", "its value", get: { cell, _ in cell.value })],
      methods: [.init("get", "The value.", returns: "number") { cell, _ in cell.value }]
    ).entry
  ])

let state = try LuaState()
try catalog.install(in: state)
let environment = try LuaEnvironment(in: state, catalog: catalog, moduleFolders: [])
let session = CellSession(state: state, environment: environment.table, chunkName: "bench.lua")

/// The best of five runs of a Lua function that loops a million times, in nanoseconds per round.
@MainActor func measure(_ name: String, setUp: String = "", _ body: String) throws {
  let rounds = 1_000_000
  let cell = try session.compile(
    "do \(setUp) return function() for i = 1, \(rounds) do \(body) end end end", firstLine: 1)
  guard let function = try session.run(cell).first?.asFunction else { return }
  var best = Double.infinity
  for _ in 0..<5 {
    let start = DispatchTime.now().uptimeNanoseconds
    try function.call()
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / Double(rounds))
  }
  print(name.padding(toLength: 42, withPad: " ", startingAt: 0) + String(format: "%8.1f ns", best))
}

print("Per call, best of 5 × 1,000,000")
try measure("Lua function", setUp: "local function f(a, b) return a + b end", "local _ = f(i, 2)")
try measure("Lua's own C function (math.abs)", setUp: "local f = math.abs", "local _ = f(i)")
try measure("Swift function, no arguments", setUp: "local f = gfnet.nothing", "f()")
try measure("Swift function, two numbers", setUp: "local f = gfnet.add", "local _ = f(i, 2.5)")
try measure(
  "Swift function, a number and an option", setUp: "local f = gfnet.scale", "local _ = f(i, {factor = 3})")
try measure("Swift property", setUp: "local c = gfnet.cell()", "local _ = c.value")
try measure("Swift method", setUp: "local c = gfnet.cell()", "local _ = c:get()")
try measure("Swift object made and dropped", setUp: "local f = gfnet.cell", "local _ = f()")

let images = 40_000
let (ramp, classes) = (
  (0..<images).map { Float($0) / Float(images) }, (0..<images).map { Int32($0 % 10) }
)
let rows = try LuaRows(
  in: state, name: "state",
  fields: [
    .number("margin") { ramp }, .number("confidence") { ramp }, .index("prediction") { classes },
    .sharedInteger("step") { 1 },
  ])
let parameters = try LuaTable(in: state)
try parameters.set("threshold", 0.5)
for (name, rule) in [
  ("s.margin >= p.threshold", "return s.margin >= p.threshold"),
  (
    "four fields and a branch",
    "if s.step > 3 then return true end return s.margin >= p.threshold and s.confidence > 0.1 or s.prediction == 3"
  ),
] {
  let values = try session.run(session.compile("return function(s, p) \(rule) end", firstLine: 1))
  guard let function = values.first?.asFunction else { continue }
  var best = Double.infinity
  for _ in 0..<5 {
    let start = DispatchTime.now().uptimeNanoseconds
    let leave = try rows.decide(function, [parameters], count: images)
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start))
    guard leave.contains(true), leave.contains(false) else { print("wrong answers"); exit(1) }
  }
  print(
    "exit rule, \(images) images: \(name)".padding(toLength: 58, withPad: " ", startingAt: 0)
      + String(format: "%6.2f ms (%.0f ns each)", best * 1e-6, best / Double(images)))
}
