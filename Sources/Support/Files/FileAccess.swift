import Glibc

/// Which files scripts may read and write: those below some folders, and files that stand alone.
///
/// A path is compared as the system resolves it, with links followed and `..` gone. As that may change between looking
/// and opening, ``InputFile`` and ``AtomicFile`` compare again what they have opened, on the thread that runs a
/// function of a script (``enforced(_:)``).
public struct FileAccess: Sendable {
  /// What is to be done with a file.
  public enum Use: String, Sendable { case read, write }

  /// A file that scripts may not use.
  public struct Refused: LineError {
    /// The path as the script gave it.
    public let path: FilePath
    public let description: String
  }

  private var readable: [FilePath] = []
  private var writable: [FilePath] = []
  /// What the one who runs the program types to permit a folder; the folder follows it.
  private let option: String

  /// Access to nothing.
  public init(option: String = "--allow") { self.option = option }

  /// Permits what `path` names, and what is below it where it is a folder. It need not be there yet.
  public mutating func permit(_ path: FilePath, for uses: Use...) {
    let real = Self.real(path)
    if uses.contains(.read), !readable.contains(real) { readable.append(real) }
    if uses.contains(.write), !writable.contains(real) { writable.append(real) }
  }

  /// Throws ``Refused`` where `path` leads to something else than what is permitted.
  public func require(_ path: FilePath, for use: Use) throws {
    try require(Self.real(path), givenAs: path, for: use)
  }

  private func require(_ real: FilePath, givenAs path: FilePath, for use: Use) throws {
    let permitted = use == .read ? readable : writable
    if permitted.contains(where: { real.starts(with: $0) }) { return }
    let folder = real.isFolder ? real : real.folder
    let way = real == path.absolute ? " it" : " it leads to \(real), which"
    throw Refused(
      path: path,
      description:
        "may not \(use.rawValue) \(path):\(way) is outside the folders of this run; \(option) \(folder) permits it"
    )
  }

  // MARK: What a path is

  /// The path with links followed and dots gone, as far as there is something; what is not there yet is as it is written.
  private static func real(_ path: FilePath) -> FilePath {
    var rest: [FileName] = []
    var head = path.isEmpty ? FilePath(".") : path.isAbsolute ? path : FilePath.currentFolder.pushing(path)
    // The system follows no more links than these either.
    var links = 0
    while true {
      if let real = head.resolved {
        var result = real
        for name in rest.reversed() {
          if name.kind == .parentDirectory { result.removeLastComponent() } else { result.append(name) }
        }
        return result
      }
      // A link to what is not there would be made there.
      if links < 40, let target = head.linkTarget {
        links += 1
        head = head.folder.pushing(target)
        continue
      }
      guard let name = head.lastComponent else { return path.absolute }
      rest.append(name)
      head.removeLastComponent()
      if head.isEmpty { head = "/" }
    }
  }

  // MARK: What was opened

  private final class Active {
    var access: FileAccess?
  }

  private static let ofThread = PerThread<Active>()

  /// Runs `body`, in which every file that this thread opens through ``InputFile`` or ``AtomicFile`` is compared with
  /// what is permitted once it is open.
  public func enforced<Result: ~Copyable>(_ body: () throws -> Result) rethrows -> Result {
    try Self.with(self, body)
  }

  /// Runs `body`, in which the program opens files of its own, whatever scripts may: what the system says of itself,
  /// fonts, kept traces.
  public static func ofProgram<Result: ~Copyable>(_ body: () throws -> Result) rethrows -> Result {
    try with(nil, body)
  }

  private static func with<Result: ~Copyable>(_ access: FileAccess?, _ body: () throws -> Result) rethrows
    -> Result
  {
    let active = ofThread.value { Active() }
    let outer = active.access
    active.access = access
    defer { active.access = outer }
    return try body()
  }

  /// Throws ``Refused`` where the thread is held to an access that does not permit `path`: for what is put together from a
  /// path that was compared and a name that a script or a file gives.
  public static func requireEnforced(_ path: FilePath, for use: Use) throws {
    try ofThread.value { Active() }.access?.require(path, for: use)
  }

  /// Throws ``Refused`` where the thread is held to an access that does not permit what is open as `descriptor`.
  static func requireOpened(_ descriptor: Int32, path: FilePath, for use: Use) throws {
    guard let access = ofThread.value({ Active() }).access,
      let real = (FilePath("/proc/self/fd") / "\(descriptor)").linkTarget
    else { return }
    try access.require(real, givenAs: path, for: use)
  }
}

extension FilePath {
  /// What a symbolic link says; nil for what is none.
  public var linkTarget: FilePath? {
    var bytes = [UInt8](repeating: 0, count: 1 << 12)
    let count = withPlatformString { path in
      bytes.withUnsafeMutableBytes { room in
        room.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, room.count) } ?? -1
      }
    }
    return count > 0 ? FilePath(bytes: bytes.prefix(count)) : nil
  }
}
