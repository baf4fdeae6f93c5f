import Support

/// A built-in sampler: its name, parameters and constructor.
public typealias SamplerDefinition = BuiltInDefinition<any PatchSampler>

extension BuiltInKind where Product == any PatchSampler {
  static var sampler: Self { Self(noun: "sampler") }
}

/// The built-in samplers.
public enum Samplers {
  /// All of them; a new sampler is one file and one row here.
  public static let table = BuiltInTable<any PatchSampler>(
    .sampler,
    [
      LearnedSampler.definition,
      RandomSampler.definition,
      CenterSampler.definition,
      CornersSampler.definition,
      GaussianSampler.definition,
      GridSampler.definition,
      SaliencySampler.definition,
      ContrastSampler.definition,
      MotionSampler.definition,
    ])

  /// The sampler called `name`, as ``BuiltInTable/make(_:_:)`` makes it.
  public static func make(_ name: String, _ given: [String: SettingValue] = [:]) throws -> any PatchSampler {
    try table.make(name, given)
  }
}
