import Support

/// A video that cannot be read, or not that far: which file, and what is wrong with it.
///
/// It is a type of its own, as data sets that go on without damaged clips catch it.
public struct VideoError: LineError, Equatable {
  /// The path, as people read it.
  public let path: String
  /// What is wrong, to go on from the path, such as "is cut off: …".
  public let reason: String

  public init(path: FilePath, reason: String) {
    self.path = path.shown
    self.reason = reason
  }

  public var description: String { "\(path) \(reason)" }
}
