import CLuaBridge
import Support

extension JSONReader.Value: LuaPushable {
  public func push(onto stack: LuaStack) throws {
    try stack.reserve(4)
    switch self {
    case .null: stack.pushNil()
    case .boolean(let value): stack.push(value)
    case .integer(let value): stack.push(value)
    case .number(let value): stack.push(value)
    case .string(let bytes): stack.push(bytes: bytes)
    case .list(let elements):
      stack.pushTable(array: elements.count)
      for (index, element) in elements.enumerated() {
        stack.push(index + 1)
        if case .null = element { stack.push(Double.nan) } else { try element.push(onto: stack) }
        stack.rawSet(tableAt: -3)
      }
    case .object(let members):
      stack.pushTable(fields: members.count)
      for (key, value) in members {
        stack.push(bytes: key)
        try value.push(onto: stack)
        stack.rawSet(tableAt: -3)
      }
    }
  }
}
