import Glibc

/// System packages that only some uses of the program need, installed when they are first needed.
public enum PackageInstaller {
  /// Whether the environment forbids it: whoever sets the variable sees to packages themselves.
  public static var isForbidden: Bool { getenv("GFNET_LAB_SKIP_PACKAGES").map { $0.pointee != 0 } ?? false }

  /// Installs packages of Debian where apt-get is there and nobody has to be asked for a password.
  ///
  /// The caller sees by itself whether what it needs is there now. A stop is noticed while apt-get works, which is then
  /// asked to end.
  ///
  /// - Throws: ``Interrupted``.
  public static func install(_ packages: [String]) throws {
    guard !isForbidden else { return }
    let names = packages.map { ChildProcess.Argument(stringLiteral: $0) }
    let install: [ChildProcess.Argument] = ["install", "-y", "--no-install-recommends"] + names
    if try run(install) { return }
    // A fresh system has no lists of packages yet, and old lists name what is gone.
    if try run(["update"]) { _ = try run(install) }
  }

  private static func run(_ arguments: [ChildProcess.Argument]) throws -> Bool {
    let options: [ChildProcess.Argument] = ["-q", "-o", "DPkg::Lock::Timeout=300"]
    let command: [ChildProcess.Argument] =
      ["DEBIAN_FRONTEND=noninteractive", "apt-get"] + options + arguments
    let process =
      geteuid() == 0
      ? try? ChildProcess("env", command, dropsRemarks: true)
      : try? ChildProcess("sudo", ["-n", "env"] + command, dropsRemarks: true)
    guard let process else { return false }
    var part = [UInt8](repeating: 0, count: 1 << 12)
    while true {
      do {
        try Cancellation.check()
      } catch {
        process.terminate()
        throw error
      }
      var request = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 100) != 0 else { continue }
      let count = read(process.output, &part, part.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return process.wait() == 0 }
    }
  }
}
