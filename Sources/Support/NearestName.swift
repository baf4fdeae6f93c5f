/// Finds the known name that a mistyped one most likely meant.
public enum NearestName {
  /// The member of `known` with the smallest edit distance to `name`, or nil when none is close.
  ///
  /// Close means at most a third of the longer name's length, and at least one edit is always allowed.
  /// Letter case is ignored; ties go to the earlier member.
  public static func of(_ name: String, among known: [String]) -> String? {
    var best: (name: String, distance: Int)?
    for candidate in known {
      let distance = editDistance(name.lowercased(), candidate.lowercased())
      let allowed = max(1, max(name.count, candidate.count) / 3)
      if distance <= allowed, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The end of an error about an unknown name: `; did you mean "train"? (train, test)` or just the list.
  public static func hint(for name: String, among known: [String]) -> String {
    let list = known.joined(separator: ", ")
    guard let nearest = of(name, among: known) else { return "expected one of: \(list)" }
    return "did you mean \"\(nearest)\"? (known: \(list))"
  }

  /// The fewest insertions, deletions, substitutions and swaps of neighbours that turn one text into the
  /// other (optimal string alignment).
  static func editDistance(_ first: String, _ second: String) -> Int {
    let a = Array(first)
    let b = Array(second)
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1] + Array(repeating: 0, count: b.count)
      for j in b.indices {
        row[j + 1] = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
        }
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
