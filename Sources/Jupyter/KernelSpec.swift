import Foundation
import Reports
import Support

/// The folder by which Jupyter finds the kernel.
public struct KernelSpec {
  /// Whose Jupyter it is for.
  public enum Place {
    /// All of the user's, whatever Python they are installed in.
    case user
    /// That of the active virtual or Conda environment.
    case environment
    /// That of an installation's prefix.
    case prefix(FilePath)
  }

  /// The folder, `…/kernels/NAME`.
  public let folder: FilePath
  /// The kernel's name.
  public let name: String

  /// - Throws: ``MessagingError`` for a name that Jupyter does not take, and where no environment is active.
  public init(name: String, place: Place) throws {
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isOfName), name.utf8.first != UInt8(ascii: ".") else {
      throw MessagingError(
        "a kernel's name has letters, digits, '-', '_' and '.' only, got '\(name.printable(upTo: 60))'")
    }
    self.name = name.lowercased()
    folder = try Self.dataFolder(place) / "kernels" / self.name
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-_.".utf8.contains(byte)
    }
  }

  private static func dataFolder(_ place: Place) throws -> FilePath {
    let environment = ProcessInfo.processInfo.environment
    func path(_ name: String) -> FilePath? {
      environment[name].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil }
    }
    switch place {
    case .prefix(let prefix): return prefix.absolute / "share/jupyter"
    case .environment:
      guard let prefix = path("VIRTUAL_ENV") ?? path("CONDA_PREFIX") else {
        throw MessagingError(
          "no virtual or Conda environment is active; use --user, or --prefix with its folder")
      }
      return prefix / "share/jupyter"
    case .user:
      if let folder = path("JUPYTER_DATA_DIR") { return folder }
      if let folder = path("XDG_DATA_HOME") { return folder / "jupyter" }
      guard let home = path("HOME") else { throw MessagingError("$HOME is not set; use --prefix") }
      return home / ".local/share/jupyter"
    }
  }

  /// Writes the folder; one of the same name is replaced.
  ///
  /// - Parameter program: the program that Jupyter is to start.
  /// - Throws: `FileError`; ``MessagingError`` where the folder is another kernel's.
  public func install(program: FilePath) throws {
    try requireOurs()
    try AtomicFile.createFolder(folder)
    let text: JSONValue = [
      "argv": [.string(program.shown), "jupyter", "kernel", "{connection_file}"],
      "display_name": .string(
        name == JupyterLanguage.kernelName ? JupyterLanguage.displayName : "Lua (\(name))"),
      "language": "lua", "interrupt_mode": "message", "metadata": ["debugger": true],
    ]
    try AtomicFile.write(text.pretty, to: folder / "kernel.json")
    try AtomicFile.write(Logo.svg, to: folder / "logo-svg.svg")
    for side in [32, 64] {
      try AtomicFile.write(Logo.png(side: side), to: folder / "logo-\(side)x\(side).png")
    }
  }

  /// Removes the folder; false where there was none.
  ///
  /// - Throws: ``MessagingError`` where the folder is another kernel's.
  public func uninstall() throws -> Bool {
    guard folder.exists else { return false }
    try requireOurs()
    for name in ["kernel.json", "logo-svg.svg", "logo-32x32.png", "logo-64x64.png"] {
      _ = (folder / name).withPlatformString { unlink($0) }
    }
    guard folder.withPlatformString({ rmdir($0) }) == 0 else {
      throw FileError(action: "remove", path: folder, errno: errno)
    }
    return true
  }

  /// A folder of someone else's kernel is neither replaced nor removed.
  private func requireOurs() throws {
    let file = folder / "kernel.json"
    guard file.exists else { return }
    let json = try? JSONValue(parsing: InputFile.bytes(of: file, limit: 1 << 20))
    let arguments = json?["argv"]?.asArray?.compactMap(\.asString) ?? []
    guard arguments.dropFirst().prefix(2) == ["jupyter", "kernel"] else {
      throw MessagingError("\(folder) is the folder of another kernel; choose another --name")
    }
  }
}
