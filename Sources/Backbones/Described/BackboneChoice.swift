/// Which encoder a network is made of.
public enum BackboneChoice: Sendable {
  /// An encoder of the registry, by its name.
  case named(String)
  /// An encoder that is composed of layers.
  case described(BackboneDescription)

  /// The row of the registry, or one for the composition.
  ///
  /// - Throws: ``UnknownBackbone``, ``LayerError``.
  public func entry() throws -> BackboneEntry {
    switch self {
    case .named(let name): try BackboneRegistry.entry(name)
    case .described(let description): try description.entry()
    }
  }

  /// The name in the registry; nil for a composition.
  public var registryName: String? {
    if case .named(let name) = self { name } else { nil }
  }
}
