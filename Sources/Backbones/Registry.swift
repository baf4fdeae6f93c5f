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
  /// How the encoder's frames exchange channels; nil where each image is by itself.
  public let temporalShift: TemporalShiftOptions?
  /// The same network with a shift between frames; nil where it has no place for one.
  let shifted: ShiftedForm?
  /// Makes the encoder with a classifier for a number of classes. Weights are zero until initialised or
  /// loaded.
  public let build: @Sendable (_ classes: Int) throws -> any Backbone

  /// What a network is as one for clips, whose frames exchange channels.
  struct ShiftedForm: Sendable {
    /// How the code of TSM names what the encoder holds.
    let keyMap: KeyMap
    /// Makes the encoder, as ``BackboneEntry/build`` does.
    let build: @Sendable (_ classes: Int, TemporalShiftOptions) throws -> any Backbone

    init(
      keyMap: KeyMap,
      build: @escaping @Sendable (_ classes: Int, TemporalShiftOptions) throws -> any Backbone
    ) {
      self.keyMap = keyMap
      self.build = build
    }
  }

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
    keys: KeyNames, keyMaps: [KeyMap], lookalikes: [Lookalike] = [], shifted: ShiftedForm? = nil,
    build: @escaping @Sendable (_ classes: Int) throws -> any Backbone
  ) {
    let strided = stride / pooledStride
    self.init(
      name, family: family, summary: summary, stride: stride,
      mapSide: { ($0 + strided - 1) / strided / pooledStride }, keys: keys, keyMaps: keyMaps,
      lookalikes: lookalikes, shifted: shifted, build: build)
  }

  init(
    _ name: String, family: String, summary: String, stride: Int, mapSide: @escaping @Sendable (Int) -> Int,
    keys: KeyNames, keyMaps: [KeyMap], lookalikes: [Lookalike] = [],
    temporalShift: TemporalShiftOptions? = nil, shifted: ShiftedForm? = nil,
    build: @escaping @Sendable (_ classes: Int) throws -> any Backbone
  ) {
    self.name = name
    self.family = family
    self.summary = summary
    self.stride = stride
    self.mapSide = mapSide
    self.keys = keys
    self.keyMaps = keyMaps
    self.lookalikes = lookalikes
    self.temporalShift = temporalShift
    self.shifted = shifted
    self.build = build
  }
}

extension BackboneEntry {
  /// True where the frames of clips can exchange channels in this encoder.
  public var takesTemporalShift: Bool { shifted != nil }

  /// The same encoder with a temporal shift in its residual blocks. Its arrays are those of the image encoder, under the
  /// same names; files of TSM are known beside those of the image encoder.
  ///
  /// - Throws: ``TemporalShiftError`` where the encoder has no place for it, or the numbers are none that it may have.
  public func temporallyShifted(_ options: TemporalShiftOptions) throws -> BackboneEntry {
    try known(byTSMAs: options)
  }

  /// The same encoder, which knows the names that TSM gives its arrays; with a temporal shift where `options` are given.
  ///
  /// - Throws: ``TemporalShiftError``.
  public func known(byTSMAs options: TemporalShiftOptions?) throws -> BackboneEntry {
    guard let shifted else {
      let names = BackboneRegistry.entries.filter(\.takesTemporalShift).map(\.name)
      throw TemporalShiftError(
        "\(name) has no residual blocks that a temporal shift is known for; those are \(names.joined(separator: ", "))"
      )
    }
    if let problem = options?.shift.problem { throw TemporalShiftError("temporal shift: \(problem)") }
    var (summary, build) = (summary, build)
    if let options {
      summary += ", temporal shift over \(options.frames) frames"
      build = { try shifted.build($0, options) }
    }
    return BackboneEntry(
      name, family: family, summary: summary,
      stride: stride, mapSide: mapSide, keys: keys, keyMaps: keyMaps + [shifted.keyMap],
      lookalikes: lookalikes, temporalShift: options, shifted: shifted,
      build: build)
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
