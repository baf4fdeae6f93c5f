import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// A file that another program cuts off while it is mapped is an error, not the end of the program.
struct CutOffFileTests {
  @Test func safetensorsThatShrinkAreNoticed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "large.safetensors"
    let values = [Float](repeating: 1, count: 100_000)
    try Safetensors.write([SafetensorsTensor("a", shape: [100_000], values)], to: path)
    let file = try Safetensors(contentsOf: path)
    #expect(try file.floats("a").last == 1)
    #expect(truncate(path.string, 5000) == 0)
    let error = #expect(throws: CutOffError.self) { try file.floats("a") }
    #expect(error?.description == "cannot read \(path): another program cut it off while it was read")
    // Written elsewhere, it would be half of zeros.
    let copy = folder.path / "copy.safetensors"
    let other = folder.path / "other.safetensors"
    try Safetensors.write([SafetensorsTensor("a", shape: [100_000], values)], to: other)
    let mapped = try MappedFile.read(other)
    #expect(truncate(other.string, 5000) == 0)
    #expect(throws: CutOffError.self) {
      try Safetensors.write(
        [SafetensorsTensor("b", type: .u8, shape: [300_000], bytes: mapped.suffix(300_000))], to: copy)
    }
    #expect(!FileManager.default.fileExists(atPath: copy.string))
  }
}
