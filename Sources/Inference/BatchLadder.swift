import Foundation

/// The batch sizes that plans are made for: a batch runs on the next larger one, its last rows unused.
///
/// Early exit leaves batches of every size; with two sizes per power of two, at most a third of a batch is
/// padding and few plans serve all.
public enum BatchLadder {
  /// The least size on the ladder (1, 2, 3, 4, 6, 8, 12, 16, …) that holds `rows`.
  public static func rung(for rows: Int) -> Int {
    var power = 1
    while power < rows {
      let between = power + power / 2
      if between >= rows, between > power { return between }
      power *= 2
    }
    return power
  }

  /// How many of `rows` to run at once, so that what a step reads and writes stays in the processor's cache.
  ///
  /// A large batch of large maps otherwise goes to main memory and back between any two steps; a smaller one at least
  /// keeps all threads busy, and its weights come from main memory more often.
  ///
  /// - Parameter bytesPerRow: the most that one step reads and writes for a row.
  static func rowsAtOnce(of rows: Int, bytesPerRow: Int) -> Int {
    var most = leastAtOnce
    while 2 * most * bytesPerRow <= cacheBytes { most *= 2 }
    let parts = (rows + most - 1) / most
    return (rows + parts - 1) / parts
  }

  /// The least number of rows at once: more than one, so that rows that depend on each other are noticed.
  private static let leastAtOnce = 2

  /// Bytes that a step may fill: three quarters of the last cache, where most of a very large one belongs to
  /// others.
  private static let cacheBytes: Int = {
    let size = sysconf(Int32(_SC_LEVEL3_CACHE_SIZE))
    return size > 0 ? min(size, 32 << 20) * 3 / 4 : 12 << 20
  }()
}
