import Support

/// A picture that cannot be read: which file, and what is wrong with it.
///
/// It is a type of its own, as data sets that go on without damaged pictures catch it.
public struct ImageError: LineError, Equatable {
  /// The path or name, as people read it.
  public let path: String
  /// What is wrong, to go on from the path, such as "is cut off".
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// A file of a data set that cannot be opened.
  package init(_ error: FileError, path: FilePath) {
    // A reason such as "it is a folder" goes on from the file's name.
    let says =
      error.reason.hasPrefix("it is ")
      ? String(error.reason.dropFirst(3)) : "cannot be read: \(error.reason)"
    self.init(path: path.shown, reason: says)
  }

  public var description: String { "\(path) \(reason)" }
}

/// What is wrong with the bytes of a picture; ``ImageDecoder`` adds whose bytes they are.
struct ImageProblem: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  static let cutOff = ImageProblem("is cut off")
}
