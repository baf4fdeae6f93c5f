import Tensor

/// What batch functions return.
enum BatchAnswer {
  /// The numbers of a tensor or of lists in lists of equal lengths; nil for anything else.
  static func array(_ value: LuaValue, on stack: LuaStack) throws -> NumberArray? {
    if case .object(let object) = value {
      guard object.value(as: Tensor.self) != nil else { return nil }
    } else if value.asTable == nil {
      return nil
    }
    try value.push(onto: stack)
    defer { stack.pop() }
    return try NumberArray(at: -1, on: stack, "the result")
  }

  /// The numbers of a tensor or of a list of numbers or booleans; nil for anything else.
  static func numbers(_ value: LuaValue, on stack: LuaStack) throws -> [Float]? {
    if case .table(let table) = value {
      let elements = try table.elements()
      if elements.first?.asTable == nil {
        let numbers = elements.map { element in
          element.asBoolean.map { $0 ? Float(1) : 0 } ?? element.asNumber.map(Float.init)
        }
        return numbers.contains(nil) ? nil : numbers.compactMap(\.self)
      }
    } else if case .object(let object) = value {
      guard object.value(as: Tensor.self) != nil else { return nil }
    } else {
      return nil
    }
    try value.push(onto: stack)
    defer { stack.pop() }
    return try stack.tensor(at: -1, "the result").values()
  }
}
