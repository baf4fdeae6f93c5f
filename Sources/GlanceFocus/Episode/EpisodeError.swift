import Support

/// What is wrong with a record, a trace, an exit rule's or a sampler's answer, or a threshold request.
public struct EpisodeError: LineError, Equatable {
  public let description: String

  public init(_ description: String) { self.description = description }
}
