import Support

/// What is wrong with what a sweep was asked for, or with its folder, in one line.
public struct SweepError: LineError, Equatable {
  public let description: String

  public init(_ description: String) { self.description = description }
}
