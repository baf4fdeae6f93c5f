import Reports

/// The metadata of a model as a Lua table; entries that are JSON lists or objects become tables.
struct ModelInfo: LuaPushable {
  private let metadata: [String: String]

  init(_ model: ModelHandle) {
    var metadata = model.metadata
    if !model.history.isEmpty { metadata["history"] = JSONValue.array(model.history).compact }
    self.metadata = metadata
  }

  func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: metadata.count)
    for (name, text) in metadata {
      stack.push(name)
      if let parsed = JSONTree.parse(text), parsed.isContainer {
        try parsed.push(onto: stack)
      } else {
        stack.push(text)
      }
      stack.rawSet(tableAt: -3)
    }
  }
}
