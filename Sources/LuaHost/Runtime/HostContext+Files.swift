import Foundation
import GlanceFocus
import Support

extension HostContext {
  /// Where a file to read is, which a script gave as `path`: in the current folder, or beside the script when it is
  /// there alone. A plugin's code finds the plugin's own files first, wherever it is installed and whoever runs it.
  ///
  /// - Throws: ``Support/FileAccess/Refused``.
  public func readable(_ path: FilePath) throws -> FilePath {
    let asked = path
    let path = found(path)
    inputs.note(read: path)
    tracker?.reads(path, asked: asked)
    try fileAccess().require(path, for: .read)
    return path
  }

  /// As ``readable(_:)``, for a module: in the folders of `--lua-path` distributions keep links to where modules lie.
  func readable(module path: FilePath) throws -> FilePath {
    let whole = path.absolute
    if options.luaPath.contains(where: { whole.starts(with: $0.absolute) }) { return path }
    return try readable(path)
  }

  /// Where ``readable(_:)`` would look, without a word on whether it may be read.
  func found(_ path: FilePath) -> FilePath {
    guard path.isRelative else { return path }
    if let own = plugin?.folder?.pushing(path), own.exists { return own }
    guard !path.exists, let beside = scriptFolder?.pushing(path), beside.exists else {
      return path
    }
    return beside
  }

  /// What the code that runs may read and write; its own folder, where it is a plugin's.
  func fileAccess() -> FileAccess {
    let access: FileAccess
    if let known = knownAccess {
      access = known
    } else {
      access = scriptAccess()
      knownAccess = access
    }
    guard let folder = plugin?.folder else { return access }
    var own = access
    own.permit(folder, for: .read)
    return own
  }

  /// The environment variable with folders that are permitted beside the others, separated by colons.
  public static let allowVariable = "GFNET_LAB_ALLOW"

  private func scriptAccess() -> FileAccess {
    let environment = ProcessInfo.processInfo.environment
    func folders(_ variable: String) -> [FilePath] {
      (environment[variable] ?? "").split(separator: ":").map { FilePath(String($0)) }
    }
    var access = FileAccess(option: "--allow")
    let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil } ?? "/tmp"
    for path in [".", temporary] + [recorder?.path].compactMap(\.self) + options.allowed
      + folders(Self.allowVariable) + folders("GFNET_LAB_DATA") + namedPaths
    { access.permit(path, for: .read, .write) }
    for path in [scriptFolder, ProgramFolders.shared, ProgramFolders.manual].compactMap(\.self)
      + ModelLibrary.standard(scriptFolder: scriptFolder).folders + Self.userFolders(environment)
      + options.luaPath
    { access.permit(path, for: .read) }
    return access
  }

  /// The user's folders of the program: what was fetched and kept, models and data.
  private static func userFolders(_ environment: [String: String]) -> [FilePath] {
    [UserFolder.data, .cache].compactMap { $0.path(in: environment) }
  }

  /// What the user named on the command line as the values of parameters.
  private var namedPaths: [FilePath] {
    parameters.overrides.flatMap { override -> [FilePath] in
      let bytes = RawArgument.bytes(of: override.value)
      // The value may be a list, and a comma may be part of a name.
      return ([bytes[...]] + bytes.split(separator: UInt8(ascii: ","))).compactMap { part in
        part.contains(UInt8(ascii: "/")) || Array(part) == Array("..".utf8) ? FilePath(bytes: part) : nil
      }
    }
  }
}
