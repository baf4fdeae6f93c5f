/// A built-in sampler: its name, parameters and constructor.
public typealias SamplerDefinition = BuiltInDefinition<any PatchSampler>

extension BuiltInDefinition where Product == any PatchSampler {
  init(
    name: String, summary: String, parameters: [ParameterDescription],
    make: @escaping @Sendable (Parameters) throws -> any PatchSampler
  ) {
    self.init(kind: Samplers.kind, name: name, summary: summary, parameters: parameters, make: make)
  }
}

/// The built-in samplers.
public enum Samplers {
  static let kind = "sampler"

  /// All of them; a new sampler is one file and one row here.
  public static let table: [SamplerDefinition] = [
    LearnedSampler.definition,
    RandomSampler.definition,
    CenterSampler.definition,
    CornersSampler.definition,
    GaussianSampler.definition,
    GridSampler.definition,
    SaliencySampler.definition,
    ContrastSampler.definition,
  ]

  /// The sampler called `name` with the given parameters.
  /// - Throws: ``EpisodeError`` for an unknown name, naming the nearest known, and for unfit parameters.
  public static func make(_ name: String, _ given: [String: ParameterValue] = [:]) throws -> any PatchSampler
  {
    try SamplerDefinition.make(name, given, from: table, kind: kind)
  }
}
