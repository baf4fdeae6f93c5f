import Reports

/// Gathers the lines of a cell and says when it is worth asking whether it is complete, without reading again what came
/// before.
public struct CellReader {
  /// The lines so far.
  public private(set) var text = ""
  /// The line of the input at which the cell begins, from 1.
  public let firstLine: Int
  private var state = LuaLineState()
  /// The blocks and brackets that are open.
  private var open = 0
  private var hasLines = false

  public init(firstLine: Int = 1) { self.firstLine = firstLine }

  /// False while a block, a bracket, or a long string or comment is open.
  public var mayBeComplete: Bool { open <= 0 && state.isInCode }

  /// Adds a line, without its line end.
  public mutating func add(_ line: String) {
    if hasLines { text += "\n" }
    hasLines = true
    text += line
    let beganInCode = state.isInCode
    var line = line
    line.withUTF8 { state.pass($0[...]) }
    // Where a long string ends, what follows it in its line may be anything: then the whole is looked at.
    guard beganInCode, let tokens = try? LuaLexer.tokens(of: line) else {
      open = 0
      return
    }
    open += tokens.reduce(0) { $0 + $1.opensBlocks }
  }
}

extension LuaToken {
  /// By how many blocks and brackets more are open behind the token than before it.
  var opensBlocks: Int {
    switch (kind, text) {
    case (.keyword, "function"), (.keyword, "do"), (.keyword, "then"), (.keyword, "repeat"),
      (.symbol, "{"), (.symbol, "("), (.symbol, "["):
      1
    case (.keyword, "end"), (.keyword, "until"), (.keyword, "elseif"),
      (.symbol, "}"), (.symbol, ")"), (.symbol, "]"):
      -1
    default: 0
    }
  }
}
