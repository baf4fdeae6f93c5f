/// The names that a run has given to what it keeps, so that no two things share one.
struct OutputNames: Codable, Equatable {
  /// What has names of its own.
  enum Kind: Codable {
    case checkpoints
    /// The stems of figures' files, which differ by more than case, as some file systems do not tell it.
    case figures
  }

  private var taken: [Kind: Set<String>] = [:]
  /// How many names were made of each stem for what the script did not name.
  private var made: [String: Int] = [:]

  /// `stem` itself when it is first asked for among the names of a kind, then `stem-2`, `stem-3`, …
  mutating func unique(_ stem: String, among kind: Kind) -> String {
    var name = stem
    var number = 2
    while !taken[kind, default: []].insert(kind == .figures ? name.lowercased() : name).inserted {
      name = "\(stem)-\(number)"
      number += 1
    }
    return name
  }

  /// Has the names of a kind be given again: a cell of a session that is given again writes what it wrote before.
  mutating func forget(_ kind: Kind) { taken[kind] = nil }

  /// A name for what the script did not name: `table-1`, `table-2`, …
  mutating func next(_ stem: String) -> String {
    made[stem, default: 0] += 1
    return "\(stem)-\(made[stem, default: 1])"
  }
}
