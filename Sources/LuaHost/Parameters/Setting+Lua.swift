import Support

extension Setting {
  /// Converts a value that a script passed.
  /// - Throws: ``LuaError`` for a value of another kind, and for one that is not allowed.
  func convert(_ value: LuaValue) throws -> SettingValue {
    var room = Self.largestValue
    guard let converted = try Self.convert(value, as: kind, &room) else {
      throw LuaError(
        "must be \(kind.described), got \(value.described)" + (value.asNumber == nil ? "" : wholeNumberHint))
    }
    if let complaint = complaint(about: converted) { throw LuaError(complaint) }
    return converted
  }

  // These bound the elements of all lists in one value, and how deep lists may lie in lists.
  static let largestValue = 100_000
  static let deepestValue = 4

  /// The value as one of the kind; nil where it is none.
  /// - Parameter room: how many elements may still follow. Lists that share their parts grow with the power
  ///   of their depth.
  static func convert(_ value: LuaValue, as kind: Kind, _ room: inout Int) throws -> SettingValue? {
    switch kind {
    case .boolean: return value.asBoolean.map { .boolean($0) }
    case .string: return value.stringBytes.map { .string(RawArgument.text($0)) }
    case .integer: return value.asInteger.map { .integer($0) }
    case .number: return value.asNumber.map { .number($0) }
    case .numberOrList:
      return try convert(value, as: .number, &room) ?? convert(value, as: .list(.number), &room)
    case .list(let element):
      guard let table = value.asTable else { return nil }
      let elements = try Self.elements(of: table, &room)
      var values: [SettingValue] = []
      values.reserveCapacity(elements.count)
      for item in elements {
        guard let converted = try convert(item, as: element, &room) else { return nil }
        values.append(converted)
      }
      return .list(values)
    }
  }

  /// The elements of a list, counted before they are read.
  static func elements(of table: LuaTable, _ room: inout Int) throws -> [LuaValue] {
    let count = try table.count()
    guard count <= room else {
      throw LuaError("holds more than \(largestValue) values; pass large data as a tensor or a file")
    }
    room -= count
    return try table.elements()
  }
}
