import Support

/// One encoder that can be asked for by name.
public struct BackboneEntry: Sendable {
  public let name: String
  public let family: String
  /// What it is, in a line.
  public let summary: String
  /// Side of the input per side of the last map: 32 for the ImageNet encoders.
  public let stride: Int
  /// Side of the patches that the paper (or this project) uses it with.
  public let patchSize: Int
  public let defaults: GlanceFocusDefaults
  /// How state dictionaries of other libraries name what this encoder holds; the encoder's own keys come first.
  public let keyMaps: [KeyMap]
  /// Makes the encoder with a classifier for so many classes. Weights are zero until initialised or loaded.
  public let build: @Sendable (_ classes: Int) throws -> any Backbone
}

/// An encoder that is not in the registry.
public struct UnknownBackbone: LineError {
  public let name: String
  public let nearest: String?

  public var description: String {
    let hint = nearest.map { "; did you mean \($0)?" } ?? ""
    return "no backbone is called \(name)\(hint) (gfnet-lab models list shows all)"
  }
}

/// All encoders, one row each.
public enum BackboneRegistry {
  public static let entries: [BackboneEntry] = MobileNetV3.entries + ResNet.entries + TinyResNet.entries

  /// The row of `name`.
  public static func entry(_ name: String) throws -> BackboneEntry {
    if let found = entries.first(where: { $0.name == name }) { return found }
    throw UnknownBackbone(name: name, nearest: NearestName.find(name, in: entries.map(\.name)))
  }
}
