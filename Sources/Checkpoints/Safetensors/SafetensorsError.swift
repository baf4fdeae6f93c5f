import Support

/// What is wrong with a safetensors file, or with what was asked of it; always names the file.
public struct SafetensorsError: LineError {
  public let file: String
  public let reason: String

  public init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  public var description: String { "safetensors file \(file): \(reason)" }

  /// `text` in quotes, fit for one line of a message: a file can hold names of any length with any character.
  static func quoted(_ text: String) -> String { "'" + printable(text) + "'" }

  /// `text` without control characters and cut, fit for a line and a terminal.
  package static func printable(_ text: String) -> String {
    let limit = 60
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
}
