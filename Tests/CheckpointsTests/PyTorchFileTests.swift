import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// `Tests/Fixtures/checkpoints/NAME`.
func fixture(_ name: String) -> FilePath { Fixtures.path("checkpoints/" + name) }

/// Files that PyTorch wrote, in every form.
struct PyTorchFileTests {
  static let forms = [
    "types.pt", "types.legacy.pt", "types.protocol3.pt", "types.protocol4.pt", "types.protocol5.pt",
  ]

  private func quarters(_ count: Int) -> [Float] { (0..<count).map { Float($0) / 4 } }

  @Test(arguments: forms) func everyTypeIsRead(_ form: String) throws {
    let root = try #require(try PyTorchFile(contentsOf: fixture(form)).value.dictionary)
    let types = try #require(root["types"]?.dictionary)
    #expect(types.keys.count == 9)
    for (name, value) in types.entries {
      let tensor = try #require(value.tensor)
      #expect(tensor.shape == [2, 3])
      if tensor.type.isFloatingPoint {
        #expect(tensor.floats() == quarters(6), "\(name)")
        #expect(tensor.doubles() == quarters(6).map(Double.init), "\(name)")
      } else {
        #expect(try tensor.ints(file: form) == Array(0..<6), "\(name)")
        #expect(tensor.floats() == (0..<6).map(Float.init), "\(name)")
      }
    }
    #expect(try root["bool"]?.tensor?.ints(file: form) == [1, 0])
    #expect(root["scalar"]?.number == 2.5)
    #expect(root["scalar"]?.tensor?.shape == [])
    #expect(root["empty"]?.tensor?.shape == [0, 3])
    #expect(root["empty"]?.tensor?.floats() == [])
    #expect(root["parameter"]?.tensor?.floats() == quarters(3))
  }

  @Test(arguments: forms) func viewsOfOneStorageAreRead(_ form: String) throws {
    let root = try #require(try PyTorchFile(contentsOf: fixture(form)).value.dictionary)
    let views = try #require(root["views"]?.dictionary)
    func view(_ name: String) throws -> PyTorchTensor { try #require(views[name]?.tensor) }
    let base = quarters(24)
    #expect(try view("base").floats() == base)
    #expect(try view("base").contiguousBytes?.count == 96)
    let transposed = try view("transposed")
    #expect(transposed.shape == [6, 4])
    #expect(!transposed.isContiguous && transposed.contiguousBytes == nil)
    let turned: [Float] = (0..<24).map { (i: Int) -> Float in base[i % 4 * 6 + i / 4] }
    #expect(transposed.floats() == turned)
    let odd: [Float] = (0..<12).map { (i: Int) -> Float in base[2 * i + 1] }
    #expect(try view("columns").floats() == odd)
    #expect(try view("tail").isContiguous)
    #expect(try view("tail").floats() == Array(base[12...]))
    #expect(try view("expanded").floats() == [0, 0.25, 0, 0.25, 0, 0.25])
    #expect(try view("channels_last").floats() == quarters(12))
  }

  @Test(arguments: forms) func plainValuesAreRead(_ form: String) throws {
    let root = try #require(try PyTorchFile(contentsOf: fixture(form)).value.dictionary)
    guard case .list(let plain) = try #require(root["plain"]) else {
      Issue.record("not a list")
      return
    }
    #expect(plain.count == 10)
    guard case .none = plain[0], case .bool(true) = plain[1], case .int(-1) = plain[2],
      case .int(1 << 40) = plain[3], case .double(1.5) = plain[4], case .string("é") = plain[5],
      case .bytes(let bytes) = plain[6]
    else {
      Issue.record("\(plain)")
      return
    }
    #expect(Array(bytes) == [0, 255])
    #expect(plain[7].numbers == [1, 2])
    #expect(plain[8].numbers == [3])
    #expect(plain[9].numbers == [4])
    #expect(root["size"]?.numbers == [2, 3])
    #expect(root["ordered"]?.dictionary?.keys == ["b", "a"])
    #expect(root["7"]?.string == "integer key")
    let numpy = try #require(root["numpy"]?.dictionary)
    #expect(numpy["scalar"]?.number == 3.5)
    #expect(numpy["integer"]?.number == -7)
    #expect(numpy["array"]?.numbers == [0, 0.25, 0.5])
    #expect(numpy["matrix"]?.rows == [[0, 0.25, 0.5], [0.75, 1, 1.25]])
  }

  @Test(arguments: ["module.pt", "module.legacy.pt", "module.deflated.pt"])
  func stateDictionariesAreRead(_ name: String) throws {
    let state = try #require(try PyTorchFile(contentsOf: fixture(name)).value.dictionary)
    #expect(
      state.keys == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
        "1.num_batches_tracked",
      ])
    #expect(state["0.weight"]?.tensor?.shape == [2, 1, 1, 1])
    #expect(state["1.running_var"]?.tensor?.floats() == [0, 0.25])
    #expect(state["1.num_batches_tracked"]?.tensor?.type == .i64)
  }

  @Test func bigEndianFilesAreRefused() {
    let error = #expect(throws: DamagedFile.self) { try PyTorchFile(contentsOf: fixture("big-endian.pt")) }
    #expect(error?.description.contains("byte order is 'big'") == true, "\(error?.description ?? "")")
  }

  @Test func sizesOf64BitsAreRead() throws {
    let pickle = Pickle().tensor(count: 6, offset: 1, shape: [2, 2], strides: [2, 1])
    let values = Data((0..<6).flatMap { littleEndian(Float($0).bitPattern) })
    let entries = [("archive/data.pkl", pickle.data), ("archive/data/0", values)]
    let file = try PyTorchFile(zipped(entries, wide: true), file: "wide")
    #expect(file.value.tensor?.floats() == [1, 2, 3, 4])
    // A claim of 2⁶³ bytes, and one beyond the file.
    for claim in [UInt64(1) << 63, UInt64(Int.max), 1 << 20] {
      var data = zipped(entries, wide: true)
      let size = Data([1, 0, 24, 0] + littleEndian(UInt64(values.count)))
      let place = try #require(data.range(of: size, options: .backwards))
      data.replaceSubrange(
        place.lowerBound + 4..<place.lowerBound + 20, with: littleEndian(claim) + littleEndian(claim))
      #expect(throws: DamagedFile.self) { try PyTorchFile(data, file: "wide") }
    }
  }

  @Test func handMadeSamplesAreValid() throws {
    let pickle = Pickle().tensor(count: 6, offset: 1, shape: [2, 2], strides: [2, 1])
    let values = (0..<6).flatMap { littleEndian(Float($0).bitPattern) }
    for data in [pickle.legacy(storages: [("0", 6, values)]), pickle.zip(storages: [("0", 6, values)])] {
      #expect(try PyTorchFile(data, file: "sample").value.tensor?.floats() == [1, 2, 3, 4])
    }
  }
}
