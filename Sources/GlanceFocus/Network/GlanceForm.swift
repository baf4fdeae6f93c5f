import Backbones
import Tensor

/// What the glance has for itself where it does not share encoder and size with the patches.
public struct GlanceForm: Codable, Sendable, Equatable {
  /// The encoder's name in the backbone registry, or the one under which `layers` were defined.
  public var backbone: String
  /// The encoder's layers where they are not in the registry.
  public var layers: BackboneDescription?
  /// The side of the glance in pixels.
  public var size: Int
  /// How the frames of clips exchange channels in this encoder; nil: each is encoded by itself.
  public var exchange: ClipForm.Exchange?

  /// A glance of `size`×`size` pixels for an encoder.
  ///
  /// - Parameter exchange: how frames exchange channels; an encoder that says so itself comes before it.
  /// - Throws: `UnknownBackbone`, `LayerError`.
  public init(_ encoder: BackboneChoice, size: Int, exchange: ClipForm.Exchange? = nil) throws {
    var (encoder, exchange) = (encoder, exchange)
    if case .shifted(let name, let options) = encoder {
      encoder = .named(name)
      exchange = ClipForm.Exchange(options)
    }
    if case .described(let layers) = encoder {
      self.layers = layers
      _ = try layers.mapSize(side: size)
    }
    backbone = try encoder.entry().name
    self.size = size
    self.exchange = exchange
  }

  /// The row of the registry, or one made for `layers`.
  func entry() throws -> BackboneEntry {
    try (layers.map(BackboneChoice.described) ?? .named(backbone)).entry()
  }

  func validate() throws {
    try ModelError.require((1...4096).contains(size), "the glance size is \(size), expected 1 to 4096")
    // Where layers are known, this says which of them does not fit.
    _ = try layers?.mapSize(side: size)
    try ModelError.require(
      entry().mapSide(size) > 0,
      "the glance size is \(size), too small for \(backbone): nothing is left of its last map")
  }
}

/// What differs between the two encoders of a network, as each of them has it.
extension Configuration {
  /// The side in pixels of what an encoder sees.
  public func side(_ look: Look) -> Int {
    switch look {
    case .glance: glance?.size ?? patchSize
    case .patch: patchSize
    }
  }

  /// The side of an encoder's last map, in cells.
  public func mapSize(_ look: Look) throws -> Int { try backboneEntry(look).mapSide(side(look)) }

  /// The name of an encoder in the backbone registry, or the one under which its layers were defined.
  public func backbone(_ look: Look) -> String { look == .glance ? glance?.backbone ?? backbone : backbone }

  /// The row of the registry for an encoder, or one made for its layers.
  public func backboneEntry(_ look: Look) throws -> BackboneEntry {
    if look == .glance, let glance { return try glance.entry() }
    return try (layers.map(BackboneChoice.described) ?? .named(backbone)).entry()
  }

  /// True where both encoders have the same arrays, whatever they look at.
  public var encodersAreAlike: Bool { glance.map { $0.backbone == backbone && $0.layers == layers } ?? true }

  /// What an encoder looks at and by which network, such as `mobilenetv2_100 at 224×224`.
  public func text(_ look: Look) -> String { "\(backbone(look)) at \(side(look))×\(side(look))" }
}
