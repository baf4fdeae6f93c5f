import Foundation
import GlanceFocus
import LuaHost
import Support
import TestSupport
import Testing

/// A trace of many images without a network: logits from a formula.
func formulaTrace(images: Int, steps: Int, classes: Int, _ file: FilePath) throws {
  var record = try EpisodeRecord(
    indices: Array(0..<images), classes: classes, imageSize: 128, patchSize: 48,
    madds: (1...steps).map { Double($0) * 1e6 }, labels: (0..<images).map { Int32($0 % classes) })
  let formula = FormulaSequence("rule speed")
  for step in 1...steps {
    let logits = (0..<images * classes).map { 3 * formula.u($0 + step * images * classes) }
    let places = (0..<images).map { PatchPlaces(row: Float($0 % 7) / 7, column: 0.5) }
    try record.setStep(
      step, rows: Array(0..<images), logits: logits, locations: step == 1 ? nil : places)
  }
  try Trace(
    record: record, model: .init(name: "formula"), dataset: .init(name: "none"), sampler: "fixed"
  ).save(to: file)
}

/// Rules in Lua over a trace of 10,000 images; `Benchmarks/LuaCalls` measures what that takes.
@Suite struct LargeTraceTests {
  @Test func aRuleInLuaDecidesAboutEveryImage() throws {
    let folder = try TemporaryFolder()
    try formulaTrace(images: 10_000, steps: 4, classes: 10, folder.path / "t.safetensors")
    let bench = try ScriptBench(
      """
      local trace = gfnet.trace("\(folder.path)/t.safetensors")
      local asked = 0
      local rule = gfnet.exits.define{name = "own", params = {threshold = 0.999},
        decide = function(s, p) asked = asked + 1 return s.margin >= p.threshold end}{}
      local result = trace:evaluate(rule)
      assert(result.exits[4] == 10000, result.exits[4])
      print(asked >= 30000)
      local own = trace:evaluate(gfnet.exits.margin{threshold = 0.999})
      assert(own.exits[4] == 10000 and own.accuracy == result.accuracy)
      assert(trace:evaluate(rule).per_image[10000].steps == 4)
      for i = 1, trace.images do assert(trace.confidence[1][i] > 0 and trace.coordinates[2][i][1] >= 1) end
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "true\n")
  }
}
