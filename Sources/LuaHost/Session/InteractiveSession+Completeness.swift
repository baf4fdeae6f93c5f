import Reports
import Support

extension InteractiveSession {
  /// Whether a text can be run.
  public enum Completeness: Equatable {
    case complete
    /// More is to come; the next line begins with `indent`.
    case incomplete(indent: String)
    /// No further line makes it right.
    case invalid(String)
  }

  /// Whether `source` can be run as it is, or goes on in further lines.
  public func completeness(of source: String) -> Completeness {
    let source = LuaText.normalised(source, isFile: false)
    guard let input = try? SessionInput(source) else { return .complete }
    // What follows commands is Lua; what is no command at all is told when it is run.
    guard !input.code.trimmed.isEmpty else { return .complete }
    // A string ends with its line, but not with the text, where Lua would still hope for more.
    let found = quietly {
      try cells.setChunkName("cell")
      return try cells.syntaxErrors(of: input.code + "\n")
    }
    // What could not be looked at, or took too long to compile, is told when it is run.
    guard case let errors?? = found else { return .complete }
    if errors.contains(where: Self.wantsMore) {
      return .incomplete(indent: String(repeating: "  ", count: Self.openBlocks(in: input.code)))
    }
    return .invalid(LuaHints.explain(syntax: errors[0], source: input.code))
  }

  /// Whether Lua stumbled over the end of the text.
  private static func wantsMore(_ message: String) -> Bool {
    message.hasSuffix("<eof>") || message.hasSuffix("'<eof>'")
  }

  /// How many blocks and brackets are open at the end; 0 inside a long string or comment, whose text is not indented.
  private static func openBlocks(in source: String) -> Int {
    var state = LuaLineState()
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = String(line)
      line.withUTF8 { state.pass($0[...]) }
    }
    guard state.isInCode, let tokens = try? LuaLexer.tokens(of: source) else { return 0 }
    let open = tokens.reduce(0) { max($0 + $1.opensBlocks, 0) }
    return min(open, 40)
  }
}
