import NeuralNet

/// Group normalisation.
struct GroupNormDescription: DescribedLayer {
  private enum Key {
    static let groups = LayerKey<Int>(
      "groups", "the channels are split into so many", in: LayerLimits.channels)
    static let channels = LayerKey<Int>("channels", "channels of the input", in: LayerLimits.channels)
  }

  static let storedName = "groupNorm"
  static let forms = [
    LayerForm(
      "group_norm", "Normalisation over groups of channels of each image, PyTorch's nn.GroupNorm.",
      [Key.groups, Key.channels], example: ["groups": 4, "channels": 16], make: { try Self($0) })
  ]

  let groups, channels: Int

  private init(_ arguments: LayerArguments) throws {
    groups = try arguments[Key.groups]
    channels = try arguments[Key.channels]
  }

  var problem: String? {
    if let found = Key.groups.problem(groups) ?? Key.channels.problem(channels) { return found }
    return channels % groups == 0 ? nil : "\(channels) channels cannot be split into \(groups) groups"
  }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.expect(channels, in: input)
    return input
  }

  func build() throws -> any Layer { try GroupNorm(groups, channels) }

  var description: String { "\(name)(\(groups), \(channels))" }
}
