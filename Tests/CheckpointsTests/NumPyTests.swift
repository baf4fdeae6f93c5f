import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// `.npy` and `.npz` files, byte by byte and, where Python has it, with NumPy.
struct NumPyTests {
  private static func file(
    _ descr: String, _ shape: String, _ body: [UInt8], order: String = "False", version: UInt8 = 1
  ) -> Data {
    let text = Array("{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }\n".utf8)
    let length = [UInt8(text.count & 255), UInt8(text.count >> 8)] + (version == 1 ? [] : [0, 0])
    return Data([0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + body)
  }

  private static func floats(_ data: Data) throws -> [Float] {
    try #require(NumPyFile(data, file: "t.npy").arrays.first).floats()
  }

  @Test func everyTypeIsRead() throws {
    #expect(try Self.floats(Self.file("<f4", "(2,)", [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])) == [1, -2])
    #expect(try Self.floats(Self.file(">f4", "(2,)", [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0])) == [1, -2])
    #expect(try Self.floats(Self.file("<f8", "(1,)", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F])) == [1.5])
    #expect(
      try Self.floats(Self.file("<f2", "(3,)", [0, 0x3E, 1, 0, 0, 0xFC])) == [1.5, 0x1p-24, -.infinity])
    #expect(try Self.floats(Self.file("<i2", "(2,)", [0xFE, 0xFF, 1, 0])) == [-2, 1])
    #expect(
      try Self.floats(Self.file(">i8", "()", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFD])) == [-3])
    #expect(try Self.floats(Self.file("|u1", "(2,)", [255, 1])) == [255, 1])
    #expect(try Self.floats(Self.file("|b1", "(2,)", [1, 0])) == [1, 0])
    #expect(try Self.floats(Self.file("|i1", "(2L, )", [255, 1], version: 2)) == [-1, 1])
    #expect(try Self.floats(Self.file("|u1", "(0, 3)", [])) == [])
  }

  @Test func columnsBecomeRows() throws {
    let data = Self.file("|u1", "(2, 3)", [1, 4, 2, 5, 3, 6], order: "True")
    let array = try #require(try NumPyFile(data, file: "t.npy").arrays.first)
    #expect(try array.floats() == [1, 2, 3, 4, 5, 6] && array.shape == [2, 3])
    let cube = Self.file("|u1", "(2, 2, 2)", [0, 4, 2, 6, 1, 5, 3, 7], order: "True")
    #expect(try Self.floats(cube) == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test(arguments: [
    ("|O", "(1,)", "Python objects"), ("<c8", "(1,)", "complex"), ("<U3", "(1,)", "texts"),
    ("<M8[s]", "(1,)", "dates"),
    ("<f4", "(3,)", "3 elements of 4 bytes are promised"), ("<f4", "(-1,)", "expected a whole number"),
    ("<f4", "(99999999999, 99999999999)", "too large"),
    ("<f4", "(99999999999999999999,)", "expected a whole number"),
    ("<f16", "(1,)", "NumPy's type longdouble (float128)"), ("<f4", "(1", "expected"),
  ])
  func whatIsNotReadIsNamed(_ descr: String, _ shape: String, _ reason: String) {
    let error = #expect(throws: DamagedFile.self) {
      try Self.floats(Self.file(descr, shape, [UInt8](repeating: 0, count: 8)))
    }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  /// Any change of any byte gives numbers or one line.
  @Test func damagedFilesAreNoCrash() throws {
    let good = Self.file("<f4", "(2, 3)", [UInt8](repeating: 7, count: 24), order: "True")
    for place in good.indices {
      for value in [0, 0x27, 0x28, 0x39, 0xFF] as [UInt8] {
        var bad = good
        bad[place] = value
        do { _ = try Self.floats(bad) } catch let error as any LineError {
          #expect(!error.description.contains("\n"))
        }
      }
    }
    for count in 0..<good.count { #expect(throws: DamagedFile.self) { try Self.floats(good.prefix(count)) } }
  }

  private static let sources = [
    NumPyFile.Source("a", shape: [2, 2], [1, -2.5, 3, .infinity]), .init("b.c", shape: [], [7]),
    .init("größe", shape: [0, 3], []), .init("d", shape: [3], [1, 2, 3]),
  ]

  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let one = folder.path / "one.npy"
    try NumPyFile.write(.init("", shape: [2, 2], [1, 2, 3, 4]), to: one)
    let bytes = try InputFile.bytes(of: one, limit: 1000)
    #expect(bytes.count == 128 + 16 && bytes[127] == 10)
    #expect(
      String(decoding: bytes[10..<70], as: UTF8.self).hasPrefix(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2"))
    #expect(try NumPyFile(contentsOf: one).arrays[0].floats() == [1, 2, 3, 4])
    let many = folder.path / "many.npz"
    try NumPyFile.write(Self.sources, to: many)
    let file = try NumPyFile(contentsOf: many)
    #expect(file.isArchive && Set(file.arrays.map(\.name)) == ["a", "b.c", "d", "größe"])
    for array in file.arrays {
      let source = try #require(Self.sources.first { $0.name == array.name })
      let values = source.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      #expect(try array.floats() == values && array.shape == source.shape)
    }
  }

  @Test func typesAreKept() throws {
    let folder = try TemporaryFolder()
    let cases: [(StoredType, [UInt8], [Int])] = [
      (.i32, [0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0x80], [Int(Int32.max), Int(Int32.min)]),
      (.u8, [255, 0], [255, 0]), (.bool, [1, 0], [1, 0]), (.i16, [0xFE, 0xFF, 1, 0], [-2, 1]),
    ]
    for (type, bytes, expected) in cases {
      let path = folder.path / "\(type.rawValue).npy"
      try NumPyFile.write(.init("", type: type, shape: [2], bytes: Data(bytes)), to: path)
      let array = try #require(NumPyFile(contentsOf: path).arrays.first)
      #expect(array.type == type)
      #expect(try array.ints() == expected)
    }
    let floats = try #require(NumPyFile(Self.file("<f4", "(1,)", [0, 0, 0, 0]), file: "t.npy").arrays.first)
    #expect(throws: DamagedFile.self) { try floats.ints() }
    let large = Self.file("<u8", "(1,)", [UInt8](repeating: 255, count: 8))
    #expect(throws: DamagedFile.self) { try NumPyFile(large, file: "t.npy").arrays.first?.ints() }
  }

  @Test func tooManyArraysAreNotCalledTooManyBytes() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: DamagedFile.self) {
      try NumPyFile.write(
        (0..<65_535).map { NumPyFile.Source("a\($0)", shape: [1], [0]) }, to: folder.path / "many.npz")
    }
    #expect(
      error?.reason == "65535 arrays, and at most 65534 fit into a .npz file; a .safetensors file takes them")
  }

  @Test(.enabled(if: Python.has("numpy"), "'\(Python.name)' has no PyPI package numpy"))
  func numpyReadsAndWritesTheSame() throws {
    let folder = try TemporaryFolder()
    try NumPyFile.write(Self.sources, to: folder.path / "ours.npz")
    try NumPyFile.write(.init("", shape: [3], [1, 2, 3]), to: folder.path / "ours.npy")
    try NumPyFile.write(
      [
        .init("i", type: .i32, shape: [1, 2], bytes: Data([1, 0, 0, 0x80, 2, 0, 0, 0])),
        .init("u", type: .u8, shape: [2], bytes: Data([255, 3])),
        .init("b", type: .bool, shape: [2], bytes: Data([1, 0])),
      ], to: folder.path / "types.npz")
    let script = """
      import sys
      import numpy as np
      f = sys.argv[1]
      z = np.load(f + "/ours.npz", allow_pickle=False)
      assert sorted(z.files) == ["a", "b.c", "d", "größe"], z.files
      assert z["a"].dtype == np.float32 and z["a"].tolist() == [[1, -2.5], [3, float("inf")]]
      assert z["b.c"].shape == () and z["b.c"] == 7 and z["größe"].shape == (0, 3)
      assert np.load(f + "/ours.npy").tolist() == [1, 2, 3]
      t = np.load(f + "/types.npz", allow_pickle=False)
      assert t["i"].dtype == np.int32 and t["i"].tolist() == [[-2147483647, 2]]
      assert t["u"].dtype == np.uint8 and t["u"].tolist() == [255, 3]
      assert t["b"].dtype == np.bool_ and t["b"].tolist() == [True, False]
      x = np.arange(24).reshape(2, 3, 4)
      np.save(f + "/c.npy", x.astype(">f8"))
      np.save(f + "/f.npy", np.asfortranarray(x.astype(np.int32)))
      np.savez(f + "/l.npz", a=np.array([1.5]), l=np.array([1], dtype=np.longdouble), c=np.array([1j]))
      np.savez_compressed(f + "/z.npz", x=x.astype(np.float16), y=np.array([True, False]))
      """
    let outcome = try Python.run(script, folder.path.string)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let expected = (0..<24).map(Float.init)
    for name in ["c.npy", "f.npy"] {
      let array = try #require(try NumPyFile(contentsOf: folder.path / name).arrays.first)
      #expect(try array.floats() == expected && array.shape == [2, 3, 4])
    }
    let mixed = try NumPyFile(contentsOf: folder.path / "l.npz")
    #expect(mixed.arrays.map(\.name) == ["a"] && mixed.unread.map(\.name) == ["c", "l"])
    #expect(mixed.unread[0].reason == "'c': it holds complex numbers")
    #expect(mixed.unread[1].reason.contains("longdouble"))
    let arrays = try NumPyFile(contentsOf: folder.path / "z.npz").arrays
    #expect(try arrays.first { $0.name == "x" }?.floats() == expected)
    #expect(try arrays.first { $0.name == "y" }?.floats() == [1, 0])
  }
}
