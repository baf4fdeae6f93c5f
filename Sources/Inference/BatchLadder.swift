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
}
