import Glibc

/// Another program that runs beside this one: what it prints goes to a file, and it is asked to end by the end of its input.
///
/// Its input is a pipe that this program alone holds, so it ends when this program does, however that comes about. Keys that
/// are typed at a terminal do not reach it: who started it decides what becomes of it.
public final class BackgroundProcess {
  /// The process's number.
  public let identifier: Int
  private var input: Int32
  /// How it ended; nil while it runs.
  private var ending: Int32?

  /// Starts `program`, a path, or a name that is looked for in `$PATH`. What it prints is appended to the file `output`.
  ///
  /// - Throws: ``FileError`` where it cannot be started, or the file cannot be written.
  public init(_ program: String, _ arguments: [ChildProcess.Argument], output: FilePath) throws {
    let file = output.withPlatformString {
      open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o644)
    }
    guard file >= 0 else { throw FileError(action: "write", path: output, errno: errno) }
    defer { close(file) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw FileError(action: "run", path: FilePath(program), errno: errno)
    }
    defer { close(ends[0]) }
    // Another child that held the writing end would keep this one from seeing the end.
    for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, file, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, file, STDERR_FILENO)
    var child: pid_t = 0
    let code = ChildProcess.spawn(program, arguments, &actions, ownGroup: true, &child)
    guard code == 0 else {
      close(ends[1])
      throw FileError(action: "run", path: FilePath(program), errno: code)
    }
    identifier = Int(child)
    input = ends[1]
  }

  deinit {
    askToEnd()
    if status == nil {
      kill()
      var status: Int32 = 0
      while waitpid(pid_t(identifier), &status, 0) < 0, errno == EINTR {}
    }
  }

  /// Asks it to end, as Ctrl-C would.
  public func askToEnd() {
    guard input >= 0 else { return }
    close(input)
    input = -1
  }

  /// Asks it to end by the system's signal, which it answers within its patience whatever it computes.
  public func terminate() { if ending == nil { Glibc.kill(pid_t(identifier), SIGTERM) } }

  /// Ends it at once.
  public func kill() { if ending == nil { Glibc.kill(pid_t(identifier), SIGKILL) } }

  /// Its exit status, or 128 and the number of the signal that ended it; nil while it runs.
  public var status: Int32? {
    if let ending { return ending }
    var status: Int32 = 0
    let found = waitpid(pid_t(identifier), &status, WNOHANG)
    if found == 0 || found < 0 && errno == EINTR { return nil }
    ending = found < 0 ? -1 : status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    return ending
  }
}
