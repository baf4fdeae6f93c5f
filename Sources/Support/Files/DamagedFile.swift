/// A file whose content is not what its format promises, or that does not hold what was asked of it: which file, and
/// what is wrong.
///
/// All readers of binary files but those of pictures throw it (`ImageError` is caught by its type, by data sets that go
/// on without damaged pictures).
public struct DamagedFile: LineError, Equatable {
  /// The format that was expected, such as `safetensors`.
  public let format: String
  /// The path or name, as people read it.
  public let file: String
  /// What is wrong, in one line, such as "12 bytes follow the last tensor".
  public let reason: String

  public init(format: String, file: String, reason: String) {
    self.format = format
    self.file = file
    self.reason = reason
  }

  public var description: String { "\(format) file \(file): \(reason)" }
}
