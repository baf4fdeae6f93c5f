import Testing

/// `Benchmarks/HostileFiles` as a process: some hundreds of its cases.
@Suite struct HostileFilesTests {
  @Test func damagedAndHostileFilesAreReadOrRefused() throws {
    let program = try Program()
    let result = try program.shell(#""$(dirname "$GFNET")/hostile-files" --count 600 --seed 7"#)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("600 cases in ") && result.output.contains(" 0 problems"))
    // Every kind was there, and not everything was refused.
    for kind in ["legacy", "model", "pickle", "picture", "program", "safetensors", "zip"] {
      #expect(result.output.contains("\n\(kind) "), "\(result.output)")
    }
  }
}
