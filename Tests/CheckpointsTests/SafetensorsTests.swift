import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// Little-endian bytes of `values`.
func bytes<Value: BitwiseCopyable>(_ values: [Value]) -> Data {
  values.withUnsafeBytes { Data($0) }
}

/// One tensor of every type.
func everyType() -> [SafetensorsTensor] {
  [
    SafetensorsTensor("f32", shape: [2, 3], [1.5, -2, .infinity, 0, Float.leastNonzeroMagnitude, 3]),
    SafetensorsTensor("f64", shape: [2], [Double.pi, -1e300]),
    SafetensorsTensor("f16", type: .f16, shape: [3], bytes: bytes([Float16(0.5), -2, .infinity])),
    SafetensorsTensor("bf16", type: .bf16, shape: [2], bytes: bytes([UInt16(0x3FC0), 0xC000])),
    SafetensorsTensor("i64", shape: [3], [Int64.min, -1, .max]),
    SafetensorsTensor("i32", shape: [1, 2], [Int32.min, .max]),
    SafetensorsTensor("i16", type: .i16, shape: [1], bytes: bytes([Int16(-300)])),
    SafetensorsTensor("i8", type: .i8, shape: [2], bytes: bytes([Int8(-128), 127])),
    SafetensorsTensor("u64", type: .u64, shape: [1], bytes: bytes([UInt64(1) << 62])),
    SafetensorsTensor("u32", type: .u32, shape: [1], bytes: bytes([UInt32.max])),
    SafetensorsTensor("u16", type: .u16, shape: [1], bytes: bytes([UInt16.max])),
    SafetensorsTensor("u8", type: .u8, shape: [3], bytes: bytes([UInt8(0), 7, 255])),
    SafetensorsTensor("bool", type: .bool, shape: [2], bytes: bytes([UInt8(0), 1])),
    SafetensorsTensor("scalar", shape: [], [Float(42)]),
    SafetensorsTensor("empty", shape: [0, 4], [Float]()),
    SafetensorsTensor("pieces", shape: [2, 2], pieces: [[1, 2], [3, 4]] as [[Float]]),
  ]
}

@Suite struct SafetensorsTests {
  @Test func everyTypeComesBack() throws {
    try withTemporaryFolder { folder in
      let path = folder / "all.safetensors"
      let notes = ["name": "é \"quoted\" \\ \n\t\u{01} 🂡", "": "empty key"]
      try Safetensors.write(everyType(), metadata: notes, to: path)
      let file = try Safetensors(contentsOf: path)
      #expect(file.isVerified)
      #expect(file.metadata == notes)
      #expect(Set(file.names) == Set(everyType().map(\.name)))
      #expect(try file.floats("f32") == [1.5, -2, .infinity, 0, .leastNonzeroMagnitude, 3])
      #expect(try file.entry("f32").shape == [2, 3])
      #expect(try file.floats("f64") == [Float(Double.pi), -.infinity])
      #expect(try file.doubles("f64") == [.pi, -1e300])
      #expect(try file.floats("f16") == [0.5, -2, .infinity])
      #expect(try file.floats("bf16") == [1.5, -2])
      #expect(try file.ints("i64") == [.min, -1, .max])
      #expect(try file.ints("i32") == [Int(Int32.min), Int(Int32.max)])
      #expect(try file.ints("i16") == [-300])
      #expect(try file.ints("i8") == [-128, 127])
      #expect(try file.ints("u64") == [1 << 62])
      #expect(try file.ints("u32") == [Int(UInt32.max)])
      #expect(try file.ints("u16") == [65535])
      #expect(try file.ints("u8") == [0, 7, 255])
      #expect(try file.ints("bool") == [0, 1])
      #expect(try file.floats("scalar") == [42])
      #expect(try file.floats("empty") == [])
      #expect(try file.floats("pieces") == [1, 2, 3, 4])
      #expect(try file.floats("pieces", range: 1..<3) == [2, 3])
      #expect(try file.entry("scalar").shape == [])
    }
  }

  @Test func theSameContentGivesTheSameBytesAndAlignedData() throws {
    let first = try Safetensors.encode(everyType(), metadata: ["a": "1", "b": "2"])
    let second = try Safetensors.encode(everyType().reversed(), metadata: ["b": "2", "a": "1"])
    #expect(first == second)
    let length = first.withUnsafeBytes { $0.load(as: UInt64.self) }
    #expect(length % 8 == 0)
    // Descending element size keeps every tensor aligned to its own elements.
    let sizes = try Safetensors(first, file: "memory").entries.map(\.type.size)
    #expect(sizes == sizes.sorted(by: >))
  }

  @Test func namesOfAnyCharactersComeBack() throws {
    let names = ["layer.0/weight é🂡", "line\u{2028}end", "\u{7F}\u{85}", "\"\\\n", ""]
    let data = try Safetensors.encode(names.map { SafetensorsTensor($0, shape: [1], [Float(1)]) })
    let file = try Safetensors(data, file: "names")
    #expect(Set(file.names) == Set(names) && file.isVerified)
    // Ordinary names are written as they are.
    #expect(data.range(of: Data("\"layer.0/weight é🂡\":{".utf8)) != nil)
  }

  @Test func wrongQuestionsAreOneLine() throws {
    let file = try Safetensors(try Safetensors.encode(everyType()), file: "some.safetensors")
    for question: () throws -> Any in [
      { try file.floats("missing") }, { try file.floats("i64") }, { try file.ints("f32") },
      { try file.floats("f32", range: 4..<7) },
    ] {
      let error = #expect(throws: DamagedFile.self) { _ = try question() }
      let text = "\(try #require(error))"
      #expect(text.hasPrefix("safetensors file some.safetensors: "))
      #expect(!text.contains("\n"))
    }
    let large = try Safetensors.encode([
      SafetensorsTensor("u", type: .u64, shape: [1], bytes: bytes([UInt64.max]))
    ])
    #expect(throws: DamagedFile.self) { try Safetensors(large, file: "m").ints("u") }
  }

  @Test func theWriterRefusesWhatItCouldNotReadBack() throws {
    try withTemporaryFolder { folder in
      let path = folder / "kept.safetensors"
      let good = SafetensorsTensor("x", shape: [1], [Float(1)])
      try Safetensors.write([good], to: path)
      for bad in [
        [good, good], [SafetensorsTensor("y", shape: [3], [Float(1)])],
        [SafetensorsTensor("y", shape: [-1], [Float]())],
        [SafetensorsTensor("y", shape: [.max, 8], [Float(1)])],
        [SafetensorsTensor("__metadata__", shape: [1], [Float(1)])],
      ] {
        #expect(throws: DamagedFile.self) { try Safetensors.write(bad, to: path) }
      }
      // The old file stays, and nothing else is left behind.
      #expect(try Safetensors(contentsOf: path).floats("x") == [1])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == ["kept.safetensors"])
      #expect(throws: FileError.self) { try Safetensors.write([good], to: path / "below-a-file") }
    }
  }

  @Test func pathsThatAreNoFilesAreNamed() throws {
    try withTemporaryFolder { folder in
      for path in [folder, folder / "missing", "/dev/null"] {
        let error = #expect(throws: FileError.self) { try Safetensors(contentsOf: path) }
        #expect("\(try #require(error))".contains(path.shown))
      }
      #expect(mkfifo((folder / "pipe").string, 0o600) == 0)
      #expect(throws: FileError.self) { try Safetensors(contentsOf: folder / "pipe") }
      try AtomicFile.write("", to: folder / "empty")
      #expect(throws: DamagedFile.self) { try Safetensors(contentsOf: folder / "empty") }
    }
  }
}
