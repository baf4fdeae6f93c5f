import CLuaBridge
import Foundation

/// Makes the global tables that scripts and plugins run in.
///
/// Every environment has its own copy of the standard library and of `gfnet`, so that what one redefines, no other
/// sees.
package struct LuaEnvironment {
  package let table: LuaTable

  /// - Parameter folders: where `require` looks for `NAME.lua` and `NAME/init.lua`, in order.
  package init(in state: LuaState, catalog: Catalog, moduleFolders folders: [String]) throws {
    let stack = state.stack
    try stack.reserve(24)
    gf_push_environment(stack.pointer)
    try stack.checkPushes()
    try catalog.pushModules(on: stack)
    table = LuaTable(popping: stack)
    if let seed = try table.get("math").asTable?.get("randomseed").asFunction {
      // Lua seeds from the clock, and runs must repeat.
      try seed.call(Int(truncatingIfNeeded: state.context.options.seed), 0)
    }
    let loader = ModuleLoader(environment: table, folders: folders)
    try stack.reserve(4)
    stack.push { stack in
      guard let name = stack.string(at: 1) else { throw LuaError("require: expected a module name") }
      try loader.require(name, on: stack).push(onto: stack)
      return 1
    }
    let require = LuaFunction(popping: stack)
    try table.set("require", require)
  }
}

/// `require`: libraries by name, and Lua source files in known folders. Nothing else.
private final class ModuleLoader {
  private let environment: LuaTable
  private let folders: [String]
  private var loaded: [String: LuaValue] = [:]
  private var loading: [String] = []
  private static let libraries = ["gfnet", "string", "table", "math", "utf8", "coroutine", "os", "io"]

  init(environment: LuaTable, folders: [String]) {
    self.environment = environment
    self.folders = folders
  }

  func require(_ name: String, on stack: LuaStack) throws -> LuaValue {
    if let value = loaded[name] { return value }
    if Self.libraries.contains(name) { return try environment.get(name) }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy {
          $0 == 45 || $0 == 95 || ($0 | 32) >= 97 && ($0 | 32) <= 122 || $0 >= 48 && $0 <= 57
        }
    }
    guard isPlain else {
      throw LuaError("require: '\(name)' is not a module name (letters, digits, - and _, separated by dots)")
    }
    guard !loading.contains(name) else {
      throw LuaError(
        "require: modules need each other in a circle: \((loading + [name]).joined(separator: " → "))")
    }
    let stem = parts.joined(separator: "/")
    let candidates = folders.flatMap { [Self.join($0, stem + ".lua"), Self.join($0, stem + "/init.lua")] }
    guard let path = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw LuaError("require: no module '\(name)'; looked for \(candidates.joined(separator: ", "))")
    }
    loading.append(name)
    defer { loading.removeLast() }
    let base = stack.count
    defer { stack.count = base }
    try stack.load(TextFile.read(path, as: "module"), name: path)
    try environment.push(onto: stack)
    if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
    stack.push(name)
    stack.push(path)
    try stack.call(arguments: 2, results: 1)
    var value = try stack.value(at: -1)
    if value.isNil { value = .boolean(true) }
    loaded[name] = value
    return value
  }

  private static func join(_ folder: String, _ file: String) -> String {
    folder.isEmpty || folder == "." ? file : (folder as NSString).appendingPathComponent(file)
  }
}
