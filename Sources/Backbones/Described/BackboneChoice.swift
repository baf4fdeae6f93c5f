/// Which encoder a network is made of.
public enum BackboneChoice: Sendable {
  /// An encoder of the registry, by its name.
  case named(String)
  /// An encoder of the registry whose frames exchange channels.
  case shifted(String, TemporalShiftOptions)
  /// An encoder that is composed of layers.
  case described(BackboneDescription)

  /// The row of the registry, or one for the composition.
  ///
  /// - Throws: ``UnknownBackbone``, ``TemporalShiftError``, ``LayerError``.
  public func entry() throws -> BackboneEntry {
    switch self {
    case .named(let name): try BackboneRegistry.entry(name)
    case .shifted(let name, let options): try BackboneRegistry.entry(name).temporallyShifted(options)
    case .described(let description): try description.entry()
    }
  }

  /// The name in the registry; nil for a composition.
  public var registryName: String? {
    switch self {
    case .named(let name), .shifted(let name, _): name
    case .described: nil
    }
  }
}
