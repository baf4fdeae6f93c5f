import Support

/// What is wrong with a PyTorch file, or with what was asked of it; always names the file.
public struct PyTorchError: LineError {
  public let file: String
  public let reason: String

  public init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  public var description: String { "PyTorch file \(file): \(reason)" }

  /// `text` in quotes, fit for one line of a message.
  static func quoted(_ text: String) -> String { SafetensorsError.quoted(text) }
}
