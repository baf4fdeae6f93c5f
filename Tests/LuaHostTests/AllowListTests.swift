import LuaHost
import TestSupport
import Testing

/// Scripts get what the lists name, whatever Lua's own library comes with.
@Suite struct AllowListTests {
  @Test func whatNobodyDecidedOnIsLeftOutAndTold() throws {
    let state = try LuaState()
    var told: [String] = []
    state.context.showRemark = { told.append($0) }
    state.addToLibraries("frobnicate")
    try Catalog.standard.install(in: state)
    let environment = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: [])
    state.addToLibraries(nil)
    #expect(try environment.table.get("frobnicate").isNil)
    for library in ["string", "table", "math", "utf8", "coroutine", "os", "io"] {
      let members = try #require(try environment.table.get(library).asTable)
      #expect(try members.get("frobnicate").isNil, "\(library)")
    }
    // Strings have the library as their methods.
    #expect(try state.stack.text(of: "return ('').frobnicate == nil") == "true")
    let remark = try #require(told.first)
    #expect(told.count == 1)
    for name in [
      "frobnicate", "string.frobnicate", "os.frobnicate", "coroutine.frobnicate", "utf8.frobnicate",
    ] {
      #expect(remark.contains(name), "\(remark)")
    }
  }

  /// Lua as it is here has nothing that is on no list.
  @Test func thisLuaIsKnown() throws {
    let state = try LuaState()
    var told: [String] = []
    state.context.showRemark = { told.append($0) }
    try Catalog.standard.install(in: state)
    _ = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: [])
    #expect(told == [])
  }
}

extension LuaStack {
  /// The text of what a chunk returns.
  fileprivate func text(of source: String) throws -> String {
    let base = count
    defer { count = base }
    try load(source, name: "test")
    try call(arguments: 0, results: 1)
    return try text(at: -1)
  }
}
