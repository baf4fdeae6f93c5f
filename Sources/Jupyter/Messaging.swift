import CZeroMQ
import Support

/// The library that Jupyter's messages go by.
public enum Messaging {
  /// Installs libzmq where it is missing, apt-get is there, and nobody has to be asked for a password.
  ///
  /// - Parameter note: told what is being done.
  /// - Throws: ``MessagingError`` where it is still missing: one line with the command that installs it; `Interrupted`.
  public static func ensureLibrary(_ note: (String) -> Void) throws {
    guard gf_zmq_open() != nil else { return }
    note("libzmq is missing: installing the package libzmq5")
    try PackageInstaller.install(["libzmq5"])
    _ = try MessagingContext()
  }
}
