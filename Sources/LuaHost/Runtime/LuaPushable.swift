import CLuaBridge
import Support

/// A Swift value that has a Lua form.
public protocol LuaPushable: SendableMetatype {
  /// Pushes the value: exactly one slot, except for ``LuaResults``.
  func push(onto stack: LuaStack) throws
}

extension Bool: LuaPushable {
  public func push(onto stack: LuaStack) { stack.push(self) }
}

extension Int: LuaPushable {
  public func push(onto stack: LuaStack) { stack.push(self) }
}

extension Double: LuaPushable {
  public func push(onto stack: LuaStack) { stack.push(self) }
}

extension Float: LuaPushable {
  public func push(onto stack: LuaStack) { stack.push(Double(self)) }
}

extension String: LuaPushable {
  public func push(onto stack: LuaStack) { stack.push(self) }
}

extension FilePath: LuaPushable {
  /// The bytes of the path.
  public func push(onto stack: LuaStack) { stack.push(bytes: bytes) }
}

extension Optional: LuaPushable where Wrapped: LuaPushable {
  public func push(onto stack: LuaStack) throws {
    if let self { try self.push(onto: stack) } else { stack.pushNil() }
  }
}

extension Array: LuaPushable where Element: LuaPushable {
  public func push(onto stack: LuaStack) throws {
    try stack.requireRoom(values: Double(count))
    if Element.self == Double.self, let numbers = self as? [Double] {
      try stack.reserve(4)
      stack.push(list: numbers)
    } else {
      try stack.pushList(count) { try self[$0].push(onto: stack) }
    }
  }
}

extension LuaReference: LuaPushable {}

extension LuaValue: LuaPushable {
  public func push(onto stack: LuaStack) throws {
    switch self {
    case .nil: stack.pushNil()
    case .boolean(let value): stack.push(value)
    case .integer(let value): stack.push(value)
    case .number(let value): stack.push(value)
    case .string(let value): stack.push(value)
    case .bytes(let value): stack.push(bytes: value)
    case .table(let value): try value.push(onto: stack)
    case .function(let value): try value.push(onto: stack)
    case .object(let value): try value.push(onto: stack)
    }
  }
}

/// Named fields that become a Lua table.
public struct LuaFields: LuaPushable {
  private let fields: [(String, any LuaPushable)]

  public init(_ fields: KeyValuePairs<String, any LuaPushable>) {
    self.fields = fields.map { ($0.key, $0.value) }
  }

  public init(_ fields: [(String, any LuaPushable)]) { self.fields = fields }

  public func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: fields.count)
    for (name, value) in fields {
      stack.push(name)
      try value.push(onto: stack)
      stack.rawSet(tableAt: -3)
    }
  }
}

/// Any number of results of one function: none, or several.
public struct LuaResults: LuaPushable {
  private let values: [any LuaPushable]
  public init(_ values: any LuaPushable...) { self.values = values }
  public init(_ values: [any LuaPushable]) { self.values = values }
  /// Every value as a result of its own; a list as such is one result.
  public init(each values: [some LuaPushable]) { self.values = values }

  public func push(onto stack: LuaStack) throws {
    try stack.reserve(values.count)
    for value in values { try value.push(onto: stack) }
  }
}
