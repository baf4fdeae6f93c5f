import Support

extension Setting {
  /// Reads a value typed on the command line; lists are separated by commas.
  /// - Throws: ``LuaError`` for text of another kind, and for a value that is not allowed.
  public func parse(_ text: String) throws -> SettingValue {
    guard let value = Self.parse(text, as: kind) else {
      if Double(text)?.isInfinite == true {
        throw LuaError("must be \(kind.described), got \"\(text)\", which is beyond the largest number")
      }
      let isNumber = !text.isEmpty && text.split(separator: ",").allSatisfy { Double($0.trimmed) != nil }
      throw LuaError("must be \(kind.described), got \"\(text)\"" + (isNumber ? wholeNumberHint : ""))
    }
    if let complaint = complaint(about: value) { throw LuaError(complaint) }
    return value
  }

  private static func parse(_ text: String, as kind: Kind) -> SettingValue? {
    switch kind {
    case .string: return .string(text)
    case .boolean:
      switch text.lowercased() {
      case "true", "yes", "on", "1": return .boolean(true)
      case "false", "no", "off", "0": return .boolean(false)
      default: return nil
      }
    case .integer:
      if let whole = Int(text) { return .integer(whole) }
      // 1e6 is a whole number, too; from 2^53 on the number read may not be the number typed.
      return Double(text).flatMap { $0.magnitude < 0x1p53 ? Int(exactly: $0) : nil }.map { .integer($0) }
    case .number:
      // "inf" is infinite, 1e400 is a slip.
      return Double(text).flatMap { value in
        value.isFinite || value.isInfinite && text.lowercased().contains("inf") ? .number(value) : nil
      }
    case .numberOrList: return parse(text, as: .number) ?? parse(text, as: .list(.number))
    case .list(let element):
      if text.isEmpty { return .list([]) }
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
        parse($0.trimmed, as: element)
      }
      let values = parts.compactMap(\.self)
      return values.count == parts.count ? .list(values) : nil
    }
  }

  /// What to do when 0.5 is wanted and the default says whole number.
  var wholeNumberHint: String {
    guard isKindInferred, kind.element == .integer, let defaultValue else { return "" }
    if case .integer(let value) = defaultValue {
      return "; its default \(value) is an integer; the script can write \(value).0 to take any number"
    }
    return "; its default has integers; the script can write type = \"list of numbers\" to take any"
  }

  /// What listings say in parentheses: the kind, the bounds, the choices.
  var notes: [String] {
    var notes = [kind.name]
    if let range { notes.append(range.listed) }
    if let choices { notes.append("one of " + choices.map(\.source).joined(separator: ", ")) }
    return notes
  }

  /// The help with what listings add to it.
  func explained(_ notes: [String]) -> String {
    (help.isEmpty ? "" : help + " ") + "(" + notes.joined(separator: ", ") + ")"
  }
}

extension [Setting] {
  /// The listing that `run SCRIPT --help` prints.
  public var listing: String {
    let rows = map { setting in
      let name = setting.name + "=" + (setting.defaultValue?.commandLineText ?? "…")
      return (name, setting.explained(setting.notes))
    }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "  " + $0.0.padding(to: width + 2) + $0.1 }.joined(separator: "\n")
  }
}

extension SettingValue {
  /// The value as it is typed after `name=`.
  fileprivate var commandLineText: String {
    switch self {
    case .string(let text): RawArgument.shownAsTyped(text)
    case .list(let values): values.map(\.commandLineText).joined(separator: ",")
    default: source
    }
  }
}

extension String {
  /// Spaces added on the right up to `width` characters.
  func padding(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(width - count, 0)) }
}
