/// Finds the known name that a mistyped one most likely meant.
public enum NearestName {
  /// Names beyond this length are not compared: the work grows with the square.
  private static let longest = 128

  /// The member of `known` with the smallest edit distance to `name`, or nil when none is close.
  ///
  /// Close means at most a third of the shorter name's length: one edit of three letters, two of six, and none of fewer:
  /// `a` is no misspelt `f`. Where one edit is a large part, the first letters agree: `clip` is no misspelt `flip`.
  /// Letter case is ignored; ties go to the earlier member.
  public static func find(_ name: String, in known: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased())
    guard wanted.count <= longest else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known where candidate.count <= longest {
      let other = Array(candidate.lowercased())
      let distance = editDistance(wanted, other)
      let shorter = min(wanted.count, other.count)
      guard shorter > 4 || wanted.first == other.first else { continue }
      // Of the shortest names only a letter too few or too many at the end is taken for a slip.
      let isCut =
        abs(wanted.count - other.count) == 1 && (wanted.starts(with: other) || other.starts(with: wanted))
      let allowed = max(shorter / 3, isCut && shorter > 1 ? 1 : 0)
      if distance <= allowed, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The end of an error about an unknown name: `; did you mean 'limit'?` or, without a near name,
  /// `; known: limit, split`.
  public static func hint(_ name: String, in known: some Sequence<String>) -> String {
    let known = Array(known)
    if let near = find(name, in: known) { return "; did you mean '\(near)'?" }
    if known.isEmpty { return "; there are none" }
    return "; known: \(known.sorted().prefix(12).joined(separator: ", "))\(known.count > 12 ? ", …" : "")"
  }

  /// The fewest insertions, deletions, substitutions and swaps of neighbours that turn one text into the
  /// other (optimal string alignment).
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
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
