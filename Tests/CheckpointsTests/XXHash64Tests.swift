import Checkpoints
import Testing

@Suite struct XXHash64Tests {
  @Test func publishedVectors() {
    func hash(_ text: String) -> UInt64 { Array(text.utf8).withUnsafeBytes { XXHash64.digest($0) } }
    #expect(hash("") == 0xEF46_DB37_51D8_E999)
    #expect(hash("a") == 0xD24E_C4F1_A98C_6E5B)
    #expect(hash("abc") == 0x44BC_2CF5_AD77_0999)
    #expect(hash("Nobody inspects the spammish repetition") == 0xFBCE_A83C_8A37_8BF1)
  }

  @Test func piecesHashAsTheWhole() {
    let content = (0..<500).map { UInt8(truncatingIfNeeded: $0 * $0) }
    let whole = content.withUnsafeBytes { XXHash64.digest($0) }
    for size in [1, 3, 8, 31, 32, 33, 64, 499] {
      var hash = XXHash64()
      var start = 0
      while start < content.count {
        content[start..<min(start + size, content.count)].withUnsafeBytes { hash.update($0) }
        start += size
      }
      #expect(hash.finish() == whole, "pieces of \(size)")
    }
  }
}
