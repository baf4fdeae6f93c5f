import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// Files that lie, and files that want to run something: one clear line each, never a crash.
@Suite struct PyTorchHostileTests {
  private static let four: [(key: String, count: Int, bytes: [UInt8])] = [
    ("0", 4, [UInt8](repeating: 0, count: 16))
  ]

  /// The message of the error that opening `data` must give.
  private func refusal(_ data: Data) throws -> String {
    let error = #expect(throws: DamagedFile.self) { try PyTorchFile(data, file: "hostile.pt") }
    let text = "\(try #require(error))"
    #expect(text.hasPrefix("PyTorch file hostile.pt: "))
    #expect(!text.contains("\n") && text.count < 400, "\(text)")
    return text
  }

  /// Refused in both forms of file.
  private func refused(_ pickle: Pickle, _ part: String) throws {
    // A legacy file lists the storages that its tensors use, and no others.
    let hasTensor = Data(pickle.bytes).range(of: Data("_rebuild_tensor_v2".utf8)) != nil
    for data in [pickle.legacy(storages: hasTensor ? Self.four : []), pickle.zip(storages: Self.four)] {
      let text = try refusal(data)
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test func nothingIsRun() throws {
    for (module, name) in [
      ("os", "system"), ("posix", "system"), ("nt", "system"), ("builtins", "eval"), ("__builtin__", "exec"),
      ("subprocess", "Popen"), ("torch", "load"), ("torch.hub", "load"), ("torch", "FloatStorage.from_file"),
      ("torch", "hub.load"), ("torch._utils", "os.system"), ("numpy", "load"), ("importlib", "import_module"),
      ("os.path", "join"),
    ] {
      let full = module == "__builtin__" ? "__builtin__.exec" : module + "." + name
      try refused(
        Pickle().global(module, name).op("(").string("touch /tmp/owned").op("tR"),
        "it asks for '\(full)', which runs programs or opens files")
      // STACK_GLOBAL, and a call that is never made; a class inside a class.
      try refused(Pickle().string(module).string(name).with([0x93]), "nothing was run")
    }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/owned"))
    try refused(
      Pickle().global("builtins", "getattr").global("os", "path").string("x").with([0x86]).op("R"),
      "'os.path'")
    // Instances of protocol 0, extensions and persistent objects.
    try refused(Pickle().op("(cos\nsystem\no"), "os.system")
    try refused(Pickle().op("(ios\nsystem\n"), "operation 0x69")
    try refused(Pickle().with([0x82, 1]), "operation 0x82")
    try refused(Pickle().op("(").string("module").op("NNNtQ"), "unknown form")
    // What is known by name is still no function to be called with anything.
    try refused(Pickle().global("torch", "FloatStorage").op(")R"), "calls a type")
    try refused(Pickle().global("torch._utils", "_rebuild_tensor_v2").op(")R"), "unknown form")
    try refused(Pickle().op("}}R"), "calls a dictionary")
  }

  @Test func lengthsBeyondTheFileAreRefused() throws {
    for opcode: UInt8 in [0x8D, 0x8E, 0x96, 0x95] {
      for claimed in [UInt64.max, 1 << 63, UInt64(Int.max), 1 << 40] {
        try refused(Pickle().with([opcode] + littleEndian(claimed)), "claims")
      }
    }
    for opcode in [UInt8(ascii: "X"), UInt8(ascii: "T"), UInt8(ascii: "B"), 0x8B] {
      try refused(Pickle().with([opcode] + littleEndian(UInt32.max)), "claims")
    }
    try refused(Pickle().op("j").with(littleEndian(UInt32.max)), "recalls value")
    // The storage's own count, in the pickle and before its bytes.
    for count in [Int.max, 1 << 61, 5, -1] {
      _ = try refusal(Pickle().storage("0", count: count).op("0N").legacy(storages: [("0", count, [])]))
      _ = try refusal(
        Pickle().tensor(count: count, offset: 0, shape: [1], strides: [1]).zip(storages: Self.four))
    }
  }

  @Test(arguments: [
    ([4], [Int.max], 1), ([2, 2], [2, 1], 1), ([5], [1], 0), ([1 << 62, 4], [0, 0], 0), ([Int.max], [0], 0),
    ([1 << 40], [0], 0), ([2], [-1], 1), ([-1], [1], 0), ([1], [1], -1), ([1], [1], Int.max),
    ([2, 2], [1], 0),
    ([4], [1 << 62], 0), ([2], [1], Int.max),
  ])
  func viewsBeyondTheirStorageAreRefused(shape: [Int], strides: [Int], offset: Int) throws {
    try refused(Pickle().tensor(count: 4, offset: offset, shape: shape, strides: strides), "tensor of shape")
  }

  @Test func stridesOfSingleElementsDoNotMatter() throws {
    let pickle = Pickle().tensor(count: 4, offset: 3, shape: [1, 1], strides: [Int.max, Int.max])
    #expect(try PyTorchFile(pickle.zip(storages: Self.four), file: "odd").value.tensor?.floats() == [0])
    let empty = Pickle().tensor(count: 4, offset: 9, shape: [0, 5, 1 << 40], strides: [1, 1, 1])
    #expect(try PyTorchFile(empty.zip(storages: Self.four), file: "odd").value.tensor?.floats() == [])
    // No elements either, but a product of sizes beyond all numbers, in one order or the other.
    for shape in [[0, Int.max, Int.max], [Int.max, Int.max, 0]] {
      try refused(
        Pickle().tensor(count: 4, offset: 0, shape: shape, strides: [1, 1, 1]), "impossibly large")
    }
  }

  @Test func cyclesAndDeepNestsAreRefused() throws {
    try refused(Pickle().op("]q\0h\0a"), "cycle")
    try refused(Pickle().op("}q\0Nh\0s"), "cycle")
    try refused(Pickle().op("]q\0]q\u{1}h\0aa"), "cycle")
    // A million lists in one another, from the inside and from the outside.
    let deep = 50_000
    try refused(
      Pickle().with(
        [UInt8](repeating: UInt8(ascii: "]"), count: deep)
          + [UInt8](repeating: UInt8(ascii: "a"), count: deep - 1)), "nested")
    var outside = Pickle().op("]q\u{2}")
    for _ in 0..<deep { outside.bytes += Array("]q\u{1}a0h\u{1}".utf8) }
    try refused(outside.op("0h\u{2}"), "nested")
    // Thirty lists that each hold the one before twice: a thousand million values.
    var bomb = Pickle().op("]q\0")
    for _ in 0..<30 { bomb = bomb.op("h\0h\0").with([0x86]).op("q\0") }
    bomb.bytes.insert(UInt8(ascii: "("), at: 2)
    try refused(bomb.op("t"), "repeat one another")
    // Operations without end are ended.
    try refused(Pickle().with([UInt8](repeating: UInt8(ascii: "N"), count: 2_000_001)), "operations")
    // Long values copied again and again.
    let text = Pickle().global("_codecs", "encode").op("q\0").string(String(repeating: "x", count: 100_000))
      .string("latin1").with([0x86]).op("q\u{1}RN")
    var again = text
    for _ in 0..<1000 { again.bytes += Array("h\0h\u{1}R".utf8) }
    try refused(again, "more of its values")
  }

  @Test func brokenProgramsAreRefused() throws {
    for (text, part) in [
      ("0", "empty stack"), ("a", "empty stack"), ("R", "empty stack"), ("b", "empty stack"),
      ("t", "not begun"),
      ("u", "not begun"), ("(", "empty stack"), ("N(", "empty stack"), ("NN", "left over"),
      ("Na", "empty stack"),
      ("NNa", "appends to None"),
      ("N(Ne", "appends to None"), ("}(Nu", "without its value"), ("NNb", "state to None"),
      ("NQ", "reference by None"),
      (")Q", "reference without a kind"), ("h\u{9}", "recalls value 9"), ("cos", "without end"),
      ("", "empty stack"),
      ("I1\n", "operation 0x49"), ("}]Ns", "as the key"),
    ] {
      try refused(Pickle().op(text), part)
    }
    try refused(Pickle().with([0x80, 1]), "protocol 1")
    try refused(Pickle().with([UInt8(ascii: "X"), 1, 0, 0, 0, 0xFF]), "UTF-8")
    #expect(try refusal(Data([0x80, 2])).contains("not one of torch.save"))
    #expect(try refusal(Data()).contains("it is an empty file"))
    #expect(try refusal(Data([1, 2, 3])).contains("neither of the two forms"))
    #expect(try refusal(Data([0x50, 0x4B, 3, 4])).contains("zip directory is missing"))
    #expect(try refusal(zipped([("a/readme", Data())])).contains("no data.pkl"))
    #expect(try refusal(zipped([("a/data.pkl", Data()), ("a/data.pkl", Data())])).contains("twice"))
    #expect(try refusal(Pickle().op("N").zip() + Data([0])).contains("directory is missing"))
  }

  @Test func everyTruncationIsNoticed() throws {
    for name in ["module.pt", "module.legacy.pt", "module.deflated.pt"] {
      let good = try Data(contentsOf: fixture(name).url)
      for count in 0..<good.count { _ = try refusal(good.prefix(count)) }
    }
  }

  /// Reads everything that a value holds, as a user of the file would.
  private func exhaust(_ value: PyTorchValue) -> Int {
    switch value {
    case .list(let values): return values.reduce(1) { $0 + exhaust($1) }
    case .dictionary(let dictionary): return dictionary.entries.reduce(1) { $0 + exhaust($1.value) }
    case .tensor(let tensor):
      return tensor.floats().count + tensor.doubles().count + ((try? tensor.ints(file: "mutated").count) ?? 0)
    default: return 1
    }
  }

  /// What a pickle is made of, so that mutations stay near what the machine accepts.
  private static let interesting: [UInt8] =
    Array("(.012NJKMGXTUBC]})taesuhjqrcRbQ\n/".utf8)
    + [
      0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x91, 0x93, 0x94,
      0x95, 0x96, 0xFF, 0, 1, 2, 0x7F,
    ]

  private func mutated(_ good: Data, _ draw: CounterRandom) -> Data {
    var data = good
    for change in 0...draw.integer(0, below: 4) {
      let base = 1 + change * 4
      let position = draw.integer(base, below: max(data.count, 1))
      guard position < data.count else { break }
      switch draw.integer(base + 1, below: 8) {
      case 0: data[position] ^= 1 << UInt8(draw.integer(base + 2, below: 8))
      case 1: data[position] = UInt8(truncatingIfNeeded: draw.bits(base + 2))
      case 2: data[position] = Self.interesting[draw.integer(base + 2, below: Self.interesting.count)]
      case 3: data.remove(at: position)
      case 4:
        data.insert(Self.interesting[draw.integer(base + 2, below: Self.interesting.count)], at: position)
      case 5: data = data.prefix(position)
      case 6:
        // A field of 2⁶³ or near.
        let huge = littleEndian(UInt64(1) << 63 &- UInt64(draw.integer(base + 3, below: 3)))
        let end = min(position + 8, data.count)
        data.replaceSubrange(position..<end, with: huge.prefix(end - position))
      default:
        let end = position + draw.integer(base + 2, below: min(24, data.count - position) + 1)
        let to = draw.integer(base + 3, below: data.count)
        data.insert(contentsOf: Data(data[position..<end]), at: to)
      }
    }
    return data
  }

  /// Fifteen thousand damaged files: values or one line, never a crash.
  @Test(arguments: [
    "types.pt", "types.legacy.pt", "types.protocol4.pt", "module.deflated.pt", "pickle alone",
  ])
  func thousandsOfMutationsNeverCrash(_ name: String) throws {
    let isPickle = name == "pickle alone"
    let good = try Data(contentsOf: fixture(isPickle ? "types.pt" : name).url)
    let random = CounterRandom(seed: 11, stream: "pytorch." + name)
    // The checksums of a zip file would keep mutations from the pickle: these put it into a fresh archive.
    let parts = isPickle ? try storedEntries(good) : []
    var accepted = 0
    for trial in 0..<3_000 {
      let draw = random.child(trial)
      let data =
        isPickle
        ? zipped(parts.map { $0.name.hasSuffix("data.pkl") ? ($0.name, mutated($0.data, draw)) : $0 })
        : mutated(good, draw)
      do {
        accepted += exhaust(try PyTorchFile(data, file: "mutated.pt").value) > 0 ? 1 : 0
      } catch let error as DamagedFile {
        #expect(!error.description.contains("\n") && error.description.count < 400, "\(error)")
      }
    }
    #expect(accepted < 2_700)
  }

  /// The entries of a zip file that stores them, found by their local headers.
  private func storedEntries(_ data: Data) throws -> [(name: String, data: Data)] {
    var entries: [(name: String, data: Data)] = []
    var position = 0
    func number(_ offset: Int, _ count: Int) -> Int {
      data[position + offset..<position + offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    // torch.save leaves sizes to the directory, which alone tells where the next header is.
    let file = try PyTorchFileLayout(data)
    for entry in file.entries {
      position = entry.header
      let start = position + 30 + number(26, 2) + number(28, 2)
      entries.append((entry.name, Data(data[start..<start + entry.count])))
    }
    return entries
  }
}

/// The central directory of a valid zip file without 64-bit parts.
private struct PyTorchFileLayout {
  var entries: [(name: String, header: Int, count: Int)] = []

  init(_ data: Data) throws {
    let signature = Data([0x50, 0x4B, 1, 2])
    var rest = data.startIndex
    while let found = data.range(of: signature, in: rest..<data.endIndex) {
      func number(_ offset: Int, _ count: Int) -> Int {
        data[found.lowerBound + offset..<found.lowerBound + offset + count].reversed().reduce(0) {
          $0 << 8 | Int($1)
        }
      }
      let name = String(
        decoding: data[found.lowerBound + 46..<found.lowerBound + 46 + number(28, 2)], as: UTF8.self)
      entries.append((name, number(42, 4), number(24, 4)))
      rest = found.upperBound
    }
  }
}
