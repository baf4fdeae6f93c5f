import Glibc

/// Another program, started with arguments that may be any bytes, as paths are.
///
/// It reads nothing; what it prints comes through pipes.
public final class ChildProcess {
  /// One argument.
  public struct Argument: ExpressibleByStringInterpolation, Sendable {
    fileprivate let bytes: [UInt8]

    /// An argument that is text.
    public init(stringLiteral text: String) { bytes = Array(text.utf8) }
    /// The path of a file, byte by byte.
    public init(_ path: FilePath) { bytes = path.bytes }
    /// An argument that ``RawArgument`` carries, byte by byte.
    public init(carried text: String) { bytes = RawArgument.bytes(of: text) }
  }

  /// What it prints on standard output: a descriptor to read from.
  public let output: Int32
  /// What it prints on standard error: a descriptor to read from, at its end when remarks are dropped.
  public let remarks: Int32
  private let identifier: pid_t
  private var hasEnded = false

  /// Starts `program`, a name that is looked for in `$PATH`.
  ///
  /// What it prints on standard error is lost where `dropsRemarks` is true.
  ///
  /// - Throws: ``FileError`` where it cannot be started.
  public init(_ program: String, _ arguments: [Argument], dropsRemarks: Bool = false) throws {
    var pipes: [Int32] = [-1, -1, -1, -1]
    func fail(_ code: Int32) -> FileError {
      for descriptor in pipes where descriptor >= 0 { close(descriptor) }
      return FileError(action: "run", path: FilePath(program), errno: code)
    }
    for first in [0, 2] {
      var pair: [Int32] = [-1, -1]
      guard pipe(&pair) == 0 else { throw fail(errno) }
      pipes.replaceSubrange(first..<first + 2, with: pair)
      for descriptor in pair { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO)
    if dropsRemarks {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    } else {
      posix_spawn_file_actions_adddup2(&actions, pipes[3], STDERR_FILENO)
    }
    var child: pid_t = 0
    let code = Self.spawn(program, arguments, &actions, ownGroup: false, &child)
    guard code == 0 else { throw fail(code) }
    close(pipes[1])
    close(pipes[3])
    output = pipes[0]
    remarks = pipes[2]
    identifier = child
  }

  /// Starts a program that ignores and blocks no signal, whatever this one does; returns 0 or the `errno`.
  ///
  /// Where `ownGroup` is true, what is typed at a terminal does not reach it.
  static func spawn(
    _ program: String, _ arguments: [Argument], _ actions: inout posix_spawn_file_actions_t, ownGroup: Bool,
    _ child: inout pid_t
  ) -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let group = ownGroup ? POSIX_SPAWN_SETPGROUP : 0
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
    var strings: [UnsafeMutablePointer<CChar>?] = ([Argument(stringLiteral: program)] + arguments).map {
      strdup($0.bytes.map { CChar(bitPattern: $0) } + [0])
    }
    defer { for string in strings { free(string) } }
    strings.append(nil)
    return posix_spawnp(&child, program, &actions, &attributes, strings, environ)
  }

  deinit {
    if !hasEnded {
      terminate()
      _ = wait()
    }
    close(output)
    close(remarks)
  }

  /// Asks it to end.
  public func terminate() {
    if !hasEnded { kill(identifier, SIGTERM) }
  }

  /// All that it prints from now on.
  public func readOutput() -> [UInt8] { Self.readAll(output) }

  /// All that it prints on standard error from now on. What it prints on standard output meanwhile waits in a pipe of some
  /// kilobytes, so that is read first.
  public func readRemarks() -> [UInt8] { Self.readAll(remarks) }

  private static func readAll(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
    }
  }

  /// Waits until it has ended; its exit status, or 128 and the number of the signal that ended it.
  public func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    hasEnded = true
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}
