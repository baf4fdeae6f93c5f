import Support

/// What a class is called: bytes that need not be text, as names of folders are.
public struct ClassName: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The name as the system or a file has it.
  public let bytes: [UInt8]

  /// The name of these bytes.
  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
  public init(stringLiteral value: String) { bytes = Array(value.utf8) }

  /// The name as people read it, and as models and traces keep it: what is no text is escaped.
  public var shown: String { String(escaping: bytes) }

  /// The order of bytes, which is also that of code points.
  func precedes(_ other: ClassName) -> Bool { bytes.lexicographicallyPrecedes(other.bytes) }

  /// The first of `names` in quotes, for messages.
  static func quoted(_ names: [String]) -> String {
    names.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 5 ? ", …" : "")
  }
}
