import ArgumentParser
import Foundation
import LuaHost
import Support

/// The options that say which files the run's scripts may use, and where they find modules.
struct FileOptions: ParsableArguments {
  @Option(
    name: .customLong("allow"),
    help: ArgumentHelp(
      "Permits scripts another folder or file, to read and write; may be repeated. / permits all.",
      valueName: "path"))
  var allowed: [FilePath] = []

  @Option(
    name: .customLong("lua-path"),
    help: ArgumentHelp(
      "Folders where require looks for Lua modules behind the script's, separated by colons.",
      valueName: "folders"))
  var luaPath: FilePath?

  /// The names of the options, each of which takes a value.
  static let names: Set = ["--allow", "--lua-path"]

  /// Sets what the scripts of a run may use.
  func apply(to options: inout HostContext.Options) throws {
    for path in allowed {
      if path.isEmpty { throw UsageError("--allow needs the name of a folder or file") }
      // A slip would otherwise show in the middle of the run.
      guard path.folder.exists else { throw UsageError("--allow \(path): there is no folder \(path.folder)") }
    }
    options.allowed = allowed
    options.luaPath = try Self.moduleFolders(luaPath)
  }

  /// Where modules are looked for behind the script's folder: as the option says, else the environment.
  static func moduleFolders(_ option: FilePath?) throws -> [FilePath] {
    try option.map { try folders($0, of: "--lua-path") } ?? variableFolders()
  }

  private static func variableFolders() throws -> [FilePath] {
    let variable = "GFNET_LAB_LUA_PATH"
    guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else { return [] }
    return try folders(FilePath(text), of: "$" + variable)
  }

  private static func folders(_ text: FilePath, of origin: String) throws -> [FilePath] {
    try text.bytes.split(separator: UInt8(ascii: ":")).compactMap { FilePath(bytes: $0) }.map { folder in
      guard folder.isFolder else { throw UsageError("\(origin): there is no folder \(folder)") }
      return folder
    }
  }
}
