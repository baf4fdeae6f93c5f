import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// What is neither a tensor nor a plain container is kept as data, never made.
struct InertObjectTests {
  private static func people(_ name: String) -> FilePath { fixture("../cases/checkpoints/" + name) }

  private func root(_ pickle: Pickle) throws -> PyTorchValue {
    try PyTorchFile(pickle.zip(), file: "objects.pt").value
  }

  /// `argparse`, OmegaConf, yacs, EasyDict, pathlib, datetime, random states, modules, … beside the weights.
  @Test(arguments: ["objects.pt", "objects.legacy.pt"]) func whatTrainingsKeepIsRead(_ name: String) throws {
    let file = try PyTorchFile(contentsOf: Self.people(name))
    let root = try #require(file.value.dictionary)
    let state = try #require(root["state_dict"]?.dictionary)
    for key in ["w", "marked"] {
      #expect(state[key]?.tensor?.shape == [2, 3])
      #expect(state[key]?.tensor?.floats() == [0, 1, 2, 3, 4, 5])
    }
    let arguments = try #require(root["args"]?.object)
    #expect(arguments.name == "argparse.Namespace")
    #expect(arguments.fields["model"]?.string == "resnet18" && arguments.fields["lr"]?.number == 0.1)
    #expect(arguments.fields["output"]?.string == "/a/b")
    // An object that holds itself ends where it comes again.
    let holder = try #require(arguments.fields["holder"]?.dictionary ?? arguments.fields["holder"]?.members)
    #expect(holder["name"]?.string == "holder")
    #expect(root["cfg"]?.object?.name == "omegaconf.dictconfig.DictConfig")
    #expect(root["yacs"]?.dictionary?["MODEL"]?.dictionary?["NAME"]?.string == "resnet18")
    #expect(root["easy"]?.dictionary?["a"]?.dictionary?["b"]?.number == 1)
    #expect(root["default"]?.dictionary?["x"]?.numbers == [1])
    #expect(root["counter"]?.dictionary?["a"]?.number == 2)
    #expect(root["when"]?.object?.name == "datetime.datetime")
    #expect(root["colour"]?.object?.name == "__main__.Outer.Colour")
    #expect(root["slots"]?.object?.fields["b"]?.number == 2)
    #expect(root["class"]?.object?.name == "torch.nn.modules.activation.ReLU")
    #expect(root["dtype"]?.string == "torch.float16" && root["device"]?.string == "cpu")
    guard case .bytes(let bytes)? = root["bytes"] else {
      Issue.record("no bytes")
      return
    }
    #expect(bytes == Data("hello".utf8))
    #expect(root["module"]?.object?.isModule == true)
    let numpy = try #require(root["numpy"]?.dictionary)
    for key in ["text", "objects", "big", "structure"] {
      #expect(numpy[key]?.object?.unread?.hasPrefix("NumPy values") == true, "\(key)")
    }
    #expect(root["(a, 1)"]?.string == "key of two parts")
  }

  @Test(arguments: [
    ("complex", [2], "torch.complex64"), ("half", [2], "torch.complex32"),
    ("float8", [4], "torch.float8_e5m2"),
    ("sparse", [3, 3], "sparse"), ("rows", [3, 3], "sparse"), ("quantized", [2, 3], "quantized"),
  ])
  func arraysOfOtherKindsAreNamed(_ name: String, _ shape: [Int], _ kind: String) throws {
    let root = try #require(try PyTorchFile(contentsOf: Self.people("objects.pt")).value.dictionary)
    let object = try #require(root["kinds"]?.dictionary?[name]?.object)
    #expect(object.shape == shape && object.unread == kind)
  }

