/// An option whose values have names, as a script types them.
///
/// `-`, `_` and spaces are interchangeable and case does not matter, so "lower right" and `lower-right` are the
/// same.
public protocol NamedOption: CaseIterable, RawRepresentable, Sendable where RawValue == String {
  /// What the option is called in messages, such as "line style".
  static var optionName: String { get }
  /// What values are called elsewhere, such as "--" for a dashed line.
  static var aliases: [String: Self] { get }
}

extension NamedOption {
  public static var aliases: [String: Self] { [:] }

  /// The value called `name`; throws ``FigureError`` that names the nearest known ones.
  public init(named name: String) throws(FigureError) {
    let wanted = Names.folded(name)
    let known = Self.allCases.first { Names.folded($0.rawValue) == wanted }
    guard let value = known ?? Self.aliases[wanted] else {
      throw Names.unknown(Self.optionName, name, among: Self.allCases.map(\.rawValue))
    }
    self = value
  }
}

/// Looking up names that a person typed.
enum Names {
  static func folded(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
  }

  /// The error for a name that is not among `known`, with the ones most like it first.
  static func unknown(_ option: String, _ name: String, among known: [String]) -> FigureError {
    let shown = String(name.prefix(40))
    let wanted = folded(shown)
    let ranked = known.map { (name: $0, distance: distance(folded($0), wanted)) }
    let near = ranked.filter { $0.distance <= max(2, wanted.count / 3) }.sorted { $0.distance < $1.distance }
    let hint =
      near.isEmpty
      ? "known: " + known.joined(separator: ", ")
      : "did you mean " + near.prefix(3).map { "\"\($0.name)\"" }.joined(separator: " or ") + "?"
    return FigureError("unknown \(option) \"\(shown)\"; \(hint)")
  }

  /// Levenshtein's edit distance.
  static func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = left == right ? diagonal : min(diagonal, above, row[j]) + 1
        diagonal = above
      }
    }
    return row[b.count]
  }
}
