/// The lines of a text, found in its bytes.
///
/// A line ends with LF, CR LF or CR, also mixed; the last one may lack its end. A byte-order mark at the
/// start belongs to no line. Swift's own `split` works on `Character`s and takes CR LF for one that is not
/// `"\n"`.
public struct TextLines: Sequence, Sendable {
  /// One line and its place.
  public struct Line: Sendable {
    /// The line's number, from 1.
    public let number: Int
    /// The bytes without the line's end.
    public let bytes: ArraySlice<UInt8>

    /// The line as text; nil when it is not UTF-8.
    public var text: String? { String(validating: bytes, as: UTF8.self) }

    /// The line as people read it, whatever it holds.
    public var shown: String { String(escaping: bytes) }

    /// True where there is nothing but spaces and tabs.
    public var isBlank: Bool { bytes.allSatisfy(\.isBlank) }

    /// The bytes without spaces and tabs at both ends.
    public var trimmed: ArraySlice<UInt8> { bytes.trimmingBlanks() }
  }

  private let bytes: ArraySlice<UInt8>

  /// The lines of a text that need not be UTF-8.
  public init(_ bytes: some Sequence<UInt8>) {
    let all = Array(bytes)
    self.bytes = all.starts(with: [0xEF, 0xBB, 0xBF]) ? all.dropFirst(3) : all[...]
  }

  /// The lines of `text`.
  public init(_ text: String) { self.init(text.utf8) }

  public func makeIterator() -> Iterator { Iterator(rest: bytes) }

  /// Finds one line after the other.
  public struct Iterator: IteratorProtocol {
    private var rest: ArraySlice<UInt8>
    private var number = 0

    fileprivate init(rest: ArraySlice<UInt8>) { self.rest = rest }

    public mutating func next() -> Line? {
      guard !rest.isEmpty else { return nil }
      number += 1
      let line = rest.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      rest = rest[line.endIndex...]
      let end = rest.starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")]) ? 2 : 1
      rest = rest.dropFirst(end)
      return Line(number: number, bytes: line)
    }
  }
}

extension UInt8 {
  /// A space or a tab.
  public var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension ArraySlice<UInt8> {
  /// The bytes without spaces and tabs at both ends.
  public func trimmingBlanks() -> ArraySlice<UInt8> {
    let head = drop(while: \.isBlank)
    return head.dropLast(head.reversed().prefix(while: \.isBlank).count)
  }
}
