import Testing

/// `Benchmarks/HostileCalls` as a process: some of its cases.
@Suite struct HostileCallsTests {
  @Test(arguments: [("calls", 1500), ("scripts", 150), ("plugins", 150), ("messages", 1500)])
  func hostileInputEndsInAValueOrALine(_ kind: String, _ count: Int) throws {
    let program = try Program()
    let result = try program.shell(
      #""$(dirname "$GFNET")/hostile-calls" \#(kind) --count \#(count) --seed 7 --batch 500"#)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("\(kind): \(count) cases in "), "\(result.output)")
    #expect(result.output.contains(" 0 problems"))
    // Not everything was refused, and not everything taken.
    #expect(result.output.contains(" value") && result.output.contains(" refused"))
  }
}
