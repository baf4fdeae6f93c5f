/// Marks up Lua 5.4 source for HTML: one `<span class="l">` per line, classed spans for tokens.
///
/// It only splits text into tokens and never fails: an unfinished string or comment runs to the end of its
/// line or of the text, as an editor would show it.
struct LuaHighlighter {
  /// The class is the CSS class of the token's span; nil is plain text.
  private enum Token: String {
    case comment = "c"
    case string = "s"
    case number = "n"
    case keyword = "k"
    case builtin = "b"
    case call = "f"
  }

  private let scalars: [Unicode.Scalar]
  private let markedLine: Int?
  private var html = "<span class=\"l\">"
  private var line = 1

  /// The HTML of `source`; `markedLine` is the 1-based line to mark as the one that failed.
  static func html(_ source: String, markedLine: Int? = nil) -> String {
    var highlighter = LuaHighlighter(source: source, markedLine: markedLine)
    return highlighter.run()
  }

  private init(source: String, markedLine: Int?) {
    // "\r\n" as two scalars: the carriage return would show as a replacement character.
    scalars = source.unicodeScalars.filter { $0 != "\r" }
    self.markedLine = markedLine
    if markedLine == 1 { html = "<span class=\"l hit\">" }
  }

  private mutating func run() -> String {
    var position = 0
    while position < scalars.count {
      let (end, token) = token(at: position)
      emit(scalars[position..<end], as: token)
      position = end
    }
    return html + "</span>"
  }

  /// The end of the token that starts at `start`, and its kind; at least one scalar long.
  private func token(at start: Int) -> (end: Int, token: Token?) {
    let first = scalars[start]
    if first == "-", peek(start + 1) == "-" {
      if let end = longBracketEnd(at: start + 2) { return (end, .comment) }
      return (lineEnd(from: start), .comment)
    }
    if first == "\"" || first == "'" { return (quotedEnd(at: start), .string) }
    if first == "[", let end = longBracketEnd(at: start) { return (end, .string) }
    if isDigit(first) || (first == "." && peek(start + 1).map(isDigit) == true) {
      return (numberEnd(at: start), .number)
    }
    if isNameStart(first) { return name(at: start) }
    return (start + 1, nil)
  }

  private func name(at start: Int) -> (end: Int, token: Token?) {
    var end = start + 1
    while let next = peek(end), isNameStart(next) || isDigit(next) { end += 1 }
    let word = String(String.UnicodeScalarView(scalars[start..<end]))
    if Self.keywords.contains(word) { return (end, .keyword) }
    let isMember = start > 0 && (scalars[start - 1] == "." || scalars[start - 1] == ":")
    if !isMember, Self.builtins.contains(word) { return (end, .builtin) }
    var next = end
    while peek(next) == " " { next += 1 }
    if let following = peek(next), ["(", "{", "\""].contains(following) { return (end, .call) }
    return (end, nil)
  }

  private func peek(_ index: Int) -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private func lineEnd(from start: Int) -> Int {
    scalars[start...].firstIndex(of: "\n") ?? scalars.count
  }

  /// The end of `[[…]]` or `[=[…]=]` at `start`; nil when no long bracket opens there.
  private func longBracketEnd(at start: Int) -> Int? {
    guard peek(start) == "[" else { return nil }
    var level = 0
    while peek(start + 1 + level) == "=" { level += 1 }
    guard peek(start + 1 + level) == "[" else { return nil }
    var position = start + 2 + level
    while position < scalars.count {
      if scalars[position] == "]" {
        var equals = 0
        while equals < level, peek(position + 1 + equals) == "=" { equals += 1 }
        if equals == level, peek(position + 1 + level) == "]" { return position + 2 + level }
      }
      position += 1
    }
    return scalars.count
  }

  private func quotedEnd(at start: Int) -> Int {
    var position = start + 1
    while let next = peek(position) {
      if next == scalars[start] { return position + 1 }
      if next == "\n" { return position }
      position += next == "\\" ? 2 : 1
    }
    return scalars.count
  }

  private func numberEnd(at start: Int) -> Int {
    var position = start
    let isHexadecimal = scalars[start] == "0" && (peek(start + 1) == "x" || peek(start + 1) == "X")
    let exponent: [Unicode.Scalar] = isHexadecimal ? ["p", "P"] : ["e", "E"]
    while let next = peek(position) {
      if next == ".", peek(position + 1) == "." { break }
      if exponent.contains(next), let sign = peek(position + 1), sign == "+" || sign == "-" {
        position += 2
      } else if isDigit(next) || isNameStart(next) || next == "." {
        position += 1
      } else {
        break
      }
    }
    return position
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
  }

  /// Closes and reopens the token's span at line ends, so that spans never cross lines.
  private mutating func emit(_ text: ArraySlice<Unicode.Scalar>, as token: Token?) {
    let open = token.map { "<span class=\"\($0.rawValue)\">" } ?? ""
    let close = token == nil ? "" : "</span>"
    html += open
    for scalar in text {
      if scalar == "\n" {
        line += 1
        html += close + "</span>\n<span class=\"l\(line == markedLine ? " hit" : "")\">" + open
      } else {
        HTMLText.append(scalar, to: &html)
      }
    }
    html += close
  }

  private static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]

  private static let builtins: Set<String> = [
    "assert", "error", "getmetatable", "gfnet", "ipairs", "math", "next", "pairs", "pcall", "print",
    "rawequal", "rawget", "rawlen", "rawset", "require", "select", "self", "setmetatable", "string", "table",
    "tonumber", "tostring", "type", "utf8", "warn", "xpcall",
  ]
}
