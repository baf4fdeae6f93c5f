/// Finds the known name that a mistyped one most likely meant.
public enum NearestName {
  /// Names beyond this length have no nearest one: nobody mistypes them, and the work grows with the square.
  private static let longest = 60
  /// Lists of fewer names than this are shown whole.
  private static let longestList = 30

  /// The member of `known` with the smallest edit distance to `name`, or nil when none is close.
  ///
  /// Close means at most a third of the shorter name's length: one edit of three letters, two of six, and
  /// none of fewer: `a` is no misspelt `f`. Where one edit is a large part, the first letters agree: `clip`
  /// is no misspelt `flip`. Letter case is ignored; ties go to the earlier member.
  public static func find(_ name: String, in known: some Sequence<String>) -> String? {
    guard let wanted = letters(name) else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known {
      guard let other = letters(candidate) else { continue }
      let shorter = min(wanted.count, other.count)
      guard shorter > 4 || wanted.first == other.first else { continue }
      // Of the shortest names only a letter too few or too many at the end is taken for a slip.
      let isCut =
        abs(wanted.count - other.count) == 1 && (wanted.starts(with: other) || other.starts(with: wanted))
      let allowed = max(shorter / 3, isCut && shorter > 1 ? 1 : 0)
      // Each letter that one has more is an edit: most names need no closer look.
      guard abs(wanted.count - other.count) <= allowed else { continue }
      let distance = editDistance(wanted, other)
      if distance <= allowed, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The letters that are compared; nil for a name that is too long, which is seen without reading it.
  private static func letters(_ name: String) -> [Character]? {
    // A letter has at most four bytes, and some more with its accents.
    guard name.utf8.count <= 8 * longest else { return nil }
    let letters = Array(name.lowercased())
    return letters.count <= longest ? letters : nil
  }

  /// The end of an error about an unknown name: `; did you mean 'limit'?` or, without a near name,
  /// `; known: limit, split`.
  public static func hint(_ name: String, in known: some Sequence<String>) -> String {
    let known = Array(known)
    if let near = find(name, in: known) { return "; did you mean '\(near)'?" }
    if known.isEmpty { return "; there are none" }
    let shown = known.count < longestList ? known.count : 12
    let rest = known.count > shown ? ", …" : ""
    return "; known: \(known.sorted().prefix(shown).joined(separator: ", "))\(rest)"
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
