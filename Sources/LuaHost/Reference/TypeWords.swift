/// Types as the registration tables say them in words, such as `list of integers: one per step`, for readers that
/// want them in LuaCATS's notation: `integer[]`.
struct TypeWords {
  /// What the names of classes stand for: `trace` and `traces` are the class `trace`.
  private let classes: Set<String>

  init(classes: some Sequence<String>) { self.classes = Set(classes) }

  /// The type of a property or of a result; nil where the words begin with none that is known.
  ///
  /// What follows a colon or a comma is meaning, not type.
  func type(of words: String) -> String? {
    let head = String(words.prefix { !":,;{".contains($0) }).trimmed
    // `list of {image=, reason=}`: tables whose fields are named.
    if head == "list of", words.contains("{") { return "table[]" }
    if head.isEmpty, words.hasPrefix("{") { return "table" }
    guard !head.isEmpty else { return nil }
    let alternatives = head.split(separator: " or ").map { alternative(String($0).trimmed) }
    guard !alternatives.contains(nil) else { return nil }
    var types: [String] = []
    for type in alternatives.compactMap({ $0 }) where !types.contains(type) { types.append(type) }
    return types.joined(separator: "|")
  }

  private func alternative(_ words: String) -> String? {
    for article in ["the ", "a ", "an "] where words.hasPrefix(article) {
      return alternative(String(words.dropFirst(article.count)))
    }
    if words.hasPrefix("list of ") {
      return alternative(String(words.dropFirst(8))).map { $0.contains("|") ? "(\($0))[]" : $0 + "[]" }
    }
    if words.hasPrefix("lists of ") {
      return alternative(String(words.dropFirst(9))).map { $0 + "[]" }
    }
    if words == "lists" { return "table" }
    // `one gradient for each value`, `as many tensors as …`: several results, of which the first word says enough.
    for counted in ["one ", "as many ", "each "] where words.hasPrefix(counted) {
      return alternative(String(words.dropFirst(counted.count)))
    }
    if words.hasPrefix("function(") { return "function" }
    // Some rows are written in the notation itself: `number[]`.
    let word = words.prefix { $0 != " " }
    let brackets = word.drop { $0 != "[" }
    guard let name = named(String(word.dropLast(brackets.count))) else { return nil }
    return name + brackets
  }

  private static let plain = [
    "any": "any", "element": "any", "value": "any", "result": "any", "gradient": "any", "what": "any",
    "boolean": "boolean", "true": "boolean", "false": "boolean", "nil": "nil", "nothing": "nil",
    "integer": "integer", "number": "number", "string": "string", "path": "string",
    "table": "table", "function": "function", "iterator": "function",
  ]

  private func named(_ word: String) -> String? {
    let singular = word.hasSuffix("s") ? String(word.dropLast()) : word
    for name in [word, singular] {
      if classes.contains(name) { return Self.className(name) }
      if let type = Self.plain[name] { return type }
    }
    // Several axes are one class, and one index is several indices.
    let irregular = ["axes": "axes", "axis": "integer", "index": "integer", "indices": "integer"]
    return irregular[word].map { classes.contains($0) ? Self.className($0) : $0 }
  }

  /// What stubs call a class: `gfnet.Trace`, since `gfnet.trace` is a function.
  static func className(_ name: String) -> String {
    "gfnet." + name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// The notation of a parameter's type.
  func type(of type: ParameterType) -> String {
    switch type {
    case .any: "any"
    case .boolean: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .function: "function"
    case .table: "table"
    case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: "|")
    case .numbers: "number[]|\(Self.className("tensor"))"
    case .list(let element):
      switch element {
      case .choice, .either, .numbers: "(\(self.type(of: element)))[]"
      default: self.type(of: element) + "[]"
      }
    case .object(let name): Self.className(name)
    case .either(let types): types.map(self.type(of:)).joined(separator: "|")
    }
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
