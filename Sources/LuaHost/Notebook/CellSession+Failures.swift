import Support

extension CellSession {
  /// The message of an error while a cell ran, with what helps: what Lua writes instead, the near name of Lua's "attempt to
  /// call a nil value (global 'modle')", the cell where Lua could not say a line.
  ///
  /// - Parameters:
  ///   - original: what Lua says.
  ///   - source: the text whose lines the message counts.
  ///   - firstLine: the line of `source` at which the cell begins.
  func explained(_ original: String, source: String, firstLine: Int) -> String {
    // The locals of other cells are upvalues to Lua, and to nobody else.
    let named = original.replacing(#/\(upvalue '([A-Za-z0-9_]+)'\)/#) { match in
      visibleLocals.contains(String(match.1)) ? "(local '\(match.1)')" : String(match.0)
    }
    let message = LuaHints.explain(runtime: named, source: source)
    let explained = MissingLibrary.explained(message)
    if explained != message { return explained }
    if message.hasPrefix("out of memory") {
      // Lua could not say where, but the cell is known at least.
      return "\(chunkName):\(firstLine): in the cell that begins here: \(message)"
    }
    guard let match = message.firstMatch(of: /a nil value \(global '([A-Za-z0-9_]+)'\)$/) else {
      return message
    }
    let name = String(match.1)
    let globals = (try? environment.pairs().compactMap(\.key.asString)) ?? []
    // A plugin's environment may lack what that of the script has.
    guard !globals.contains(name) else { return message }
    guard let near = NearestName.find(name, in: globals + visibleLocals) else { return message }
    return message + "; did you mean '\(near)'?"
  }
}
