import CKernels

/// Keeps the threads of the team on cores of their own.
///
/// Threads that slept may wake up on the same core and stay there, since the system moves only threads that
/// have been running for a while: every parallel region then waits for one thread after the other, twenty
/// times as long as a small layer takes. Binding threads for good would help too, but not where two programs
/// are bound to the same cores.
extension ThreadTeam {
  /// Moves threads that share a core. It is to be called now and then, before work that consists of many
  /// short regions.
  static func spreadOut() {
    guard size > 1 else { return }
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: size) { places in
      guard let cores = places.baseAddress else { return }
      places.initialize(repeating: -1)
      sliced(size) { cores[$0] = core_of_thread() }
      guard Set(places).count < places.count else { return }
      sliced(size) { index in
        let core = cores[index]
        // The first one stays.
        if core >= 0, (0..<index).contains(where: { cores[$0] == core }) { core_leave(core) }
      }
    }
  }
}
