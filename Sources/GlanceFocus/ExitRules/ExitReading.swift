import Support

/// Something that an exit rule read before it decided about an image, for those who ask why the image left.
public struct ExitReading: Sendable, Equatable {
  /// What a number is compared with.
  public struct Bound: Sendable, Equatable {
    /// The comparison under which the image leaves: `≥`, `≤`, `<` or `=`.
    public let sign: String
    public let value: Double

    public init(_ sign: String, _ value: Double) {
      self.sign = sign
      self.value = value
    }
  }

  /// What was read, by the name that a rule in Lua reads it by, such as `margin`.
  public let name: String
  /// What it was, in a few words.
  public let text: String
  /// What it was, where it is one number.
  public let number: Double?
  /// What the rule compares it with; nil where nobody but the rule knows.
  public let bound: Bound?

  /// A number.
  public init(_ name: String, _ number: Double, _ bound: Bound? = nil) {
    self.name = name
    self.number = number
    self.bound = bound
    text = Self.text(of: number)
  }

  /// Several numbers, spelt as one is; of many the first, and how many there are.
  public init(_ name: String, numbers: [Double]) {
    var parts: [String] = []
    var length = 0
    for number in numbers {
      let part = Self.text(of: number)
      length += part.count + 2
      if length > Self.longest - 20 { break }
      parts.append(part)
    }
    let isCut = parts.count < numbers.count
    let list = "[" + (parts + (isCut ? ["…"] : [])).joined(separator: ", ") + "]"
    self.init(name, text: isCut ? "\(list) of \(numbers.count)" : list)
  }

  /// The most characters of a text.
  private static let longest = 80

  /// Anything else; what is too long ends in "…".
  public init(_ name: String, text: String) {
    self.name = name
    self.text = text.count > Self.longest ? text.prefix(Self.longest - 1) + "…" : text
    number = nil
    bound = nil
  }

  /// What was read and what it was compared with, such as `margin 0.421 ≥ 0.5`.
  public var sentence: String {
    let comparison = bound.map { " \($0.sign) \(Self.text(of: $0.value))" } ?? ""
    return "\(name) \(text)\(comparison)"
  }

  /// Three digits after the point, fewer where they are zeros.
  private static func text(of number: Double) -> String {
    guard number.isFinite, abs(number) < 1e6 else { return NumberSpelling.plain(number) }
    return NumberSpelling.plain((number * 1000).rounded() / 1000)
  }
}
