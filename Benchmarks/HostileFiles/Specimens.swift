import Checkpoints
import Foundation
import GlanceFocus
import Support
import TestSupport
import Video

/// The sound files that are damaged, and the files of all cases.
struct Specimens {
  enum Kind: String, CaseIterable {
    /// Files of `torch.save`, new and old, damaged anywhere.
    case zip, legacy
    /// The pickle of a new file damaged and packed anew, so that no checksum stops it.
    case pickle
    /// Pickles made to do harm.
    case program
    /// Safetensors of this program and of others.
    case safetensors, model
    case picture
    /// Videos of all containers, read through FFmpeg.
    case video

    var isPicture: Bool { self == .picture }
    var ending: String {
      switch self {
      case .zip, .legacy, .pickle, .program: "pth"
      case .safetensors, .model: "safetensors"
      case .picture: "picture"
      // FFmpeg looks at the content first; a name that says nothing makes it look closely.
      case .video: "video"
      }
    }
  }

  struct Case {
    let kind: Kind
    /// The file that it was made from.
    let origin: String
    let data: Data
  }

  private var files: [Kind: [(name: String, data: Data)]] = [:]
  private let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Tests/Fixtures").path

  private let kinds: [Kind]

  /// - Parameter only: the one kind of all cases; nil for all kinds that can be read here.
  init(only: Kind? = nil) throws {
    let readable = Kind.allCases.filter { $0 != .video || VideoLibrary.isAvailable }
    kinds = only.map { [$0] } ?? readable
    var configuration = try Configuration(
      backbone: "resnet_tiny_16", patchSize: 48, imageSize: 96, steps: 2, classes: 3)
    configuration.policyUnits = 8
    configuration.classifierUnits = 8
    let model = try GFNet(configuration, seed: 1)
    let authors = try Self.authors(model)
    let plain = try Self.state(model, "model.")
    files[.zip] =
      try ["types.pt", "types.protocol5.pt", "module.pt", "module.deflated.pt"].map(checkpoint)
      + [("authors", authors.file()), ("state", plain.file())]
    files[.legacy] =
      try ["types.legacy.pt", "module.legacy.pt"].map(checkpoint)
      + [("authors", authors.file(legacy: true)), ("state", plain.file(legacy: true))]
    files[.pickle] = try [checkpoint("types.pt"), ("authors", authors.file()), ("state", plain.file())]
    files[.safetensors] = [("others", try Self.safetensors(model, metadata: nil))]
    files[.model] = [
      ("model", try Self.safetensors(model, metadata: configuration.json())),
      ("model", try Self.checked(model)),
    ]
    files[.video] = try FileManager.default.contentsOfDirectory(atPath: fixtures + "/videos").sorted()
      .filter { !["sh", "frames"].contains(($0 as NSString).pathExtension) }
      .map { ($0, try Data(contentsOf: URL(fileURLWithPath: fixtures + "/videos/" + $0))) }
    let folder = fixtures + "/images"
    files[.picture] = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      .filter { ["jpg", "png", "gif", "bmp", "tif", "webp"].contains(($0 as NSString).pathExtension) }
      .map { ($0, try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0))) }
  }

  private func checkpoint(_ name: String) throws -> (name: String, data: Data) {
    (name, try Data(contentsOf: URL(fileURLWithPath: fixtures + "/checkpoints/" + name)))
  }

  /// Pictures half of the time, where all kinds are wanted.
  func file(_ number: Int, seed: UInt64) throws -> Case {
    let draw = CounterRandom(seed: seed, stream: "hostile-files").child(number)
    let others = kinds.filter { !$0.isPicture }
    let isPicture = others.isEmpty || kinds.count > 1 && number % 2 == 0
    let kind = isPicture ? .picture : others[(kinds.count > 1 ? number / 2 : number) % others.count]
    if kind == .program { return Case(kind: kind, origin: "-", data: HostileProgram.file(draw)) }
    let all = files[kind] ?? []
    let (name, good) = all[draw.integer(0, below: all.count)]
    var data: Data
    if kind == .pickle {
      data = zipped(
        try Self.entries(good).map {
          $0.name.hasSuffix("data.pkl") ? ($0.name, Mutation.applied(to: $0.data, draw.child(1))) : $0
        })
    } else {
      data = Mutation.applied(to: good, draw.child(1))
    }
    if data.isEmpty { data = Data([0]) }
    return Case(kind: kind, origin: name, data: data)
  }

  // MARK: Sound files

  private static func state(_ model: GFNet, _ prefix: String) throws -> PickleTree {
    .dictionary(
      try model.state.filter { $0.name.hasPrefix(prefix) }.map { name, entry in
        let (shape, values) = (entry.value.shape.sizes, try entry.value.values())
        let key = String(name.dropFirst(prefix.count))
        return (
          key,
          key.hasSuffix("num_batches_tracked")
            ? .integers(shape: shape, values.map { Int64($0) }) : .tensor(shape: shape, values)
        )
      })
  }

  private static func authors(_ model: GFNet) throws -> PickleTree {
    .dictionary([
      ("model_name", .string("resnet_tiny_16")), ("patch_size", .int(48)),
      ("model_prime_state_dict", try state(model, "model_prime.")),
      ("model_state_dict", try state(model, "model.")), ("fc", try state(model, "fc.")),
      ("policy", try state(model, "policy.")), ("flops", .list([.double(7), .double(15)])),
      ("model_flops", .double(7)), ("policy_flops", .double(0.25)), ("fc_flops", .list([.int(1), .int(2)])),
      ("anytime_classification", .list([.double(60), .double(70)])),
      ("dynamic_threshold", .tensor(shape: [2, 2], [0.5, -1e8, 1e8, -1e8])),
      (
        "budgeted_batch_classification",
        .list([.list([.double(2), .double(3)]), .list([.double(61), .double(71)])])
      ),
    ])
  }

  /// A model's arrays in a safetensors file without a checksum, which would stop all damage.
  private static func safetensors(_ model: GFNet, metadata configuration: String?) throws -> Data {
    var entries: [String] = []
    var arrays = Data()
    for (name, entry) in model.state where configuration != nil || name.hasPrefix("model.") {
      let isCounter = name.hasSuffix("num_batches_tracked")
      let values = try entry.value.values()
      let start = arrays.count
      for value in values {
        arrays += isCounter ? Data(littleEndian(Int64(value))) : Data(littleEndian(value.bitPattern))
      }
      let key = configuration == nil ? String(name.dropFirst("model.".count)) : name
      entries.append(
        "\"\(key)\":{\"dtype\":\"\(isCounter ? "I64" : "F32")\",\"shape\":\(entry.value.shape.sizes),"
          + "\"data_offsets\":[\(start),\(arrays.count)]}")
    }
    if let configuration {
      let text = configuration.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      entries.insert(
        "\"__metadata__\":{\"format\":\"\(ModelFile.format)\",\"configuration\":\"\(text)\"}", at: 0)
    }
    let header = Data("{\(entries.joined(separator: ","))}".utf8)
    return Data(littleEndian(UInt64(header.count))) + header + arrays
  }

  /// As the program writes it, with its checksum.
  private static func checked(_ model: GFNet) throws -> Data {
    let folder = try TemporaryFolder()
    try model.save(to: folder.path / "model.safetensors")
    return try Data(contentsOf: URL(fileURLWithPath: (folder.path / "model.safetensors").string))
  }

  /// The entries of a zip file, by its central directory.
  private static func entries(_ data: Data) throws -> [(name: String, data: Data)] {
    let bytes = [UInt8](data)
    func number(_ place: Int, _ count: Int) -> Int {
      bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    var result: [(name: String, data: Data)] = []
    var rest = data.startIndex
    while let found = data.range(of: Data([0x50, 0x4B, 1, 2]), in: rest..<data.endIndex)?.lowerBound {
      let (size, nameLength, header) = (number(found + 24, 4), number(found + 28, 2), number(found + 42, 4))
      rest = found + 46 + nameLength
      let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
      guard start + size <= bytes.count else { break }
      result.append((String(decoding: bytes[found + 46..<rest], as: UTF8.self), data[start..<start + size]))
    }
    return result
  }
}
