/// Finds what a mistyped name was meant to be.
public enum NearestName {
  /// `"; did you mean 'x'?"` for a near name, else the list of the known.
  public static func hint(for name: String, among known: [String]) -> String {
    if let near = nearest(to: name, among: known) { return "; did you mean '\(near)'?" }
    return known.isEmpty ? "; it has none" : "; known are " + known.joined(separator: ", ")
  }

  /// The known name with the fewest edits from `name`, when they are at most a third of its length plus one.
  public static func nearest(to name: String, among known: [String]) -> String? {
    let typed = Array(name.lowercased().prefix(100))
    var best: (name: String, distance: Int)?
    for candidate in known {
      let distance = distance(typed, Array(candidate.lowercased()))
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    guard let best, best.distance <= typed.count / 3 + 1, best.distance < best.name.count else { return nil }
    return best.name
  }

  /// Levenshtein's distance.
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
