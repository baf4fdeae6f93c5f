import Support

/// A network that cannot be planned as asked.
public struct InferenceError: LineError {
  public let description: String

  init(_ description: String) { self.description = description }
}
