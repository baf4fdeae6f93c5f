import Support
import TestSupport
import Testing

/// `scripts/risk_control.lua`, as the program runs it.
@Suite struct RiskControlScriptTests {
  @Test func promisesAreKeptOnDrawsOfATrace() throws {
    let program = try Program()
    let model = (SourceTree.root / "models/clutter-fashion.safetensors").string
    let result = try program.run(
      (SourceTree.root / "scripts/risk_control.lua").string, "model=\(model)", "limit=1200", "images=300",
      "trials=60", "epsilon=0.05")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("Every promise was kept."), "\(result.output)")
    func rows(_ table: String) throws -> [[Substring]] {
      let text = try #require(program.read("reports/risk_control/tables/\(table).csv"))
      return text.split(whereSeparator: \.isNewline).dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
    }
    #expect(try rows("chosen").count == 9)
    let trials = try rows("trials")
    #expect(trials.count == 12)
    for row in trials { #expect(row[1] == "naive" || row.contains("yes"), "\(row)") }
  }
}
