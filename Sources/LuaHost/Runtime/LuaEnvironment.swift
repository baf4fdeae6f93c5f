import CLuaBridge
import Support

/// Makes the global tables that scripts and plugins run in.
///
/// Every environment has its own copy of the standard library and of `gfnet`, so that what one redefines, no other
/// sees.
package struct LuaEnvironment {
  package let table: LuaTable

  /// - Parameters:
  ///   - folders: where `require` looks for `NAME.lua` and `NAME/init.lua`, in order.
  ///   - read: reads a source file, given its path and what to call it in errors.
  package init(
    in state: LuaState, catalog: Catalog, moduleFolders folders: [FilePath],
    read: @escaping (FilePath, String) throws -> String = { try TextFile.read($0, as: $1) }
  ) throws {
    let stack = state.stack
    try stack.reserve(24)
    gf_push_environment(stack.pointer)
    try stack.checkPushes()
    try catalog.pushModules(on: stack)
    table = LuaTable(popping: stack)
    if let seed = try table.get("math").asTable?.get("randomseed").asFunction {
      // Lua seeds from the clock, and runs must repeat.
      let stream = state.context.plugin.map {
        CounterRandom(seed: 0, stream: $0.name).integer(0, below: 1 << 30)
      }
      try seed.call(Int(truncatingIfNeeded: state.context.options.seed), stream ?? 0)
    }
    try Self.guardClock(of: table, in: state)
    if let io = try table.get("io").asTable {
      for entry in InputFiles.functions {
        try stack.reserve(4)
        stack.push(entry)
        try io.set(entry.name, LuaFunction(popping: stack))
      }
    }
    let loader = ModuleLoader(environment: table, folders: folders, read: read)
    try stack.reserve(4)
    stack.push { stack in
      guard let name = stack.string(at: 1) else { throw LuaError("require: expected a module name") }
      try loader.require(name, on: stack).push(onto: stack)
      return 1
    }
    let require = LuaFunction(popping: stack)
    try table.set("require", require)
  }

  /// The functions of Lua's own library that touch something, and what they touch.
  package static let touched: [(library: String, name: String, capability: Capability)] = [
    ("os", "clock", .clock), ("os", "date", .clock), ("os", "time", .clock),
  ]

  /// A plugin without the capability gets functions that say so.
  private static func guardClock(of table: LuaTable, in state: LuaState) throws {
    guard let plugin = state.context.plugin else { return }
    for (library, name, capability) in touched where !plugin.capabilities.contains(capability) {
      guard let members = try table.get(library).asTable else { continue }
      let stack = state.stack
      try stack.reserve(2)
      stack.push { stack in
        try stack.state.context.claim(capability, for: "\(library).\(name)")
        throw LuaError("\(library).\(name): not in this plugin")
      }
      try members.set(name, LuaFunction(popping: stack))
    }
  }
}

/// What `require` does: it finds libraries by name and Lua source files in known folders, and nothing else.
private final class ModuleLoader {
  private let environment: LuaTable
  private let folders: [FilePath]
  private let read: (FilePath, String) throws -> String
  private var loaded: [String: LuaValue] = [:]
  private var loading: [String] = []
  private static let libraries = ["gfnet", "string", "table", "math", "utf8", "coroutine", "os", "io"]

  init(environment: LuaTable, folders: [FilePath], read: @escaping (FilePath, String) throws -> String) {
    self.environment = environment
    self.folders = folders
    self.read = read
  }

  func require(_ name: String, on stack: LuaStack) throws -> LuaValue {
    if let value = loaded[name] { return value }
    if Self.libraries.contains(name) { return try environment.get(name) }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { !$0.isEmpty && LuaNames.isFileStem($0) }
    guard isPlain else {
      throw LuaError("require: '\(name)' is not a module name (letters, digits, - and _, separated by dots)")
    }
    guard !loading.contains(name) else {
      throw LuaError(
        "require: modules need each other in a circle: \((loading + [name]).joined(separator: " → "))")
    }
    let stem = parts.joined(separator: "/")
    let candidates = folders.flatMap { [$0.module(stem + ".lua"), $0.module(stem + "/init.lua")] }
    guard let path = candidates.first(where: \.exists) else {
      throw LuaError(
        "require: no module '\(name)'; looked for \(candidates.map(\.shown).joined(separator: ", "))")
    }
    loading.append(name)
    defer { loading.removeLast() }
    let base = stack.count
    defer { stack.count = base }
    try stack.load(read(path, "module"), name: path.shown)
    try environment.push(onto: stack)
    if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
    stack.push(name)
    stack.push(bytes: path.bytes)
    try stack.call(arguments: 2, results: 1)
    var value = try stack.value(at: -1)
    if value.isNil { value = .boolean(true) }
    loaded[name] = value
    return value
  }
}

extension FilePath {
  /// The path of a file in this folder; in the current one, its plain name.
  fileprivate func module(_ file: String) -> FilePath { self == "." ? FilePath(file) : self / file }
}
