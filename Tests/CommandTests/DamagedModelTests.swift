import Foundation
import Testing

/// Model files with bits flipped or the end cut off, as `gfnet.load` of the program meets them.
@Suite struct DamagedModelTests {
  private static let load = "local m = gfnet.load('m.safetensors')\nprint(m.classes)"

  /// A model of the program's own making.
  private static func model(_ program: Program) throws -> Data {
    try program.write(
      "make.lua",
      "gfnet.model{backbone = 'resnet_tiny_16', classes = 3, steps = 2, image_size = 128}:save('m.safetensors')"
    )
    try #require(try program.run("make.lua").status == 0)
    try program.write("load.lua", load)
    return try Data(contentsOf: URL(fileURLWithPath: program.folder + "/m.safetensors"))
  }

  private static func check(_ program: Program, _ bytes: Data, _ what: String, says: [String]) throws {
    try bytes.write(to: URL(fileURLWithPath: program.folder + "/m.safetensors"))
    let result = try program.run("load.lua")
    #expect(result.status == 1, "\(what)")
    #expect(result.complaints.count == 1, "\(what): \(result.errors)")
    let line = result.complaints.first ?? ""
    #expect(line.hasPrefix("gfnet-lab: load.lua:1: safetensors file m.safetensors: "), "\(what): \(line)")
    #expect(says.isEmpty || says.contains { line.contains($0) }, "\(what): \(line)")
  }

  @Test func aFileThatIsCutShortIsRefused() throws {
    let program = try Program()
    let whole = try Self.model(program)
    let header = 8 + Self.headerLength(whole)
    #expect(try program.run("load.lua").output == "3\n")
    for (length, says) in [
      (0, "it is an empty file"), (5, "5 bytes are too few"), (8, "truncated"), (header / 2, "truncated"),
      (header, "truncated"), ((header + whole.count) / 2, "truncated"), (whole.count - 1, "truncated"),
    ] {
      try Self.check(program, whole.prefix(length), "first \(length) bytes", says: [says])
    }
    try Self.check(program, whole + Data([0]), "a byte more", says: ["follow the last tensor"])
  }

  @Test func aFlippedBitInAnySectionIsNoticed() throws {
    let program = try Program()
    let whole = try Self.model(program)
    let header = 8 + Self.headerLength(whole)
    func flipped(_ byte: Int, _ bit: Int) -> Data {
      var bytes = whole
      bytes[byte] ^= 1 << UInt8(bit)
      return bytes
    }
    for byte in 0..<8 {
      try Self.check(program, flipped(byte, 2), "length field, byte \(byte)", says: [])
    }
    for index in 0..<12 {
      let byte = 8 + index * (header - 9) / 11
      try Self.check(program, flipped(byte, index % 8), "header, byte \(byte)", says: [])
    }
    for byte in [header, (header + whole.count) / 2, whole.count - 1] {
      try Self.check(program, flipped(byte, 0), "data, byte \(byte)", says: ["damaged or altered"])
    }
  }

  private static func headerLength(_ file: Data) -> Int {
    file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