  @Test func callsMakeNothingButTheirData() throws {
    let call = try root(Pickle().global("some.module", "function").string("argument").with([0x85]).op("R"))
    #expect(call.object?.name == "some.module.function")
    #expect(call.object?.arguments.first?.string == "argument")
    // The result of a call called again, given items, elements and a state.
    let chain = try root(
      Pickle().global("a", "b").op(")R)R}").string("x").op("K\u{1}sb"))
    #expect(chain.object?.name == "a.b(…)" && chain.object?.fields["x"]?.number == 1)
    let kind = try root(Pickle().global("a", "Mapping").op(")R").string("x").op("K\u{1}s"))
    #expect(kind.dictionary?["x"]?.number == 1)
    // NEWOBJ_EX with named arguments, and a class inside a class.
    let named = try root(Pickle().global("a", "B").op(")}").string("x").op("K\u{2}s").with([0x92]))
    #expect(named.object?.fields["x"]?.number == 2)
    let inner = try root(
      Pickle().global("__builtin__", "getattr").global("a", "Outer").string("Inner").with([0x86]).op("R)")
        .with([0x81]))
    #expect(inner.object?.name == "a.Outer.Inner")
  }

  /// Objects in cycles, nests and bombs are cut off instead of followed.
  @Test func objectsThatHoldOneAnotherAreCutOff() throws {
    // An object whose state holds the object.
    let cycle = try root(Pickle().global("a", "B").op(")R").op("q\0}").string("me").op("h\0sb"))
    #expect(cycle.object?.fields["me"]?.object?.name == "a.B")
    // A list inside an object that holds itself.
    let list = try root(Pickle().global("a", "B").op(")R}").string("l").op("]q\u{1}h\u{1}asb"))
    #expect(list.object?.name == "a.B")
    // Twenty thousand objects in one another.
    var nest = Pickle().op("N")
    let layer = [0x85, UInt8(ascii: "q"), 1, UInt8(ascii: "0")] + Array("ca\nB\nh\u{1}R".utf8)
    for _ in 0..<20_000 { nest.bytes += layer }
    #expect(try root(nest).object?.name == "a.B")
    // Forty objects that each hold the one before twice.
    var bomb = Pickle().op("Nq\0")
    for _ in 0..<40 { bomb = bomb.op("0ca\nB\nh\0h\0").with([0x86]).op("Rq\0") }
    #expect(try root(bomb).object?.name == "a.B")
    // A name that grows with each call, by a little file.
    var grow = Pickle().global("a", "B").op(")R")
    grow.bytes += Array(String(repeating: ")R", count: 50_000).utf8)
    #expect(throws: DamagedFile.self) { try root(grow) }
    // More objects than a checkpoint has.
    var many = Pickle().op("](").global("a", "B").op("q\0)R")
    many.bytes += Array(String(repeating: "h\0)R", count: 300_000).utf8)
    #expect(throws: DamagedFile.self) { try root(many.op("e")) }
  }

  @Test func checksumsOfZeroAreNotComputed() throws {
    let none = try PyTorchFile(contentsOf: Self.people("no-crc32.pth"))
    #expect(!none.hasChecksums && none.value.dictionary?["w"]?.tensor?.floats() == [0, 1, 2, 3, 4, 5])
    #expect(try PyTorchFile(contentsOf: Self.people("args-namespace.pth")).hasChecksums)
    // One checksum that became 0 in a file that has them is damage.
    var bytes = [UInt8](try Data(contentsOf: fixture("module.pt").url))
    var places: [Int] = []
    for place in 0..<bytes.count - 46 where Array(bytes[place..<place + 4]) == [0x50, 0x4B, 1, 2] {
      places.append(place)
    }
    let first = try #require(places.first)
    for i in 16..<20 { bytes[first + i] = 0 }
    let error = #expect(throws: DamagedFile.self) { try PyTorchFile(Data(bytes), file: "damaged.pt") }
    #expect(error?.description.contains("checksum") == true)
  }

