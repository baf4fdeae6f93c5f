import Support

/// What is wrong with a figure's data or options, in one line.
public struct FigureError: LineError, Equatable {
  public let description: String

  public init(_ description: String) { self.description = description }
}
