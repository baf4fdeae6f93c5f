import Support

/// A tensor operation that cannot be carried out on what it was given.
public struct TensorError: LineError {
  /// The operation, such as `matmul`.
  public let operation: String
  /// What is wrong and what was expected.
  public let problem: String

  /// The part of a network in which it happened, such as `local_encoder.features.3.conv`; empty outside networks.
  public private(set) var path = ""
  /// The layers in which it happened, the innermost first, for the network that knows their names.
  public private(set) var layers: [ObjectIdentifier] = []

  public init(_ operation: String, _ problem: String) {
    self.operation = operation
    self.problem = problem
  }

  /// The same error in `layer`, around those in which it happened already.
  public func inside(_ layer: AnyObject) -> TensorError {
    var error = self
    error.layers.append(ObjectIdentifier(layer))
    return error
  }

  /// The same error in the part of a network that is named `path`.
  public func named(_ path: String) -> TensorError {
    var error = self
    error.path = path
    return error
  }

  public var description: String {
    path.isEmpty ? "\(operation): \(problem)" : "\(path): \(operation): \(problem)"
  }
}
