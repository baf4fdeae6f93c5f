import Support

/// The named fields of a table inside an argument; an unknown name is an error.
struct NamedFields {
  let place: String
  private let values: [String: LuaValue]

  init(_ value: LuaValue, _ known: [String], _ place: String) throws {
    self.place = place
    guard let table = value.asTable else {
      throw LuaError("\(place) must be a table, got \(value.described)")
    }
    var values: [String: LuaValue] = [:]
    for (key, value) in try table.pairs() {
      guard let name = key.asString, known.contains(name) else {
        let name = key.asString ?? key.described
        throw LuaError("\(place): unknown field '\(name)'" + NearestName.hint(name, in: known))
      }
      values[name] = value
    }
    self.values = values
  }

  subscript(_ name: String) -> LuaValue { values[name] ?? .nil }

  func has(_ name: String) -> Bool { values[name] != nil }

  func number(_ name: String) throws -> Double? {
    guard let value = values[name] else { return nil }
    guard let number = value.asNumber else {
      throw LuaError("\(place): \(name) must be a number, got \(value.described)")
    }
    return number
  }

  /// A field as text; numbers are written out.
  func text(_ name: String) throws -> String? {
    guard let value = values[name] else { return nil }
    if let text = value.asString { return text }
    guard let number = value.asNumber else {
      throw LuaError("\(place): \(name) must be a string, got \(value.described)")
    }
    return LuaNumberText.plain(number)
  }
}
