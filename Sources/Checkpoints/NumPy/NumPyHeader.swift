import Support

/// The header of a `.npy` file: a Python dictionary of three entries, read without running anything.
///
/// The format is that of NumPy's `numpy/lib/format.py`, versions 1 to 3.
struct NumPyHeader {
  /// What an element is, without the byte order: `f4` where the header has `<f4`.
  var type = ""
  var isBigEndian = false
  var isColumnMajor = false
  /// The extents, outermost first; empty for a scalar.
  var shape: [Int] = []

  /// The longest header that is read; those of plain arrays have about a hundred bytes.
  static let longest = 1 << 16
  /// The most axes, which is NumPy's own limit.
  static let mostAxes = 64

  init(_ text: String) throws {
    var parser = Parser(rest: Array(text.utf8)[...])
    try parser.take("{")
    var found: Set<String> = []
    while !parser.accept("}") {
      let key = try parser.string()
      guard found.insert(key).inserted else { throw NumPyProblem("its header has '\(key)' twice") }
      try parser.take(":")
      switch key {
      case "descr":
        if parser.accept("[") {
          throw NumPyProblem("it is a structured array, expected one of numbers", isOfType: true)
        }
        try setType(parser.string())
      case "fortran_order": isColumnMajor = try parser.boolean()
      case "shape": shape = try parser.tuple()
      default: throw NumPyProblem("its header has the unknown entry '\(key)'")
      }
      if !parser.accept(",") {
        try parser.take("}")
        break
      }
    }
    for key in ["descr", "fortran_order", "shape"] where !found.contains(key) {
      throw NumPyProblem("its header has no '\(key)'")
    }
    guard shape.count <= Self.mostAxes else { throw NumPyProblem("it has \(shape.count) axes") }
  }

  private mutating func setType(_ text: String) throws {
    let order = text.first
    isBigEndian = order == ">"
    type = order.map { "<>|=".contains($0) } == true ? String(text.dropFirst()) : text
    func refused(_ reason: String) -> NumPyProblem { NumPyProblem(reason, isOfType: true) }
    switch type.first {
    case _ where NumPyElements.size(type) != nil: break
    case "f" where type == "f16" || type == "f12":
      throw refused("it holds numbers of NumPy's type longdouble (float\(type == "f16" ? 128 : 96))")
    case "O": throw refused("it holds Python objects, which only unpickling could read")
    case "c": throw refused("it holds complex numbers")
    case "S", "U": throw refused("it holds texts")
    case "M", "m": throw refused("it holds dates or times")
    default: throw refused("its type '\(text)' is not read")
    }
  }

  private struct Parser {
    var rest: ArraySlice<UInt8>

    mutating func skipBlanks() { rest = rest.drop { $0.isBlank || $0 == 10 || $0 == 13 } }

    mutating func accept(_ sign: Character) -> Bool {
      skipBlanks()
      guard let first = rest.first, first == sign.asciiValue else { return false }
      rest.removeFirst()
      return true
    }

    mutating func take(_ sign: Character) throws {
      guard accept(sign) else { throw NumPyProblem("its header is damaged: expected '\(sign)'") }
    }

    mutating func string() throws -> String {
      skipBlanks()
      guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
        let end = rest.dropFirst().firstIndex(of: quote)
      else { throw NumPyProblem("its header is damaged: expected a string") }
      let text = String(escaping: rest[rest.index(after: rest.startIndex)..<end].prefix(60))
      rest = rest[(end + 1)...]
      return text
    }

    mutating func word() -> String {
      skipBlanks()
      let word = rest.prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 }
      rest = rest[word.endIndex...]
      return String(escaping: word.prefix(60))
    }

    mutating func boolean() throws -> Bool {
      switch word() {
      case "True": return true
      case "False": return false
      case let word:
        throw NumPyProblem("its header is damaged: fortran_order is '\(word)', expected True or False")
      }
    }

    mutating func tuple() throws -> [Int] {
      try take("(")
      var numbers: [Int] = []
      while !accept(")") {
        var text = word()
        // Python 2 wrote 3L.
        if text.hasSuffix("L") { text.removeLast() }
        guard let number = Int(text), number >= 0, numbers.count < 1000 else {
          throw NumPyProblem("its header is damaged: an extent is '\(text)', expected a whole number")
        }
        numbers.append(number)
        if !accept(",") {
          try take(")")
          break
        }
      }
      return numbers
    }
  }
}

/// What is wrong with a NumPy file; whoever opened it adds the name.
struct NumPyProblem: Error {
  let reason: String
  /// True where the array is sound and only of a type that is not read, so that others beside it can be.
  let isOfType: Bool

  init(_ reason: String, isOfType: Bool = false) {
    self.reason = reason
    self.isOfType = isOfType
  }
}
