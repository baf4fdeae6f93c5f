import Backbones
import GlanceFocus
import Support
import Tensor

/// The options of `gfnet.model` that give the glance another encoder and another size than patches have.
enum ModelGlance {
  private static let backbone = ArgumentKey<BackboneChoice?>(
    .optional(
      "glance_backbone", DefinitionUse.backboneType,
      "the encoder of the glance where it is another than that of patches, in the same forms; default: that of"
        + " glance_encoder, or backbone"
    ).naming { $0.definitions.names(.backbones) }
  ) { call, name in
    guard try call.has(name) else { return nil }
    return try DefinitionUse.backbone(call.value(name), in: call.state, "gfnet.model")
  }
  private static let encoder = ArgumentKey<FilePath>.path(
    "glance_encoder", "a file of trained weights that the encoder of the glance alone starts from"
  ).optional
  private static let size = ArgumentKey<Int?>(
    "glance_size", "side of the glance; default: patch_size", in: 1...4096)
  private static let interpolation = ArgumentKey<Interpolation>(
    "interpolation", "how images become glances; default: bicubic"
  ).optional
  private static let policy = ArgumentKey<Configuration.PolicyEncoder>(
    "policy",
    "how the policy reads maps: a 1×1 convolution, linear layers, or both with batch norms; default: the backbone's"
  ).optional
  private static let units = ArgumentKey<Int?>(
    "policy_units", "units of the policy's state; default: the backbone's, or 1024 with batch norms",
    in: 1...65536)

  static let rows: [any ArgumentRow] = [backbone, encoder, size, interpolation, policy, units]

  /// Whether a file is named that the glance alone starts from.
  static func hasFile(_ call: LuaCall) throws -> Bool { try call[encoder] != nil }

  /// The encoder that the call names for the glance alone.
  static func asked(_ call: LuaCall) throws -> BackboneChoice? { try call[backbone] }

  /// The file of the glance's own encoder; nil where none is asked for.
  static func start(_ call: LuaCall) throws -> EncoderHandle? {
    guard let file = try call[encoder] else { return nil }
    return try ModelFunction.weights(call, file, backbone: call[backbone])
  }

  /// What the glance has for itself in the model that a call asks for; nil where that is nothing.
  ///
  /// - Parameters:
  ///   - local: the encoder of patches.
  ///   - start: the file of the glance's own encoder.
  ///   - clips: how the model sees clips; nil: it sees images.
  static func form(
    _ call: LuaCall, _ local: BackboneChoice, _ start: EncoderHandle?, patchSize: Int?, clips: ClipForm?
  ) throws -> GlanceForm? {
    let own = try call[backbone] ?? start.map { $0.choice }
    let side = try call[size]
    guard own != nil || side != nil else { return nil }
    let chosen = own ?? local
    var exchange = clips?.exchange
    if let own, clips != nil {
      // Where nothing is said of it, frames exchange channels as those of patches do, if the encoder has places for it.
      exchange = try ModelClips.wantsShift(call, own) ? exchange ?? ClipForm.Exchange() : nil
    }
    let entry = try local.entry()
    let patches = patchSize ?? PaperSetups.setup(for: entry).patchSize
    var form = try GlanceForm(chosen, size: side ?? patches, exchange: exchange)
    if try call[ModelClips.shift] == false { form.exchange = nil }
    return form
  }

  /// Enters how the glance is made and how the policy reads its maps.
  static func apply(_ call: LuaCall, to configuration: inout Configuration) throws {
    if let given = try call[interpolation] { configuration.interpolation = given }
    if let given = try call[policy] {
      configuration.policyEncoder = given
      if given == .normalized { configuration.policyUnits = 1024 }
    }
    if let given = try call[units] { configuration.policyUnits = given }
  }
}
