import CLuaBridge
import Support

/// What `require` and `package` do: modules are found among those that were loaded, in `package.preload`, and as Lua
/// source in the places of `package.path`; nothing native is loaded.
///
/// `package.loaded`, `preload` and `path` mean what the manual says, and a script may change them. Each environment has
/// its own. Which files may be read, `read` decides, whatever the path says.
final class ModuleLoader {
  private let environment: LuaTable
  /// The plugin whose modules they are; nil: the script's.
  private let owner: PluginIdentity?
  private let package: LuaTable
  private let loaded: LuaTable
  private let folders: () -> [FilePath]
  private let read: (FilePath, String) throws -> String
  private var loading: [String] = []
  /// The modules that came from files.
  private var fromFiles: Set<String> = []
  /// What ``folders`` made of `package.path` last; a script may have changed it since.
  private var standing: [UInt8]
  private static let libraries = [
    "string", "table", "math", "utf8", "coroutine", "os", "io", "debug", "gfnet",
  ]

  /// Sets `package` in the environment.
  ///
  /// - Parameters:
  ///   - folders: gives where `package.path` looks for `NAME.lua` and `NAME/init.lua`, in order.
  ///   - read: reads a source file, given its path and what to call it in errors.
  init(
    environment: LuaTable, owner: PluginIdentity?, folders: @escaping () -> [FilePath],
    read: @escaping (FilePath, String) throws -> String
  ) throws {
    self.environment = environment
    self.owner = owner
    self.folders = folders
    self.read = read
    standing = Self.path(of: folders())
    let state = environment.owner
    loaded = try LuaTable(in: state)
    package = try LuaTable(in: state)
    try package.set("loaded", loaded)
    try package.set("preload", LuaTable(in: state))
    try package.set("path", BytesOfFile(bytes: standing))
    try package.set("cpath", "")
    try package.set("config", "/\n;\n?\n!\n-\n")
    try environment.set("package", package)
    for name in Self.libraries { try loaded.set(name, environment.get(name)) }
    try loaded.set("_G", environment)
    try loaded.set("package", package)
  }

  /// The templates of some folders, as bytes. The folder of a script is often the current one: it is listed once.
  private static func path(of folders: [FilePath]) -> [UInt8] {
    var seen: Set<FilePath> = []
    let different = folders.filter { seen.insert(($0.isEmpty ? "." : $0).resolved ?? $0).inserted }
    let templates = different.flatMap { folder in
      ["?.lua", "?/init.lua"].map { folder == "." ? FilePath("./" + $0).bytes : (folder / $0).bytes }
    }
    return Array(templates.joined(separator: [UInt8(ascii: ";")]))
  }

  /// The module `name`, and where it was found when this is the first time.
  func require(_ name: String, on stack: LuaStack) throws -> (value: LuaValue, place: String?) {
    let known = try loaded.get(name)
    if !known.isNil, known.asBoolean != false { return (known, nil) }
    guard !loading.contains(name) else {
      throw LuaError(
        "require: modules need each other in a circle: \((loading + [name]).joined(separator: " → "))")
    }
    loading.append(name)
    defer { loading.removeLast() }
    if let preloaded = try package.get("preload").asTable?.get(name).asFunction {
      let value = try preloaded.call(name, ":preload:").first ?? .nil
      return (try keep(value, as: name), ":preload:")
    }
    let path = try find(name)
    let base = stack.count
    defer { stack.count = base }
    let text = try read(path, "module")
    stack.state.context.inputs.note(module: path, text)
    if let owner { try stack.state.note(chunk: path.shown, of: owner) }
    try stack.load(text, name: path.shown)
    try environment.push(onto: stack)
    if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
    stack.push(name)
    stack.push(bytes: path.bytes)
    try stack.call(arguments: 2, results: 1)
    fromFiles.insert(name)
    return (try keep(stack.value(at: -1), as: name), path.shown)
  }

  /// Has modules be read again when they are next asked for; nil: all that came from files. False where none of the name
  /// was loaded.
  func forget(_ name: String?) -> Bool {
    let names = name.map { [$0] } ?? Array(fromFiles)
    for name in names where fromFiles.contains(name) { try? loaded.set(name, LuaValue.nil) }
    let known = !fromFiles.isDisjoint(with: names)
    fromFiles.subtract(names)
    return name == nil || known
  }

  /// What a module returned is its value; without that, what it put into `package.loaded` itself, or true.
  private func keep(_ value: LuaValue, as name: String) throws -> LuaValue {
    if !value.isNil {
      try loaded.set(name, value)
      return value
    }
    let own = try loaded.get(name)
    if !own.isNil { return own }
    try loaded.set(name, true)
    return .boolean(true)
  }

  /// The file of a module: the first of `package.path` that is there.
  private func find(_ name: String) throws -> FilePath {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && LuaNames.isFileStem($0) }) else {
      throw LuaError(
        "require: '\(name.printable(upTo: 80))' is not a module name (letters, digits, - and _, separated by dots)"
      )
    }
    var searched = try package.get("path")
    let now = Self.path(of: folders())
    if now != standing, searched.stringBytes.map(Array.init) == standing {
      searched = .bytes(now)
      try package.set("path", searched)
      standing = now
    }
    guard let templates = searched.stringBytes, templates.count <= 1 << 16 else {
      throw LuaError(
        "require: package.path must be a string of at most 65536 bytes, got \(searched.described)")
    }
    let stem = Array(parts.joined(separator: "/").utf8)
    let candidates: [FilePath] = templates.split(separator: UInt8(ascii: ";")).compactMap { template in
      let parts = template.split(separator: UInt8(ascii: "?"), omittingEmptySubsequences: false)
      return FilePath(bytes: Array(parts.joined(separator: stem))).map(Self.withoutDot)
    }
    if let path = candidates.first(where: \.exists) { return path }
    throw LuaError(
      "require: no module '\(name)'; looked for \(candidates.map(\.shown).joined(separator: ", "))")
  }

  /// `./name.lua` is called `name.lua`.
  private static func withoutDot(_ path: FilePath) -> FilePath {
    guard path.isRelative, path.components.first?.kind == .currentDirectory else { return path }
    return FilePath(root: nil, path.components.dropFirst())
  }
}
