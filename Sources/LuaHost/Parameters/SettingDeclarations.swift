import Support

extension Setting {
  private static let fields = ["default", "min", "max", "choices", "help", "type"]

  /// Reads the declarations `{ name = { default = …, min = …, max = …, choices = {…}, help = "…" }, … }`.
  ///
  /// A plain value in place of the inner table is the default. The result is in alphabetical order.
  static func read(_ table: LuaTable, owner: String) throws -> [Setting] {
    try table.pairs().map { key, value in
      guard let name = key.asString else {
        throw LuaError(
          "\(owner): parameters are named, as in {threshold = {default = 0.5}}; got the key \(key.described)")
      }
      let place = "\(owner): parameter '\(name.printable(upTo: 80))'"
      if let declaration = value.asTable, try declaration.count() == 0 {
        return try read(name, declaration, place)
      }
      guard let inferred = try inferKind(value, place) else { throw emptyList(place) }
      return Setting(name, inferred.kind, default: inferred.value, isKindInferred: true)
    }
  }

  private static func read(_ name: String, _ table: LuaTable, _ place: String) throws -> Setting {
    var fields: [String: LuaValue] = [:]
    for (key, value) in try table.pairs() {
      guard let field = key.asString, self.fields.contains(field) else {
        let text = key.asString ?? key.described
        throw LuaError(
          "\(place): unknown field '\(text.printable(upTo: 80))'" + NearestName.hint(text, in: self.fields))
      }
      fields[field] = value
    }
    let range = try range(fields, place)
    var (kind, value, isInferred) = try type(fields, place)
    // `default = 1, min = 0.5` means a number.
    if isInferred, kind == .integer, let range,
      [range.lowerBound, range.upperBound].contains(where: { $0.isFinite && $0 != $0.rounded() })
    {
      kind = .number
      isInferred = false
    }
    guard let help = fields["help"].map(\.asString) ?? "" else {
      throw LuaError("\(place): help must be a string, got \(fields["help"]?.described ?? "nil")")
    }
    let setting = Setting(
      name, kind, default: value, in: range, choices: try choices(fields["choices"], kind, place), help: help,
      isKindInferred: isInferred)
    if let value, let complaint = setting.complaint(about: value) {
      throw LuaError("\(place): the default \(complaint)")
    }
    return setting
  }

  /// The type and the default: as `type` says, else as the default is.
  private static func type(
    _ fields: [String: LuaValue], _ place: String
  ) throws -> (kind: Kind, value: SettingValue?, isInferred: Bool) {
    guard let type = fields["type"] else {
      guard let given = fields["default"] else {
        throw LuaError("\(place): needs a default, or a type: " + names)
      }
      guard let inferred = try inferKind(given, place) else { throw emptyList(place) }
      return (inferred.kind, inferred.value, true)
    }
    guard let name = type.asString, let kind = Kind.named[name] else {
      throw LuaError(
        "\(place): unknown type \(type.described)"
          + (type.asString.flatMap { NearestName.find($0, in: Kind.named.keys.sorted()) }.map {
            "; did you mean '\($0)'?"
          } ?? "; known: " + names))
    }
    guard let given = fields["default"] else { return (kind, nil, false) }
    var room = largestValue
    guard let value = try placed(place, { try convert(given, as: kind, &room) }) else {
      throw LuaError("\(place): its type is \(kind.name) and its default \(given.described)")
    }
    return (kind, value, false)
  }

  private static let names = Kind.named.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")

  private static func emptyList(_ place: String) -> LuaError {
    LuaError(
      "\(place): the default {} has no elements to tell their type; add type = \"list of numbers\", say")
  }

  /// What values, or the elements of a list, may be.
  private static func choices(
    _ given: LuaValue?, _ kind: Kind, _ place: String
  ) throws -> [SettingValue]? {
    guard let given else { return nil }
    var room = largestValue
    let list = try placed(place) { try given.asTable.map { try elements(of: $0, &room) } } ?? []
    guard !list.isEmpty else {
      throw LuaError("\(place): choices must be a list of values, got \(given.described)")
    }
    return try list.map { choice in
      guard let converted = try placed(place, { try convert(choice, as: kind.element, &room) }) else {
        let what = kind.element == kind ? "as the default is" : "as its elements are"
        throw LuaError("\(place): the choice \(choice.described) is not \(kind.element.described), \(what)")
      }
      return converted
    }
  }

  /// The range from `min` to `max`; nil where neither is given.
  private static func range(_ fields: [String: LuaValue], _ place: String) throws -> ClosedRange<Double>? {
    let minimum = try bound("min", fields, place)
    let maximum = try bound("max", fields, place)
    if minimum == nil, maximum == nil { return nil }
    let (least, most) = (minimum ?? -.infinity, maximum ?? .infinity)
    guard least <= most else {
      throw LuaError(
        "\(place): min \(NumberSpelling.shortest(least)) is above max \(NumberSpelling.shortest(most))")
    }
    return least...most
  }

  private static func bound(_ field: String, _ fields: [String: LuaValue], _ place: String) throws -> Double?
  {
    guard let value = fields[field] else { return nil }
    guard let number = value.asNumber, !number.isNaN else {
      throw LuaError("\(place): \(field) must be a number, got \(value.described)")
    }
    return number
  }

  // MARK: Types of defaults

  /// The type of a default and its value; nil for a list without elements.
  private static func inferKind(
    _ value: LuaValue, _ place: String
  ) throws -> (kind: Kind, value: SettingValue)? {
    var room = largestValue
    return try placed(place) { try infer(value, depth: 0, &room) }
  }

  private static func infer(
    _ value: LuaValue, depth: Int, _ room: inout Int
  ) throws -> (kind: Kind, value: SettingValue)? {
    switch value {
    case .boolean(let value): return (.boolean, .boolean(value))
    case .integer(let value): return (.integer, .integer(value))
    case .number(let value): return (.number, .number(value))
    case .string(let value): return (.string, .string(RawArgument.text(value.utf8)))
    case .bytes(let value): return (.string, .string(RawArgument.text(value)))
    case .table(let table):
      guard depth < deepestValue else {
        throw LuaError("has lists in lists more than \(deepestValue) deep, or one that contains itself")
      }
      var found: [(kind: Kind, value: SettingValue)] = []
      for element in try elements(of: table, &room) {
        guard let inferred = try infer(element, depth: depth + 1, &room) else {
          throw LuaError("has a list without elements in a list")
        }
        found.append(inferred)
      }
      guard !found.isEmpty else { return nil }
      let kinds = Set(found.map(\.kind))
      guard let kind = kinds == [.integer, .number] ? .number : kinds.first,
        kinds.count == 1 || kind == .number
      else { throw LuaError("is a default list, which needs elements of one type") }
      return (.list(kind), .list(found.map { kind == .number ? .number($0.value.asNumber ?? 0) : $0.value }))
    case .nil, .function, .object:
      throw LuaError("has the default \(value.described); it must be a number, string, boolean or list")
    }
  }

  /// Names the parameter in an error about its value.
  private static func placed<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as LuaError {
      throw LuaError("\(place) \(error.message)")
    }
  }
}