  @Test func safetensorsOfOtherWritersAreRead() throws {
    let null = try Safetensors(contentsOf: Self.people("metadata-null.safetensors"))
    #expect(null.metadata.isEmpty)
    #expect(try null.numbers("a") == [1, 2])
    let large = try Safetensors(contentsOf: Self.people("u64-above-i64.safetensors"))
    #expect(try large.numbers("a") == [9.223372e18, 5])
    let header =
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"f":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[4,7]}}"#
    var data = Data(littleEndian(UInt64(header.utf8.count))) + Data(header.utf8)
    data += Data([0, 0, 0x80, 0x3F, 1, 2, 3])
    let mixed = try Safetensors(data, file: "mixed.safetensors")
    #expect(try mixed.numbers("w") == [1])
    let unread = try #require(mixed.unread.first)
    #expect(mixed.unread.count == 1 && unread.name == "f" && unread.what == "F8_E4M3" && unread.shape == [3])
  }

  @Test(arguments: [
    ("lfs-pointer.pth", "a Git LFS pointer, not the file itself; run: git lfs pull"),
    ("lfs-pointer.safetensors", "a Git LFS pointer"),
    ("gzipped.pth", "packed by gzip; unpack it with gunzip"),
    ("not-found-page.safetensors", "an HTML page"),
  ])
  func whatIsNoCheckpointIsSaidToBeSo(_ name: String, _ what: String) {
    let path = Self.people(name)
    let error = #expect(throws: (any Error).self) {
      if name.hasSuffix(".pth") {
        _ = try PyTorchFile(contentsOf: path)
      } else {
        _ = try Safetensors(contentsOf: path)
      }
    }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains("it is \(what)"), "\(line)")
  }

  /// First bytes of other formats.
  @Test(arguments: [
    ("<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>", "an XML text"),
    ("\u{FEFF}  <!DOCTYPE html><html>", "an HTML page"),
    ("{\"error\": \"Repository not found\"}", "a JSON text"),
    ("Not Found", "a text that begins with 'Not Found'"), ("BZh91AY&SY", "packed by bzip2"),
    ("   \n", "blank"),
    ("\u{8}\u{7}\u{12}\u{7}pytorch\u{1A}\u{3}2.1", "an ONNX model"),
    ("\u{1C}\0\0\0TFL3", "a TensorFlow Lite model"),
    (String(repeating: "\0", count: 257) + "ustar\u{0}00", "a tar archive"), ("", "an empty file"),
  ])
  func otherFormatsAreNamed(_ text: String, _ what: String) {
    for ending in ["pth", "safetensors"] {
      let error = #expect(throws: (any Error).self) {
        if ending == "pth" {
          _ = try PyTorchFile(Data(text.utf8), file: "x")
        } else {
          _ = try Safetensors(Data(text.utf8), file: "x")
        }
      }
      let line = error.map { "\($0)" } ?? ""
      #expect(line.contains("it is " + what) && !line.contains("\n"), "\(line)")
    }
  }

  @Test func binaryFormatsAreNamed() {
    for (bytes, what): ([UInt8], String) in [
      ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], "an HDF5 file"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "packed by xz"),
      ([0x28, 0xB5, 0x2F, 0xFD, 0, 0], "packed by zstd"),
      ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
    ] {
      let error = #expect(throws: DamagedFile.self) { try PyTorchFile(Data(bytes), file: "x") }
      #expect(error?.description.contains("it is " + what) == true, "\(error?.description ?? "")")
    }
    for (names, what) in [
      (["a/data.pkl", "a/constants.pkl"], "a TorchScript program"),
      (["arr_0.npy", "b.npy"], "a NumPy archive"),
      (["weights.pth"], "a zip archive with 'weights.pth' in it"),
      (["config.json", "model.weights.h5"], "a Keras model"),
    ] {
      let data = zipped(names.map { ($0, Pickle().op("N").data) })
      let error = #expect(throws: DamagedFile.self) { try PyTorchFile(data, file: "x") }
      #expect(error?.description.contains("it is " + what) == true, "\(error?.description ?? "")")
    }
  }
}
