import CLuaBridge
import Support

/// Makes the global tables that scripts and plugins run in.
///
/// Every environment has its own copy of the standard library and of `gfnet`, so that what one redefines, no other
/// sees.
package struct LuaEnvironment {
  package let table: LuaTable
  /// What `require` does in it.
  let loader: ModuleLoader

  /// - Parameters:
  ///   - folders: gives where `require` looks for `NAME.lua` and `NAME/init.lua`, in order.
  ///   - read: reads a source file, given its path and what to call it in errors; nil: where scripts may read.
  package init(
    in state: LuaState, catalog: Catalog, moduleFolders folders: @autoclosure @escaping () -> [FilePath],
    read: ((FilePath, String) throws -> String)? = nil
  ) throws {
    let stack = state.stack
    // All that the environment holds acts for the plugin that it is made for.
    let owner = state.context.plugin
    if let owner { try state.note(chunksMarkedAs: owner) }
    try stack.reserve(24)
    gf_push_environment(stack.pointer, owner?.mark)
    try stack.checkPushes()
    state.tellOfUnknownFunctions()
    try catalog.pushModules(on: stack)
    table = LuaTable(popping: stack)
    if let seed = try table.get("math").asTable?.get("randomseed").asFunction {
      // Lua seeds from the clock, and runs must repeat.
      let stream = owner.map {
        CounterRandom(seed: 0, stream: $0.name).integer(0, below: 1 << 30)
      }
      try seed.call(Int(truncatingIfNeeded: state.context.options.seed), stream ?? 0)
    }
    try Self.guardClock(of: table, in: state)
    if let io = try table.get("io").asTable {
      for entry in InputFiles.functions {
        try stack.reserve(4)
        stack.push(entry, of: owner)
        try io.set(entry.name, LuaFunction(popping: stack))
      }
    }
    let context = state.context
    loader = try ModuleLoader(
      environment: table, owner: owner, folders: folders,
      read: read ?? { path, kind in try TextFile.read(context.readable(module: path), as: kind) })
    try stack.reserve(4)
    stack.push(named: "require") { [loader] stack in
      guard let name = stack.string(at: 1) else { throw LuaError("require: expected a module name") }
      stack.state.context.tracker?.block("it calls require")
      let (value, place) = try stack.state.callingAs(owner, looking: true) {
        try loader.require(name, on: stack)
      }
      try value.push(onto: stack)
      guard let place else { return 1 }
      stack.push(bytes: Array(place.utf8))
      return 2
    }
    let require = LuaFunction(popping: stack)
    try table.set("require", require)
  }

  /// The functions of Lua's own library that touch something, and what they touch.
  package static let touched: [(library: String, name: String, capability: Capability)] = [
    ("os", "clock", .clock), ("os", "date", .clock), ("os", "time", .clock),
  ]

  /// A plugin gets functions that ask for the capability before they do what they do.
  private static func guardClock(of table: LuaTable, in state: LuaState) throws {
    guard let plugin = state.context.plugin else { return }
    for (library, name, capability) in touched {
      guard let members = try table.get(library).asTable, let own = try members.get(name).asFunction else {
        continue
      }
      let stack = state.stack
      try stack.reserve(2)
      stack.push(named: "closed \(library).\(name)") { stack in
        try stack.state.callingAs(plugin, looking: true) {
          try stack.state.context.claim(capability, for: "\(library).\(name)")
        }
        let arguments = try (0..<stack.count).map { try stack.value(at: $0 + 1) }
        let results = try own.call(with: arguments)
        for result in results { try result.push(onto: stack) }
        return Int32(results.count)
      }
      try members.set(name, LuaFunction(popping: stack))
    }
  }
}

extension LuaState {
  /// Has each library of Lua come with a function of this name beside its own; for tests, where nil ends it.
  package func addToLibraries(_ name: StaticString?) {
    bridge.pointee.extra_name = name.map {
      UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
    }
  }

  /// The instructions between two looks at the stop flag, for tests.
  package var instructionsBetweenLooks: Int { Int(bridge.pointee.stride) }

  /// Says what Lua's library has that nobody has decided on: it is left out.
  fileprivate func tellOfUnknownFunctions() {
    let names = withUnsafePointer(to: &bridge.pointee.unknown) {
      $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
        String(cString: $0)
      }
    }
    guard !names.isEmpty else { return }
    context.noteOnce(
      "this Lua (\(String(cString: gf_lua_release()))) has functions that gfnet-lab does not know, and leaves out: \(names)",
      key: "lua.unknown")
  }
}
