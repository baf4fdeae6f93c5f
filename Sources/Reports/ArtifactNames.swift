import Foundation

/// The file stems and numbers of a notebook's figures and tables, in document order.
///
/// Names come from scripts: they are reduced to harmless characters and made unique, so that no two outputs
/// share a file and none leaves its folder.
public struct ArtifactNames {
  /// Where an output stands in the notebook, 0-based.
  struct Position: Hashable {
    var cell: Int
    var output: Int
  }

  /// File stems under `figures/` and `tables/`.
  private(set) var stems: [Position: String] = [:]
  /// The numbers in "Figure 3" and "Table 1": only captioned ones are counted.
  private(set) var numbers: [Position: Int] = [:]

  /// - Parameter reserved: lower-case stems that may not be used, by the folder's kind.
  init(_ notebook: Notebook, reserved: [Notebook.ArtifactKind: Set<String>] = [:]) {
    var used = reserved
    var next: [Notebook.ArtifactKind: [String: Int]] = [:]
    var counts: [Notebook.ArtifactKind: Int] = [:]
    for (cell, content) in notebook.cells.enumerated() {
      for (output, value) in content.outputs.enumerated() {
        guard let artifact = value.artifact else { continue }
        let (position, kind) = (Position(cell: cell, output: output), artifact.kind)
        stems[position] = ArtifactNames.unique(
          artifact.name, fallback: kind.rawValue, among: &used[kind, default: []],
          next: &next[kind, default: [:]])
        if !artifact.caption.isEmpty {
          counts[kind, default: 0] += 1
          numbers[position] = counts[kind]
        }
      }
    }
  }

  /// `name` with everything but ASCII letters, digits, `-`, `_` and inner dots replaced by `-`.
  public static func stem(_ name: String, fallback: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      let isPlain = scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      if isPlain || scalar == "_" || scalar == "." {
        result.unicodeScalars.append(scalar)
      } else if !result.hasSuffix("-") {
        result += "-"
      }
      if result.utf8.count >= 80 { break }
    }
    let trimmed = result.trimmingCharacters(in: CharacterSet(charactersIn: "-."))
    return trimmed.isEmpty ? fallback : trimmed
  }

  /// - Parameter next: the number to try next for a stem that is taken: thousands of one name would otherwise try all
  ///   numbers each.
  private static func unique(
    _ name: String, fallback: String, among used: inout Set<String>, next: inout [String: Int]
  ) -> String {
    let stem = stem(name, fallback: fallback)
    var candidate = stem
    var number = next[stem.lowercased()] ?? 2
    // Some file systems do not tell upper from lower case.
    while !used.insert(candidate.lowercased()).inserted {
      candidate = "\(stem)-\(number)"
      number += 1
      next[stem.lowercased()] = number
    }
    return candidate
  }
}
