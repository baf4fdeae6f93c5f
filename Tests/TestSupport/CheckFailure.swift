import Support

/// A comparison that did not hold; thrown, so that it fails the test that asked.
public struct CheckFailure: LineError {
  public let description: String

  public init(_ description: String) { self.description = description }
}
