import Support

/// A tensor operation that cannot be carried out on what it was given.
public struct TensorError: LineError {
  /// The operation, such as `matmul`.
  public let operation: String
  /// What is wrong and what was expected.
  public let problem: String

  public init(_ operation: String, _ problem: String) {
    self.operation = operation
    self.problem = problem
  }

  public var description: String { "\(operation): \(problem)" }
}
