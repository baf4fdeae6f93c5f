import CLuaBridge
import Support

// What to write instead of a call that was written as other languages have it: options by position, arguments by name.

extension CallShape {
  /// What to write where a value stands at the place of the table of options; empty where nothing is likely.
  func hint(forOptions parameter: FunctionParameter, at slot: Int, on stack: LuaStack) -> String {
    guard let options = parameter.options, let value = try? stack.value(at: slot) else { return "" }
    // Anything could be meant by an option that takes everything.
    let fitting = options.filter { $0.type != .any && $0.accepts(slot, on: stack) }
    guard let option = fitting.first(where: \.isRequired) ?? fitting.first else {
      return listHint(upTo: slot, on: stack)
    }
    let written = "{\(option.name) = \(value.inCode ?? "…")}"
    return fitting.count == 1 ? "; write \(written)" : "; options are named, as in \(written)"
  }

  /// What to write for `t:mean(1, 2)`, where the argument before could be a list; empty for other calls.
  func listHint(upTo slot: Int, on stack: LuaStack) -> String {
    let place = parameters.lastIndex { $0.options == nil } ?? 0
    guard place < parameters.count, first + place < slot,
      case .either(let types) = parameters[place].parameter.type
    else { return "" }
    let listed = (first + place)...slot
    let isList = types.contains { type in
      guard case .list(let element) = type else { return false }
      return listed.allSatisfy { element.accepts($0, on: stack) }
    }
    let elements = listed.compactMap { try? stack.value(at: $0).inCode }
    guard isList, elements.count == listed.count, listed.count <= 8 else { return "" }
    let before = (first..<first + place).map { shown(argumentAt: $0, on: stack) }
    return "; write " + written(before + ["{" + elements.joined(separator: ", ") + "}"])
  }

  /// What to write where a table of names stands for an argument that is none, as in `t:softmax{dim = -1}`; empty for
  /// other values.
  func hint(forNamesAt slot: Int, on stack: LuaStack) -> String {
    guard let fields = shortFields(ofTableAt: slot, on: stack), !fields.isEmpty else { return "" }
    let place = slot - first
    var arguments = (0..<place).map { shown(argumentAt: first + $0, on: stack) as String? }
    arguments += parameters[place...].map { _ in nil }
    var options: [String] = []
    let open = parameters[place...].filter { $0.options == nil }.map(\.name)
    for (name, value) in fields {
      let value = value.inCode ?? "…"
      let own = open.contains(name) ? name : ForeignNames.option(name, among: open)
      if let own, let index = parameters.firstIndex(where: { $0.name == own }) {
        arguments[index] = value
      } else if parameters.last?.options?.contains(where: { $0.name == name }) == true {
        options.append("\(name) = \(value)")
      } else {
        return "; arguments stand by position: \(entry.signature)"
      }
    }
    if !options.isEmpty {
      arguments[parameters.count - 1] = "{" + options.joined(separator: ", ") + "}"
    }
    while arguments.last == .some(nil) { arguments.removeLast() }
    let texts = arguments.enumerated().map { index, text in
      text ?? (parameters[index].parameter.isRequired ? parameters[index].name : "nil")
    }
    return "; write " + written(texts)
  }

  /// What to write where this argument and the next were exchanged, as in `full({2, 2}, 7)`; empty where they were not.
  func hint(forExchangeAt slot: Int, on stack: LuaStack) -> String {
    let place = slot - first
    guard place + 1 < parameters.count, slot < stack.count, parameters[place + 1].options == nil,
      parameters[place].parameter.accepts(slot + 1, on: stack),
      parameters[place + 1].parameter.accepts(slot, on: stack)
    else { return "" }
    var texts = (0..<place).map { shown(argumentAt: first + $0, on: stack) }
    texts.append(shown(at: slot + 1, on: stack) ?? parameters[place].name)
    texts.append(shown(at: slot, on: stack) ?? parameters[place + 1].name)
    return "; the other way round, write " + written(texts)
  }

  /// What a call without the argument means elsewhere, with how it is written here; empty where nothing is known.
  var hintForMissing: String {
    entry.qualifiedName == "tensor:copy" ? "; t:clone() makes a copy" : ""
  }

  /// The call with these arguments; a method's object is called by the first letter of its class.
  private func written(_ arguments: [String]) -> String {
    let function = entry.isMethod ? "\(entry.className.prefix(1)):\(entry.name)" : entry.qualifiedName
    return "\(function)(\(arguments.joined(separator: ", ")))"
  }

  private func shown(argumentAt slot: Int, on stack: LuaStack) -> String {
    shown(at: slot, on: stack) ?? parameters[slot - first].name
  }

  /// The value of a slot as one writes it; nil for what is not written in a few characters.
  private func shown(at slot: Int, on stack: LuaStack) -> String? {
    guard let value = try? stack.value(at: slot) else { return nil }
    guard case .table = value else { return value.inCode }
    let length = Int(lua_rawlen(stack.pointer, stack.absolute(slot)))
    guard 1...4 ~= length, (try? stack.reserve(1)) != nil else { return nil }
    let elements = (1...length).compactMap { place -> String? in
      lua_rawgeti(stack.pointer, stack.absolute(slot), lua_Integer(place))
      defer { stack.pop() }
      return (try? stack.value(at: -1))?.inCode
    }
    return elements.count == length ? "{" + elements.joined(separator: ", ") + "}" : nil
  }

  /// The fields of a table that has no others than a few with names; nil for what is none.
  private func shortFields(ofTableAt slot: Int, on stack: LuaStack) -> [(name: String, value: LuaValue)]? {
    guard stack.kind(at: slot) == .table, (try? stack.reserve(4)) != nil else { return nil }
    let base = stack.count
    defer { stack.count = base }
    var fields: [(name: String, value: LuaValue)] = []
    let table = stack.absolute(slot)
    stack.pushNil()
    while lua_next(stack.pointer, table) != 0 {
      guard let name = stack.string(at: stack.count - 1), name.utf8.count <= 40, fields.count < 8,
        let value = try? stack.value(at: stack.count)
      else { return nil }
      fields.append((name, value))
      stack.pop()
    }
    return fields.sorted { $0.name < $1.name }
  }
}

extension LuaValue {
  /// The value as one writes it in a script; nil for what is not written in a few characters.
  fileprivate var inCode: String? {
    switch self {
    case .boolean, .integer: described
    case .number(let number): number.isFinite ? described : nil
    case .string(let text) where text.utf8.count <= 40 && !text.contains { "\"\\".contains($0) }:
      "\"\(text.printable(upTo: 40))\""
    case .nil: "nil"
    case .string, .bytes, .table, .function, .object: nil
    }
  }
}
