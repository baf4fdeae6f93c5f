/// Finds what a user probably meant.
public enum NearestName {
  /// The known name closest to `name`, when it is close enough to be a slip.
  public static func find(_ name: String, in known: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().utf8)
    var best: (name: String, distance: Int)?
    for candidate in known {
      let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
      if best.map({ distance < $0.distance || (distance == $0.distance && candidate < $0.name) }) ?? true {
        best = (candidate, distance)
      }
    }
    guard let best, best.distance <= max(1, min(wanted.count, best.name.utf8.count) / 2) else { return nil }
    return best.name
  }

  /// `; did you mean 'limit'?` or, without a near name, `; known: limit, split`.
  public static func hint(_ name: String, in known: some Sequence<String>) -> String {
    let known = Array(known)
    if let near = find(name, in: known) { return "; did you mean '\(near)'?" }
    if known.isEmpty { return "" }
    let shown = known.sorted().prefix(12).joined(separator: ", ")
    return "; known: \(shown)\(known.count > 12 ? ", …" : "")"
  }

  /// Insertions, deletions, changes and swaps of neighbours that turn `a` into `b`.
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard a.count < 128, b.count < 128 else { return .max }
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      for j in 0..<b.count {
        var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforePrevious[j - 1] + 1) }
        current.append(cost)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[b.count]
  }
}
