import Reports
import Support

extension RunIndex {
  /// The folder of the run that a user names: by its place below the folder of all runs, by a path to its folder, or by a tag that no
  /// other run has.
  ///
  /// - Throws: ``RunsError`` where there is none, and where several have the tag.
  public func folder(_ name: FilePath) throws -> FilePath {
    var plain = name.lexicallyNormalized()
    if plain == "." { plain = "" }
    if plain.isRelative, !plain.starts(with: ".."), try has(plain) { return root.pushing(plain) }
    // A path may lead to a run anywhere.
    if try RecordedRun(name) != nil { return name }
    if plain.components.count == 1, let word = String(validating: plain.bytes, as: UTF8.self) {
      let tagged = try paths(tagged: word)
      if tagged.count == 1 { return root.pushing(tagged[0]) }
      if tagged.count > 1 {
        let shown = tagged.prefix(5).map(\.shown).joined(separator: ", ")
        throw RunsError(
          "\(tagged.count) runs have the tag \(word.printable(upTo: 60)): \(shown)\(tagged.count > 5 ? ", …" : "")"
        )
      }
    }
    let hint = NearestName.find(name.shown, in: try knownNames()).map { "; did you mean \($0)?" }
    throw RunsError(
      "there is no run \(name.shown.printable(upTo: 200)) in \(root)\(hint ?? "; gfnet-lab runs list shows all")"
    )
  }
}
