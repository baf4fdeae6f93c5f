import Reports
import Support

extension InteractiveSession {
  /// What may stand where the cursor is.
  public struct Completions: Equatable, Sendable {
    /// One of them.
    public struct Match: Equatable, Sendable {
      /// What takes the place of the bytes `start..<end`.
      public var text: String
      /// `function`, `field`, `option`, `file`, `keyword`, `local`, `global` or `command`.
      public var kind: String
      /// How a function is called, what an option takes, the type of a field; may be empty.
      public var signature: String

      public init(_ text: String, kind: String, signature: String = "") {
        self.text = text
        self.kind = kind
        self.signature = signature
      }
    }

    /// Where what is completed begins, in UTF-8 bytes of the source.
    public var start: Int
    /// Where it ends: at the cursor.
    public var end: Int
    public var matches: [Match]

    public init(start: Int, end: Int, matches: [Match]) {
      (self.start, self.end, self.matches) = (start, end, matches)
    }
  }

  /// What may stand at the cursor.
  ///
  /// - Parameters:
  ///   - source: the cell so far.
  ///   - offset: where the cursor is, in UTF-8 bytes.
  public func completions(of source: String, at offset: Int) -> Completions {
    let before = source.start(ofBytes: offset)
    let end = before.utf8.count
    return quietly { try CompletionFinder(session: self, before: before).find() }
      ?? Completions(start: end, end: end, matches: [])
  }
}

extension String {
  /// The text up to so many bytes, or to the character before, where that is in one.
  fileprivate func start(ofBytes count: Int) -> String {
    var bytes = utf8.prefix(max(count, 0))
    while true {
      if let text = String(bytes) { return text }
      bytes = bytes.dropLast()
    }
  }
}
