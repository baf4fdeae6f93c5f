import CZeroMQ
import Foundation
import Support

/// The library that Jupyter's messages go by.
public enum Messaging {
  /// Installs libzmq where it is missing, apt-get is there, and nobody has to be asked for a password.
  ///
  /// - Parameter note: told what is being done.
  /// - Throws: ``MessagingError`` where it is still missing: one line with the command that installs it.
  public static func ensureLibrary(_ note: (String) -> Void) throws {
    guard gf_zmq_open() != nil else { return }
    let arguments: [ChildProcess.Argument] = [
      "apt-get", "install", "-y", "--no-install-recommends", "libzmq5",
    ]
    note("libzmq is missing: installing the package libzmq5")
    let isRoot = geteuid() == 0
    let process =
      isRoot
      ? try? ChildProcess("apt-get", Array(arguments.dropFirst()), dropsRemarks: true)
      : try? ChildProcess("sudo", ["-n"] + arguments, dropsRemarks: true)
    if let process {
      _ = process.readOutput()
      _ = process.wait()
    }
    _ = try MessagingContext()
  }
}
