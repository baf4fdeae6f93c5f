import COpenMP

extension ThreadTeam {
  /// Calls `body` once on each thread of the team, all at the same time.
  ///
  /// It is cheaper than one ``sliced(_:_:)`` after another where the pieces of work are small: within `body`,
  /// ``waitForAll()`` takes a fraction of what it takes to give the threads something new to do.
  public static func together(_ body: (_ index: Int, _ count: Int) -> Void) {
    if size == 1 { return body(0, 1) }
    withoutActuallyEscaping(body) { body in
      var body = body
      withUnsafeMutablePointer(to: &body) { pointer in
        GOMP_parallel(
          { raw in
            raw?.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(
              Int(omp_get_thread_num()), Int(omp_get_num_threads()))
          }, pointer, UInt32(size), 0)
      }
    }
  }

  /// Returns once every thread of the team has got here. It is called within ``together(_:)``, on all threads equally
  /// often.
  public static func waitForAll() {
    if omp_get_num_threads() > 1 { GOMP_barrier() }
  }
}
