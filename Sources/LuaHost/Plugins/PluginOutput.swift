import Support

/// What one plugin prints while it loads, when there is no cell yet that could show it.
final class PluginOutput {
  // These bound the bytes and lines that are kept, as a plugin may print without end.
  private static let mostBytes = 4000
  private static let mostLines = 10

  private var bytes: [UInt8] = []
  private var isCut = false

  /// Runs `body`, and takes what the state prints meanwhile on either stream.
  func gather<Result>(from state: LuaState, _ body: () throws -> Result) rethrows -> Result {
    let before = state.write
    defer { state.write = before }
    state.write = { [self] _, printed in
      let room = Self.mostBytes - bytes.count
      bytes += printed.prefix(room)
      if printed.count > room { isCut = true }
    }
    return try body()
  }

  /// A remark for each line, fit for a terminal.
  func remarks(on plugin: String) -> [String] {
    var text = PrintedText()
    let whole = bytes.withUnsafeBytes { text.take($0) } + text.finish()
    let lines = whole.split(separator: "\n")
    let start = "plugin '\(plugin.printable(upTo: 80))' prints: "
    var remarks = lines.prefix(Self.mostLines).map { start + String($0).printable(upTo: 400) }
    if isCut || lines.count > Self.mostLines { remarks.append(start + "… (more is not shown)") }
    return remarks
  }
}
