import Support

/// One encoder that can be asked for by name.
public struct BackboneEntry: Sendable {
  /// The name that it is asked for by.
  public let name: String
  /// The family that lists group it by.
  public let family: String
  /// What it is, in a line.
  public let summary: String
  /// The side of the input per side of the last map: 32 for the ImageNet encoders.
  public let stride: Int
  /// The side of the last map for inputs of a side in pixels; 0 where the input is too small.
  public let mapSide: @Sendable (_ side: Int) -> Int
  /// Whose names the encoder's own state dictionary follows.
  public let keys: KeyNames
  /// How state dictionaries of other libraries name what this encoder holds; its own names come first.
  public let keyMaps: [KeyMap]
  /// Networks elsewhere that have the same arrays and compute something else.
  public let lookalikes: [Lookalike]
  /// Makes the encoder with a classifier for a number of classes. Weights are zero until initialised or
  /// loaded.
  public let build: @Sendable (_ classes: Int) throws -> any Backbone

  /// A network that is not in the registry and that nothing in a state dictionary tells from one that is.
  public struct Lookalike: Sendable {
    /// What it is called elsewhere.
    public let name: String
    /// The key maps by which its arrays have the same names.
    public let keys: Set<String>
    /// What it does otherwise, to go on "it has the same arrays, but …".
    public let difference: String

    init(_ name: String, keys: Set<String>, _ difference: String) {
      self.name = name
      self.keys = keys
      self.difference = difference
    }
  }

  /// Whose names a state dictionary follows.
  public enum KeyNames: String, Sendable { case torchvision, timm, pycls, authors, own }

  /// `pooledStride` is the part of the stride that 2×2 average pools take; they leave out a last odd row,
  /// convolutions do not.
  init(
    _ name: String, family: String, summary: String, stride: Int = 32, pooledStride: Int = 1,
    keys: KeyNames, keyMaps: [KeyMap],
    lookalikes: [Lookalike] = [], build: @escaping @Sendable (_ classes: Int) throws -> any Backbone
  ) {
    let strided = stride / pooledStride
    self.init(
      name, family: family, summary: summary, stride: stride,
      mapSide: { ($0 + strided - 1) / strided / pooledStride }, keys: keys, keyMaps: keyMaps,
      lookalikes: lookalikes, build: build)
  }

  init(
    _ name: String, family: String, summary: String, stride: Int, mapSide: @escaping @Sendable (Int) -> Int,
    keys: KeyNames, keyMaps: [KeyMap],
    lookalikes: [Lookalike] = [], build: @escaping @Sendable (_ classes: Int) throws -> any Backbone
  ) {
    self.name = name
    self.family = family
    self.summary = summary
    self.stride = stride
    self.mapSide = mapSide
    self.keys = keys
    self.keyMaps = keyMaps
    self.lookalikes = lookalikes
    self.build = build
  }
}

/// An encoder that is not in the registry.
public struct UnknownBackbone: LineError {
  /// The name that was asked for.
  public let name: String
  /// The name that was most likely meant; nil where none is near.
  public let nearest: String?

  public var description: String {
    let hint = nearest.map { "; did you mean \($0)?" } ?? ""
    return "no backbone is called \(name)\(hint)"
  }
}

/// All encoders, one row each.
public enum BackboneRegistry {
  /// The rows, in the order in which they are listed.
  public static let entries: [BackboneEntry] = [
    ResNet.entries, DenseNet.entries, RegNetY.entries, MobileNetV2.entries, MobileNetV3.entries,
    EfficientNet.entries, EfficientNetLite.entries, ShuffleNetV2.entries, CondenseNet.entries,
    ResNet.tinyEntries,
  ].flatMap { $0 }

  /// The row of `name`.
  ///
  /// - Throws: ``UnknownBackbone``.
  public static func entry(_ name: String) throws -> BackboneEntry {
    if let found = entries.first(where: { $0.name == name }) { return found }
    throw UnknownBackbone(name: name, nearest: NearestName.find(name, in: entries.map(\.name)))
  }
}
