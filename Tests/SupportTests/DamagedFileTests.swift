import Support
import Testing

struct DamagedFileTests {
  @Test func theLineNamesFormatAndFile() {
    let error = DamagedFile(format: "PyTorch", file: "a/b.pt", reason: "it is an empty file")
    #expect(error.description == "PyTorch file a/b.pt: it is an empty file")
  }
}
