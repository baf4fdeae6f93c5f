import Support

/// The arguments of `define`: the rows of its table, and the definition that a call makes of them.
struct DefinitionArguments: Sendable {
  private let kind: DefinitionKind
  private let name: ArgumentKey<String>
  /// The functions that implement the kind, of which one is given.
  private let functions: [(declared: DefinitionFunction, key: ArgumentKey<LuaFunction?>)]

  private static let summary = ArgumentKey<String>("summary", default: "", "one line of help")
  private static let parameters = ArgumentKey<LuaTable?>(
    "params", "the declared parameters: name = {default=, min=, max=, choices=, help=}")
  private static let stateful = ArgumentKey<Bool?>(
    "stateful",
    "true: its answers are meant to depend on other images or on what it has seen; no remark is made of it")

  init(_ kind: DefinitionKind) {
    self.kind = kind
    name = ArgumentKey<String>("name", "the name under gfnet.\(kind.rawValue)")
    functions = kind.functions.map {
      (declared: $0, key: ArgumentKey<LuaFunction?>($0.name, $0.summary))
    }
  }

  var rows: [any ArgumentRow] {
    var rows: [any ArgumentRow] = [name, Self.summary, Self.parameters]
    for function in functions { rows.append(function.key) }
    if kind.asksAboutImages { rows.append(Self.stateful) }
    return rows
  }

  /// - Throws: ``LuaError`` for a wrong name, for no function or two, and for wrong declarations.
  func definition(from call: LuaCall) throws -> Definition {
    let name = try call[self.name]
    try check(name)
    let place = "gfnet.\(kind.rawValue).define: \(name)"
    let (declared, function) = try implementation(from: call, place)
    return Definition(
      name: name, summary: try call[Self.summary],
      parameters: try call[Self.parameters].map { try Setting.read($0, owner: place) } ?? [],
      implementation: .lua(kind, function, as: declared),
      origin: try call.context.definitions.origin(for: call.state.callingPlugin()),
      isStateful: kind.asksAboutImages ? try call[Self.stateful] ?? false : false)
  }

  private func check(_ name: String) throws {
    guard LuaNames.isIdentifier(name) else {
      throw LuaError(
        "gfnet.\(kind.rawValue).define: the name must be letters, digits and _, got \"\(name)\"")
    }
    guard !kind.reservedNames.contains(name) else {
      throw LuaError(
        "gfnet.\(kind.rawValue).define: the name '\(name)' is taken by the function of that name")
    }
  }

  private func implementation(
    from call: LuaCall, _ place: String
  ) throws -> (DefinitionFunction, LuaFunction) {
    var given: [(DefinitionFunction, LuaFunction)] = []
    for (declared, key) in functions {
      if let function = try call[key] { given.append((declared, function)) }
    }
    let names = functions.map(\.declared.name).joined(separator: " or ")
    guard let first = given.first else { throw LuaError("\(place): needs a function \(names)") }
    guard given.count == 1 else {
      throw LuaError("\(place): give \(names), not both: one of them would never be asked")
    }
    return first
  }
}
