import Foundation

extension RunFacts {
  /// Changes `running` to `interrupted` in a `meta.json`; anything else is left as it is.
  static func markInterrupted(_ path: String) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let range = text.firstRange(of: "\"status\": \"running\"")
    else { return }
    let temporary = path + ".end"
    let marked = text.replacingCharacters(in: range, with: "\"status\": \"interrupted\"")
    guard (try? marked.write(toFile: temporary, atomically: false, encoding: .utf8)) != nil else { return }
    if rename(temporary, path) != 0 { unlink(temporary) }
  }
}
