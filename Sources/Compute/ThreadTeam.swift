import COpenMP
import Support

/// The one team of threads: OpenMP's, shared by oneDNN's primitives and our own loops.
public enum ThreadTeam {
  /// Threads that a parallel region may use from the calling thread.
  public static var size: Int { Int(omp_get_max_threads()) }

  /// Sets the number of threads for parallel regions started by the calling thread.
  public static func setSize(_ threads: Int) { omp_set_num_threads(Int32(max(1, threads))) }

  /// Calls `body` with disjoint ranges that cover 0..<count, on up to ``size`` threads.
  ///
  /// Ranges depend on the number of threads, so `body` must compute each index independently of the others;
  /// for sums use ``sliced(_:_:)``.
  ///
  /// Very long loops run piece by piece, and are left when a stop was asked for: whoever uses what they computed asks
  /// `Cancellation.check()` after them, as ops do.
  ///
  /// - Parameters:
  ///   - count: the number of indices.
  ///   - grain: the least number of indices worth a thread; below 2·grain the caller does all itself.
  ///   - body: does the work for a range of indices, at the same time as for other ranges.
  @inline(__always)
  public static func parallel(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let piece = max(grain, 1) * grainsPerPiece
    if count <= piece { return spread(0..<count, grain, body) }
    var start = 0
    while start < count, Cancellation.reasonToStop == nil {
      let end = count - start > piece ? start + piece : count
      spread(start..<end, grain, body)
      start = end
    }
  }

  /// Work between two looks at the stop flag, in grains: some tens of milliseconds.
  private static let grainsPerPiece = 1024

  @inline(__always)
  private static func spread(_ range: Range<Int>, _ grain: Int, _ body: (Range<Int>) -> Void) {
    let (first, count) = (range.lowerBound, range.count)
    if count < 2 * grain || size == 1 {
      if count > 0 { body(range) }
      return
    }
    let threads = min(size, count / max(grain, 1))
    sliced(threads) { body(first + count * $0 / threads..<first + count * ($0 + 1) / threads) }
  }

  /// Calls `body` once for each index 0..<slices, spread over the team.
  ///
  /// The caller fixes the number of slices, so that partial sums do not depend on the number of threads.
  public static func sliced(_ slices: Int, _ body: (Int) -> Void) {
    if slices == 1 || size == 1 {
      for index in 0..<slices { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      var region = Region(slices: slices, body: body)
      withUnsafeMutablePointer(to: &region) { pointer in
        GOMP_parallel(
          { raw in
            guard let region = raw?.assumingMemoryBound(to: Region.self) else { return }
            let team = Int(omp_get_num_threads())
            var slice = Int(omp_get_thread_num())
            while slice < region.pointee.slices {
              region.pointee.body(slice)
              slice += team
            }
          }, pointer, UInt32(min(slices, size)), 0)
      }
    }
  }

  private struct Region {
    let slices: Int
    let body: (Int) -> Void
  }
}
