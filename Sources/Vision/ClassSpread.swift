/// Picks a few items of a data set, in which every class has its share.
enum ClassSpread {
  /// The items to keep, 0-based and ascending: all ``ImageDataset/views`` of `limit` videos, or `limit` images.
  ///
  /// Each class keeps its first ones, as many as its share of the data set asks for, one at least where there
  /// is room for all classes.
  static func indices(of dataset: any ImageDataset, limit: Int) -> [Int] {
    let views = dataset.views
    let labels = (0..<dataset.count / views).map { dataset.label(at: $0 * views) }
    var counts: [Int: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    var left = quotas(counts, limit: limit)
    var kept: [Int] = []
    kept.reserveCapacity(limit * views)
    for (index, label) in labels.enumerated() {
      guard let quota = left[label], quota > 0 else { continue }
      left[label] = quota - 1
      kept += index * views..<(index + 1) * views
    }
    return kept
  }

  /// The number of images that each class keeps: its whole share, and what is left over for those that lost most by
  /// rounding, the lower class first.
  private static func quotas(_ counts: [Int: Int], limit: Int) -> [Int: Int] {
    let total = counts.values.reduce(0, +)
    let classes = counts.keys.sorted()
    var quotas: [Int: Int] = [:]
    var rests: [(label: Int, rest: Int)] = []
    for label in classes {
      let (quota, rest) = total.dividingFullWidth(limit.multipliedFullWidth(by: counts[label] ?? 0))
      quotas[label] = quota
      rests.append((label, rest))
    }
    let open = limit - quotas.values.reduce(0, +)
    rests.sort { $0.rest != $1.rest ? $0.rest > $1.rest : $0.label < $1.label }
    for (label, _) in rests.prefix(open) { quotas[label, default: 0] += 1 }
    guard limit >= classes.count else { return quotas }
    for label in classes where quotas[label] == 0 {
      guard let largest = classes.max(by: { (quotas[$0] ?? 0, -$0) < (quotas[$1] ?? 0, -$1) }) else { break }
      quotas[largest, default: 0] -= 1
      quotas[label] = 1
    }
    return quotas
  }
}
