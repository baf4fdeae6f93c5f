import Backbones
import Checkpoints
import Support
import Foundation
import NeuralNet
import Tensor

/// An image encoder with its classifier, in one safetensors file.
///
/// The arrays have the encoder's own keys; the metadata says `format`, `backbone`, `classes` and `keys`, the program
/// whose keys it was imported from, and of encoders of clips `temporal_shift` as JSON.
public struct EncoderFile {
  /// The `format` in the metadata of such files.
  public static let format = "gfnet-lab.encoder/1"

  /// The file, as messages name it.
  public let path: String
  /// The encoder's name in the registry.
  public let backbone: String
  /// The number of classes; 0 where the encoder was saved without its classifier.
  public let classes: Int
  /// How the frames of clips exchange channels; nil for encoders of images.
  public let temporalShift: TemporalShiftOptions?
  /// The file's metadata, with `format`.
  public let metadata: [String: String]
  private let file: Safetensors

  init(_ file: Safetensors) throws {
    self.file = file
    path = file.file
    metadata = file.metadata
    guard let backbone = file.metadata["backbone"],
      let classes = file.metadata["classes"].flatMap({ Int($0) }), (0...1_000_000).contains(classes)
    else { throw ModelError("\(file.file): an encoder whose backbone or number of classes is missing") }
    self.backbone = backbone
    self.classes = classes
    temporalShift = try file.metadata["temporal_shift"].map { text in
      do {
        return try JSONDecoder().decode(TemporalShiftOptions.self, from: Data(text.utf8))
      } catch {
        throw ModelError("\(file.file): an encoder whose temporal_shift cannot be read")
      }
    }
    _ = try entry()
  }

  /// The encoder's row in the registry, as one for clips where it is.
  public func entry() throws -> BackboneEntry {
    let entry = try BackboneRegistry.entry(backbone)
    return try temporalShift.map { try entry.temporallyShifted($0) } ?? entry
  }

  /// The arrays of the file.
  public var arrays: [StateArray] { [StateArray](file) }

  /// The encoder with its weights.
  ///
  /// - Throws: one line that names every array that does not fit.
  public func encoder() throws -> any Backbone {
    try ImportedEncoder(
      EncoderRecognition(
        [StateArray](file), backbone: backbone, own: true, among: [entry()], file: path), notes: []
    ).encoder()
  }
}

/// A plain encoder's state dictionary, matched with an encoder of the registry.
public struct ImportedEncoder {
  /// The encoder's row in the registry.
  public let entry: BackboneEntry
  /// The program whose keys the file has.
  public let keys: String
  /// The number of classes; 0 where the file holds no classifier.
  public let classes: Int
  /// What was chosen and what was left out, a line each.
  public let notes: [String]
  let pairs: [StateMatch.Pair]
  /// Arrays that the file may leave out, which are counters.
  private let defaults: [StateMatch.Slot]

  init(_ found: EncoderRecognition, notes: [String]) {
    entry = found.entry
    keys = found.map.name
    classes = found.classes
    pairs = found.match.pairs
    self.notes = notes + found.notes
    let given = Set(pairs.map(\.slot.name))
    defaults = found.slots.filter { !given.contains($0.name) }
  }

  /// The encoder that the arrays of `state` belong to.
  ///
  /// - Parameters:
  ///   - state: the arrays.
  ///   - backbone: the only encoder that is tried; all when nil.
  ///   - keys: the program whose keys they have; found by trying when nil.
  ///   - prefix: how their names begin; found by trying when nil.
  ///   - shift: what the caller knows of how the frames of clips exchange channels. Arrays and files that are named as
  ///     those of TSM say the rest.
  /// - Throws: ``ModelError`` that says what does not fit the nearest, or that two fit.
  public init(
    _ state: StateDictionary, backbone: String? = nil, keys: String? = nil, prefix: String? = nil,
    shift: TemporalShiftClues = .init()
  ) throws {
    guard state.unread.isEmpty || !state.arrays.isEmpty else {
      let what = state.unread.prefix(3).map { "\(ForeignText.printable($0.name)) (\($0.what))" }
      throw ModelError(
        "\(state.path) holds arrays of kinds alone that are not supported: " + what.joined(separator: ", "))
    }
    let candidates = try TemporalShiftCandidates(state, backbone: backbone, shift)
    let found = try EncoderRecognition(
      state.arrays, backbone: backbone, keys: keys, prefix: prefix, among: candidates?.entries,
      hints: state.hints, file: state.path.shown)
    self.init(found, notes: state.notes + (candidates?.notes ?? []))
    try candidates?.check(found)
  }

  /// The encoder with its weights; its classifier is zero where the file holds none.
  public func encoder() throws -> any Backbone {
    let encoder = try entry.build(max(classes, 1))
    try encoder.assign(pairs)
    return encoder
  }

  /// Writes the encoder as one safetensors file, atomically.
  public func write(to path: FilePath) throws {
    var metadata = [
      "format": EncoderFile.format, "backbone": entry.name, "classes": String(classes), "keys": keys,
    ]
    if let shift = entry.temporalShift {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      metadata["temporal_shift"] = String(decoding: try encoder.encode(shift), as: UTF8.self)
    }
    try Safetensors.write(
      try pairs.map { try $0.stored() } + defaults.map { $0.zeros() }, metadata: metadata, to: path)
  }
}

extension StateMatch.Pair {
  func stored(prefix: String = "") throws -> SafetensorsTensor {
    try array.stored(as: prefix + slot.name, shape: slot.shape, isInteger: slot.isInteger, adding: shift)
  }
}

extension StateMatch.Slot {
  func zeros(prefix: String = "") -> SafetensorsTensor {
    let count = shape.reduce(1, *)
    return isInteger
      ? SafetensorsTensor(prefix + name, shape: shape, [Int64](repeating: 0, count: count))
      : SafetensorsTensor(prefix + name, shape: shape, [Float](repeating: 0, count: count))
  }
}

extension Module {
  /// Takes the values of `pairs`, which were matched with this network's arrays.
  func assign(_ pairs: [StateMatch.Pair]) throws {
    let state = [String: Tensor](
      self.state.map { ($0.name, $0.entry.value) }, uniquingKeysWith: { first, _ in first })
    for pair in pairs {
      guard let target = state[pair.slot.name] else {
        throw ModelError("the network has no array \(pair.slot.name)")
      }
      let values = try pair.array.floats()
      let shifted = pair.shift == 0 ? values : values.map { $0 + pair.shift }
      try target.assign(Tensor(target.shape, shifted))
    }
  }
}
