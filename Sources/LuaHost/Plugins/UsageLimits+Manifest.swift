import Support

extension UsageLimits {
  /// The limits that a manifest asks for, such as `{memory = "200M", seconds = 5}`; nil asks for none.
  ///
  /// - Parameter place: what an error names, such as `plugins/steady/plugin.lua: limits`.
  init(manifest value: LuaValue, at place: String) throws {
    self.init()
    if value.isNil { return }
    guard let table = value.asTable else {
      throw LuaError(
        "\(place) must be a table such as {memory = \"200M\", seconds = 5}, got \(value.described)")
    }
    for (key, value) in try table.pairs() {
      switch key.asString {
      case "memory":
        guard let bytes = value.asString.flatMap({ MemoryText.parse($0) }), bytes >= 1_000_000 else {
          throw LuaError(
            "\(place).memory must be a size of at least 1M such as \"200M\", got \(value.described)")
        }
        memory = bytes
      case "seconds":
        guard let number = value.asNumber, number > 0, number.isFinite else {
          throw LuaError("\(place).seconds must be a number above 0, got \(value.described)")
        }
        seconds = number
      default:
        let name = key.asString ?? key.described
        throw LuaError(
          "\(place): unknown field '\(name)'" + NearestName.hint(name, in: ["memory", "seconds"]))
      }
    }
  }
}
