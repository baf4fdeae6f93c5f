import CLuaBridge

/// Lists of Lua that an object of the host makes when a script first asks, and then gives out again and again.
///
/// A script may change such a list, and what it reads next is changed. So where cells are kept, a list is compared with what
/// it was when it was made.
final class HostLists {
  private var lists: [String: (table: LuaTable, digest: String?)] = [:]

  /// The list called `name`, made once.
  func list(_ name: String, on stack: LuaStack, _ make: () throws -> any LuaPushable) throws -> LuaTable {
    if let known = lists[name] { return known.table }
    try make().push(onto: stack)
    let pointer = lua_topointer(stack.pointer, -1)
    let table = LuaTable(popping: stack)
    let context = stack.state.context
    var digest: String?
    if context.keepsCells, let pointer {
      digest = try Self.digest(of: table, in: stack.state)
      context.hostLists.insert(pointer)
    }
    lists[name] = (table, digest)
    return table
  }

  /// Refuses to compare an object one of whose lists was changed; what was not changed follows from the object.
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    for (name, list) in lists.sorted(by: { $0.key < $1.key }) {
      guard let digest = list.digest, try Self.digest(of: list.table, in: list.table.owner) == digest else {
        throw Incomparable(reason: "holds a list '\(name)' that a cell has changed")
      }
    }
  }

  private static func digest(of table: LuaTable, in state: LuaState) throws -> String {
    let graph = try LuaGraph(state: state, globals: LuaTable(in: state), ownsLists: true)
    try graph.add(root: "", .table(table))
    return graph.digest.text
  }
}
