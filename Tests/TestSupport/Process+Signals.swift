import Foundation

extension Process {
  /// Starts the program as a shell does, with no signal blocked.
  ///
  /// Tests run on threads of Dispatch, which block all signals that may be: a child would take that over, and would hear no request to
  /// stop but one that it unblocks itself, as `mpirun` does not.
  public func runUnmasked() throws {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
