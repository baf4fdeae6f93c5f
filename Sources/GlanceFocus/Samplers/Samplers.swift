import Support

/// A registered sampler: its name, parameters and constructor.
public struct SamplerDefinition: Sendable {
  public let name: String
  /// One line: where patches are taken.
  public let summary: String
  public let parameters: [ParameterDescription]
  private let make: @Sendable (Parameters) throws -> any PatchSampler

  public init(
    name: String, summary: String, parameters: [ParameterDescription],
    make: @escaping @Sendable (Parameters) throws -> any PatchSampler
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.make = make
  }

  /// The sampler with the given parameter values, defaults for the others.
  /// - Throws: ``EpisodeError`` for unknown names and unfit values.
  public func make(_ given: [String: ParameterValue] = [:]) throws -> any PatchSampler {
    try make(Parameters(given, of: parameters, owner: "sampler '\(name)'"))
  }
}

/// The built-in samplers.
public enum Samplers {
  /// All of them; a new sampler is one file and one row here.
  public static let table: [SamplerDefinition] = [
    LearnedSampler.definition,
    RandomSampler.definition,
    CenterSampler.definition,
    CornersSampler.definition,
    GaussianSampler.definition,
    GridSampler.definition,
    SaliencySampler.definition,
  ]

  /// The sampler called `name` with the given parameters.
  /// - Throws: ``EpisodeError`` for an unknown name, naming the nearest known, and for unfit parameters.
  public static func make(_ name: String, _ given: [String: ParameterValue] = [:]) throws -> any PatchSampler
  {
    guard let definition = table.first(where: { $0.name == name }) else {
      throw EpisodeError(
        "no sampler is called '\(name)'" + NearestName.hint(name, in: table.map(\.name)))
    }
    return try definition.make(given)
  }
}
