import Backbones
import Checkpoints
import Support
import Foundation
import NeuralNet
import Tensor

/// An image encoder with its classifier, in one safetensors file.
///
/// The arrays have the encoder's own keys; the metadata says `format`, `backbone`, `classes` and `keys`, the program
/// whose keys it was imported from.
public struct EncoderFile {
  public static let format = "gfnet-lab.encoder/1"

  public let path: String
  public let backbone: String
  public let classes: Int
  public let metadata: [String: String]
  private let file: Safetensors

  init(_ file: Safetensors) throws {
    self.file = file
    path = file.file
    metadata = file.metadata
    guard let backbone = file.metadata["backbone"],
      let classes = file.metadata["classes"].flatMap({ Int($0) }), (1...1_000_000).contains(classes)
    else { throw ModelError("\(file.file): an encoder whose backbone or number of classes is missing") }
    _ = try BackboneRegistry.entry(backbone)
    self.backbone = backbone
    self.classes = classes
  }

  public var arrays: [StateArray] { [StateArray](file) }

  /// The encoder with its weights.
  ///
  /// - Throws: one line that names every array that does not fit.
  public func encoder() throws -> any Backbone {
    try ImportedEncoder([StateArray](file), backbone: backbone, keys: nil, own: true, file: path).encoder()
  }
}

/// A plain encoder's state dictionary, matched with an encoder of the registry.
public struct ImportedEncoder {
  public let entry: BackboneEntry
  /// The program whose keys the file has.
  public let keys: String
  public let classes: Int
  let pairs: [StateMatch.Pair]
  /// Values of arrays that the file may leave out: counters.
  private let defaults: [StateMatch.Slot]

  /// - Throws: ``ModelError`` that lists what does not fit.
  init(_ arrays: [StateArray], backbone: String?, keys: String?, own: Bool = false, file: String) throws {
    let found = try EncoderRecognition(arrays, backbone: backbone, keys: keys, own: own, file: file)
    entry = found.entry
    self.keys = found.map.name
    classes = found.classes
    pairs = found.match.pairs
    let given = Set(pairs.map(\.slot.name))
    defaults = found.slots.filter { !given.contains($0.name) }
  }

  /// The encoder that `arrays` belong to, found by trying all.
  ///
  /// - Throws: ``ModelError`` that says what does not fit the nearest.
  public init(_ arrays: [StateArray], path: FilePath) throws {
    try self.init(arrays, backbone: nil, keys: nil, file: path.shown)
  }

  /// The encoder with its weights.
  public func encoder() throws -> any Backbone {
    let encoder = try entry.build(classes)
    try encoder.assign(pairs)
    return encoder
  }

  /// Writes the encoder as one safetensors file, atomically.
  public func write(to path: FilePath) throws {
    try Safetensors.write(
      try pairs.map { try $0.stored() } + defaults.map { $0.zeros() },
      metadata: [
        "format": EncoderFile.format, "backbone": entry.name, "classes": String(classes), "keys": keys,
      ], to: path)
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
