/// Shows text out of files of other people, as messages do.
package enum ForeignText {
  /// The most characters of a name that are shown, enough to know it by.
  private static let limit = 60

  /// `text` without control characters and cut, fit for a line and a terminal: a file can hold names of any length with
  /// any character.
  package static func printable(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(limit) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown + (text.unicodeScalars.count > limit ? "…" : "")
  }

  /// ``printable(_:)`` in quotes.
  package static func quoted(_ text: String) -> String { "'" + printable(text) + "'" }
}
