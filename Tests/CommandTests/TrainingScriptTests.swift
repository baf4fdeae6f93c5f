import Foundation
import Support
import TestSupport
import Testing

/// The recipes of training that are written in Lua, run as scripts on a few images.
@Suite struct TrainingScriptTests {
  @Test func threeStagesInLuaAreThoseOfTheTrainer() throws {
    let program = try Program()
    let result = try program.run(
      (SourceTree.root / "scripts/three_stages.lua").string, "images=7", "epochs=1,1,1", "batch=4", "steps=2")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("weights are the same to the last bit"))
    let text = try #require(program.read("reports/three_stages/tables/comparison.csv"))
    let rows = text.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
    #expect(rows.count == 3)
    for row in rows {
      #expect(Double(row[1]).map { $0.isFinite } == true, "\(row)")
      #expect(Double(row[4]) == 0, "\(row)")
    }
  }

  @Test func theJointRecipeLearnsAndIsMeasuredBesideTheStages() throws {
    let program = try Program()
    let result = try program.run(
      (SourceTree.root / "scripts/adaptivenn_recipe.lua").string, "images=16", "test=16", "epochs=1,1,1",
      "batch=8", "steps=2", "every=2", "updates=2", "whole_size=32")
    #expect(result.status == 0, "\(result.errors)")
    func rows(_ table: String) throws -> [[Substring]] {
      let text = try #require(program.read("reports/adaptivenn_recipe/tables/\(table).csv"))
      return text.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
    }
    let training = try rows("training").map { $0.compactMap { Double($0) } }
    #expect(training.map { $0[0] } == [1, 2, 3])
    #expect(training.allSatisfy { $0.count == 3 && $0.allSatisfy(\.isFinite) })
    #expect(training[2][1] < training[0][1], "three epochs on 16 images lower the loss")
    let anytime = try rows("anytime").map { $0.compactMap { Double($0) } }
    #expect(anytime.count == 2)
    for row in anytime {
      #expect((0...100).contains(row[2]) && (0...100).contains(row[3]))
      #expect(abs(row[3] - row[2] - row[4]) < 1e-9)
    }
    // The most eager and the most patient threshold of each rule cost the first and up to the last step.
    let exits = try rows("exits")
    #expect(exits.count == 4 * 5)
    for recipe in Set(exits.map { $0[0] }) {
      for rule in ["confidence", "value"] {
        let costs = exits.filter { $0[0] == recipe && $0[1] == rule }.compactMap { Double($0[3]) }
        #expect(costs.count == 5 && costs.min() ?? 0 >= anytime[0][1] && costs.max() ?? 0 <= anytime[1][1])
        #expect(Set(costs).count > 2, "thresholds decide")
      }
    }
  }
}
