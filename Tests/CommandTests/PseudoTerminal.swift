import Foundation

/// A program at a terminal that the test plays: what the program draws is read, and keys are sent. Nothing waits for a time to
/// pass, only for what the program shows, or for its end; one that draws nothing for ``Program/patience`` is taken to hang.
final class PseudoTerminal {
  struct Problem: Error { let call: String, code: Int32 }

  private let master: Int32
  let process: pid_t
  /// Everything that was drawn.
  private(set) var drawn = ""
  private var bytes: [UInt8] = []
  /// How much of ``drawn`` has been waited for.
  private var seen = 0
  private var hasEnded = false
  private var isHanging = false

  /// Starts the program in its folder.
  ///
  /// - Parameters:
  ///   - program: which one, and in which folder.
  ///   - arguments: its arguments.
  ///   - environment: what is set beside the test's own environment.
  init(_ program: Program, _ arguments: [String], environment: [String: String] = [:]) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN of <asm/ioctls.h>: unlocks the other end, and gives its number.
    var lock: Int32 = 0
    var number: UInt32 = 0
    guard master >= 0, ioctl(master, 0x4004_5431, &lock) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw Problem(call: "/dev/ptmx", code: errno)
    }
    let terminal = "/dev/pts/\(number)"
    var size = winsize(ws_row: 40, ws_col: 100, ws_xpixel: 800, ws_ypixel: 640)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens is the one whose Ctrl-C it gets.
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // POSIX_SPAWN_SETSID of <spawn.h>, which Swift does not see.
    let newSession: Int32 = 0x80
    posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGMASK))
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    let folder = program.folder
    let set = ProcessInfo.processInfo.environment
      .filter { !["TERM_PROGRAM", "KITTY_WINDOW_ID", "TMUX", "GFNET_LAB_GRAPHICS"].contains($0.key) }
      .merging([
        "HOME": folder, "XDG_DATA_HOME": folder + "/data", "XDG_STATE_HOME": folder + "/state",
        "TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
      ]) { $1 }.merging(environment) { $1 }
    // A shell changes to the folder.
    let words =
      ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder, program.executable] + arguments
    var started = pid_t()
    let code = Self.withCStrings(words) { argv in
      Self.withCStrings(set.map { "\($0.key)=\($0.value)" }) { environment in
        posix_spawn(&started, "/bin/sh", &actions, &attributes, argv, environment)
      }
    }
    guard code == 0 else { throw Problem(call: "posix_spawn", code: code) }
    process = started
  }

  deinit {
    if !hasEnded { kill(process, SIGKILL) }
    close(master)
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { list in
      list.baseAddress.map { body(UnsafePointer($0)) } ?? body(UnsafePointer(bitPattern: 8).unsafelyUnwrapped)
    }
  }

  /// Presses keys.
  func send(_ keys: String) {
    var rest = Array(keys.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Waits until the program has drawn `text` behind what was waited for before; false where it ends or hangs without.
  func wait(for text: String) -> Bool {
    while true {
      let rest = drawn.dropFirst(seen)
      if let found = rest.range(of: text) {
        seen = drawn.distance(from: drawn.startIndex, to: found.upperBound)
        return true
      }
      guard read() else { return false }
    }
  }

  /// Makes the terminal another size, which the program gets a signal of.
  func resize(columns: UInt16) {
    var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 8 * columns, ws_ypixel: 640)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Reads to the program's end; returns its exit status, or minus the signal that ended it.
  func finish() -> Int32 {
    while read() {}
    // One that hangs is ended by SIGKILL, which the status tells.
    if isHanging { kill(process, SIGKILL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    hasEnded = true
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }

  /// Reads what is there; false when the program has closed the terminal, or hangs.
  private func read() -> Bool {
    var events = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    let count = poll(&events, 1, Int32(1000 * Program.patience))
    if count < 0, errno == EINTR { return true }
    isHanging = count == 0
    return count > 0 && readPiece()
  }

  private func readPiece() -> Bool {
    var piece = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(master, &piece, piece.count)
    if count < 0, errno == EINTR { return true }
    guard count > 0 else { return false }
    bytes += piece[..<count]
    // "\r\n" is one Character, and texts that are waited for have none.
    drawn = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r", with: "")
    return true
  }
}
