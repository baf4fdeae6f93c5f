import Support

/// How the files of a video's frames are called: a text with the number of the frame in it, such as `img_{:05d}.jpg`.
///
/// The number is written as Python's formats say, `{:05d}`, `{:d}` or `{}`, or as C's do, `%05d` or `%d`.
public struct FrameTemplate: Sendable, Hashable {
  /// What is before the number and behind it.
  private let head, tail: [UInt8]
  /// The digits that a number has at least; shorter ones begin with zeros.
  private let digits: Int
  /// The template as it was given.
  public let text: String

  private static let mostDigits = 18

  /// - Throws: ``DatasetError/invalid(_:)`` in one line where the text is no template, or one of optical flow.
  public init(_ text: String) throws {
    let shown = "the template '\(String(escaping: text).prefix(80))'"
    // Flow has a file for each axis: flow_{x|y}_{:05d}.jpg, flow_{}_{:05d}.jpg, {:06d}-{x|y}_{:05d}.jpg.
    guard try !Self.isFlow(text) else {
      throw DatasetError.invalid(
        "\(shown) is of optical flow, which has two grey pictures for a step: flow is not read, only frames in colour"
      )
    }
    let python = text.matches(of: /\{(?::(?:0([0-9]{1,2}))?d)?\}/)
    let printf = text.matches(of: /%(?:0([0-9]{1,2}))?d/)
    guard python.count + printf.count == 1, let field = python.first ?? printf.first,
      !text.replacingCharacters(in: field.range).contains(where: { "{}%".contains($0) })
    else {
      throw DatasetError.invalid(
        "\(shown) must hold the number of the frame once, such as {:05d} in img_{:05d}.jpg")
    }
    let digits = field.1.flatMap { Int($0) } ?? 0
    guard digits <= Self.mostDigits else {
      throw DatasetError.invalid("\(shown): numbers of \(digits) digits, expected up to \(Self.mostDigits)")
    }
    let names = text.split(separator: "/", omittingEmptySubsequences: false)
    guard !text.utf8.contains(0), text.first != "/", !names.contains("..") else {
      throw DatasetError.invalid("\(shown) leads out of the folder of the video")
    }
    self.text = text
    self.digits = digits
    head = Array(text[..<field.range.lowerBound].utf8)
    tail = Array(text[field.range.upperBound...].utf8)
  }

  private static func isFlow(_ text: String) throws -> Bool {
    if text.contains("{x|y}") || text.contains("{y|x}") { return true }
    if text.contains(/flow_[xyuv](?:[^a-z]|$)/.ignoresCase()) { return true }
    // A field without a format, beside one with: the axis and the number.
    return text.contains(/\{\}/) && text.contains(/\{:[0-9]*d\}/)
  }

  /// The bytes of the name of a frame's file; `number` is as the name has it.
  package func name(_ number: Int) -> [UInt8] {
    let written = Array(String(number).utf8)
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, digits - written.count))
    return head + zeros + written + tail
  }
}

extension String {
  /// The text without a part of it.
  fileprivate func replacingCharacters(in range: Range<String.Index>) -> String {
    String(self[..<range.lowerBound] + self[range.upperBound...])
  }
}
