import Support
import TestSupport
import Testing

/// `scripts/schedulers.lua`, as the program runs it.
@Suite struct SchedulersScriptTests {
  @Test func schedulersAreComparedAtTheSameCost() throws {
    let program = try Program()
    let model = (SourceTree.root / "models/clutter-fashion.safetensors").string
    let result = try program.run(
      (SourceTree.root / "scripts/schedulers.lua").string, "model=\(model)", "limit=300", "updates=30",
      "seeds=2", "shares=0.2,0.5", "epsilon=0.05")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("Most accurate, whether by chance or not: "), "\(result.output)")
    func rows(_ table: String) throws -> [[Substring]] {
      let text = try #require(program.read("reports/schedulers/tables/\(table).csv"))
      return text.split(whereSeparator: \.isNewline).dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
    }
    // Five rules at each of two budgets, which all but the optimal thresholds spend on images that they were not made on, too.
    let accuracy = try rows("accuracy")
    #expect(accuracy.count == 10)
    for row in accuracy {
      let (budget, spent) = (Double(row[0]) ?? 0, row.dropFirst(2).lazy.compactMap { Double($0) }.first ?? 0)
      #expect(spent < 1.15 * budget && (spent > 0.85 * budget || row[1] == "optimal"), "\(row)")
    }
    #expect(try rows("seeds").count == 3 && rows("risk").count == 6 && rows("verdicts").count == 4)
    #expect(program.read("reports/schedulers/figures/learned-exits-at-the-same-cost.csv") != nil)
  }
}
