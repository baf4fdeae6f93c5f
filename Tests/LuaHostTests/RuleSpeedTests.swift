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
    let places = (0..<images).map { PatchLocation(row: Float($0 % 7) / 7, column: 0.5) }
    try record.setStep(
      step, rows: Array(0..<images), logits: logits, locations: step == 1 ? nil : places)
  }
  try Trace(
    record: record, model: .init(name: "formula"), dataset: .init(name: "none"), sampler: "fixed"
  ).save(to: file)
}

@Suite(.serialized) struct RuleSpeedTests {
  /// A rule in Lua costs little more than Lua itself: 30,000 decisions take a few milliseconds.
  @Test func aRuleInLuaIsFastEnoughForSweeps() throws {
    let folder = try TemporaryFolder()
    try formulaTrace(images: 10_000, steps: 4, classes: 10, folder.path / "t.safetensors")
    let bench = try ScriptBench(
      """
      local trace = gfnet.trace("\(folder.path)/t.safetensors")
      local rule = gfnet.exits.define{name = "own", params = {threshold = 0.999},
        decide = function(s, p) return s.margin >= p.threshold end}{}
      local best = math.huge
      for _ = 1, 7 do
        local start = gfnet.clock()
        local result = trace:evaluate(rule)
        best = math.min(best, gfnet.clock() - start)
        assert(result.exits[4] == 10000, result.exits[4])
      end
      print(best)
      local start = gfnet.clock()
      trace:evaluate(gfnet.exits.margin{threshold = 0.999})
      print("built in", gfnet.clock() - start)
      start = gfnet.clock()
      assert(trace:evaluate(rule).per_image[10000].steps == 4)
      print("per image", gfnet.clock() - start)
      start = gfnet.clock()
      for i = 1, trace.images do assert(trace.confidence[1][i] > 0 and trace.coordinates[2][i][1] >= 1) end
      print("lists", gfnet.clock() - start)
      """)
    #expect(bench.message == "")
    let seconds = Double(bench.shown.split(separator: "\n").first ?? "") ?? .infinity
    print("10,000 images × 3 decisions: \(bench.shown)")
    #expect(seconds < 0.2)
  }
}
