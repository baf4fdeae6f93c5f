import Tensor

/// Named tensors as a Lua table.
struct NamedTensors: LuaPushable {
  let entries: [(name: String, value: Tensor)]

  init(_ entries: [(name: String, value: Tensor)]) { self.entries = entries }

  func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: entries.count)
    for (name, value) in entries {
      stack.push(name)
      try value.push(onto: stack)
      stack.rawSet(tableAt: -3)
    }
  }
}
