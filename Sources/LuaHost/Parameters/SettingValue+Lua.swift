import Support

extension SettingValue: LuaPushable {
  public func push(onto stack: LuaStack) throws {
    switch self {
    case .boolean(let value): stack.push(value)
    case .integer(let value): stack.push(value)
    case .number(let value): stack.push(value)
    case .string(let value): stack.push(bytes: RawArgument.bytes(of: value))
    case .list(let values): try values.push(onto: stack)
    }
  }

  /// The value as Lua holds it; nil for a list, which is a table of some state.
  var luaValue: LuaValue? {
    switch self {
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .list: nil
    }
  }
}
