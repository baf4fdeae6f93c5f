import Support

/// What is wrong with a run that was asked for, or with what is to be done to it, in one line.
public struct RunsError: LineError, Equatable {
  public let description: String

  public init(_ description: String) { self.description = description }
}
