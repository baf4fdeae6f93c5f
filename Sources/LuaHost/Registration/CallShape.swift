import CLuaBridge
import Support

/// The argument checks of one function, worked out once when it is registered.
final class CallShape {
  let entry: FunctionEntry
  /// The slot of the first argument: 2 for methods and calls of modules.
  let first: Int
  /// The parameters as objects: reading one of an array of large structs would copy all its fields.
  let parameters: [Slot]
  private let hasRest: Bool
  /// Whether a call without arguments is right.
  private let needsNothing: Bool

  /// One parameter, with its options as slots of their own.
  final class Slot {
    let parameter: FunctionParameter
    let name: String
    let options: [Slot]?
    /// The only Lua type that needs no closer look; nil: ask the parameter.
    let plainKind: Int32?
    /// Whether any whole number may be given, so that one needs no closer look.
    let takesIntegers: Bool
    /// Whether it must be given.
    let isRequired: Bool

    init(_ parameter: FunctionParameter) {
      self.parameter = parameter
      name = parameter.name
      options = parameter.options?.map(Slot.init)
      isRequired = parameter.isRequired
      takesIntegers = parameter.options == nil && parameter.range == nil && parameter.type.takesIntegers
      plainKind =
        switch parameter.type {
        case .number where parameter.range == nil: LUA_TNUMBER
        case .string: LUA_TSTRING
        case .boolean: LUA_TBOOLEAN
        case .function: LUA_TFUNCTION
        case .table where parameter.options == nil: LUA_TTABLE
        default: nil
        }
    }
  }

  init(_ entry: FunctionEntry) {
    self.entry = entry
    first = entry.isMethod || entry.isModuleCall ? 2 : 1
    parameters = entry.parameters.map(Slot.init)
    hasRest = entry.parameters.last?.isRest ?? false
    needsNothing = !entry.parameters.contains { $0.isRequired }
  }

  /// What the function touches, in a fixed order.
  private(set) lazy var touched = entry.touches.sorted()

  func checkArguments(on stack: LuaStack) throws {
    do {
      if !entry.leadingOptions.isEmpty { try makeRoomBeforeOptions(on: stack) }
      try checkEach(on: stack)
    } catch {
      // `crate.add(1)` shifts every argument; then the missing object is the mistake to name.
      if entry.isMethod, stack.className(at: 1) != entry.className {
        let got = try stack.value(at: 1).described
        throw LuaError(
          "\(entry.qualifiedName): expected \(article(entry.className)) \(entry.className), got \(got); "
            + "call it with a colon: \(entry.qualifiedName)(…)")
      }
      throw error
    }
  }

  /// Puts nils before a table that ends the call where an argument is and has an option that makes it the options.
  private func makeRoomBeforeOptions(on stack: LuaStack) throws {
    let slot = stack.count
    let missing = parameters.count - 1 - (slot - first)
    guard slot >= first, missing > 0, parameters.last?.options != nil, stack.kind(at: slot) == .table
    else { return }
    try stack.reserve(missing + 1)
    let leads = entry.leadingOptions.contains { name in
      stack.push(name)
      defer { stack.pop() }
      return lua_rawget(stack.pointer, Int32(slot)) != LUA_TNIL
    }
    guard leads else { return }
    for _ in 0..<missing {
      stack.pushNil()
      lua_rotate(stack.pointer, Int32(slot), 1)
    }
  }

  private func checkEach(on stack: LuaStack) throws {
    let given = stack.count - first + 1
    if given <= 0, needsNothing { return }
    if given > parameters.count && !hasRest { try failExtra(given: given, on: stack) }
    var index = 0
    while index < parameters.count {
      let parameter = parameters[index]
      if index == parameters.count - 1, hasRest {
        for slot in stride(from: first + index, through: stack.count, by: 1) {
          try check(parameter, at: slot, on: stack)
        }
      } else if parameter.plainKind != lua_type(stack.pointer, Int32(first + index)) {
        try check(parameter, at: first + index, on: stack)
      }
      index += 1
    }
  }

  /// What is right is let through before anything of an error is made: it is so at almost every call.
  private func check(_ slot: Slot, at index: Int, on stack: LuaStack) throws {
    if slot.takesIntegers, stack.isInteger(at: index) { return }
    if stack.kind(at: index).rawValue <= 0 {
      if slot.isRequired { throw missing(slot.parameter, at: index) }
    } else if let options = slot.options, stack.kind(at: index) == .table {
      try check(options, inTableAt: index, on: stack)
    } else if slot.options != nil || !slot.parameter.accepts(index, on: stack) {
      throw misfit(slot.parameter, at: index, on: stack)
    }
  }

  private func place(_ parameter: FunctionParameter, at index: Int) -> String {
    "argument \(index - first + 1) '\(parameter.name)'"
  }

  private func missing(_ parameter: FunctionParameter, at index: Int) -> LuaError {
    LuaError(
      "\(entry.qualifiedName): \(place(parameter, at: index)) is missing; expected \(expectation(of: parameter))\(hintForMissing)"
    )
  }

  private func misfit(_ parameter: FunctionParameter, at index: Int, on stack: LuaStack) -> LuaError {
    let hint: String
    if parameter.options != nil {
      hint = self.hint(forOptions: parameter, at: index, on: stack)
    } else if parameter.isRest {
      hint = ""
    } else {
      hint = self.hint(forNamesAt: index, on: stack) + self.hint(forExchangeAt: index, on: stack)
    }
    return mismatch(place(parameter, at: index), parameter, at: index, on: stack, hint: hint)
  }

  private func check(_ options: [Slot], inTableAt table: Int, on stack: LuaStack) throws {
    try stack.reserve(4)
    stack.pushNil()
    while lua_next(stack.pointer, Int32(table)) != 0 {
      let top = stack.count
      guard let name = stack.string(at: top - 1) else {
        let key = try stack.value(at: top - 1).described
        throw LuaError(
          "\(entry.qualifiedName): the options are named, as in {\(options.first?.name ?? "name") = …}; got the key \(key)"
        )
      }
      guard let option = options.first(where: { $0.name == name }) else {
        let names = options.map(\.name)
        let hint =
          ForeignNames.option(name, among: names).map { "; write \($0) = …" }
          ?? NearestName.hint(name, in: names)
        throw LuaError("\(entry.qualifiedName): unknown option '\(name)'" + hint)
      }
      if option.plainKind != lua_type(stack.pointer, -1), !option.parameter.accepts(top, on: stack) {
        throw mismatch("option '\(name)'", option.parameter, at: top, on: stack)
      }
      stack.pop()
    }
    for option in options where option.parameter.isRequired {
      stack.push(option.name)
      let isPresent = lua_rawget(stack.pointer, Int32(table)) != LUA_TNIL
      stack.pop()
      if !isPresent {
        throw LuaError(
          "\(entry.qualifiedName): option '\(option.name)' is missing; expected \(expectation(of: option.parameter))"
        )
      }
    }
  }

  private func failExtra(given: Int, on stack: LuaStack) throws {
    let count = parameters.count
    // In `sequential(a, b)` the elements of a list stand without its braces.
    if let list = parameters.first?.parameter, list.type.isElement(first, on: stack) {
      throw LuaError(
        "\(entry.qualifiedName): takes \(list.type.described), got \(given) arguments; write \(braced)")
    }
    let list = listHint(upTo: stack.count, on: stack)
    let most = count == 0 ? "no arguments" : "at most \(count) argument\(count == 1 ? "" : "s")"
    throw LuaError(
      "\(entry.qualifiedName): takes \(most), got \(given)"
        + (list.isEmpty ? ": \(entry.signature)" : list))
  }

  /// - Parameter hint: what to write where nothing better is known.
  private func mismatch(
    _ what: String, _ parameter: FunctionParameter, at slot: Int, on stack: LuaStack, hint: String = ""
  ) -> LuaError {
    let got = (try? stack.value(at: slot).described) ?? "something else"
    var hint = parameter.type.wrongElement(slot, on: stack).map { " whose " + $0 } ?? hint
    if slot == first, parameters.count == 1, parameter.type.isElement(slot, on: stack) {
      hint = "; write \(braced)"
    }
    return LuaError(
      "\(entry.qualifiedName): \(what) must be \(expectation(of: parameter)), got \(got)\(hint)")
  }

  /// The call with a list in braces.
  private var braced: String { "\(entry.qualifiedName){…}" }

  private func expectation(of parameter: FunctionParameter) -> String {
    if parameter.options != nil { return "a table of options" }
    return Setting.expectation(parameter.type.described, parameter.range)
  }
}

extension FunctionParameter {
  /// Whether the value at `slot` may be passed for this parameter.
  @inline(__always)
  func accepts(_ slot: Int, on stack: LuaStack) -> Bool {
    guard type.accepts(slot, on: stack) else { return false }
    guard let range, let number = stack.number(at: slot) else { return true }
    return range.admits(number)
  }
}

extension ParameterType {
  /// Whether the value at `slot` is no list of those that are asked for, but could be an element of one.
  fileprivate func isElement(_ slot: Int, on stack: LuaStack) -> Bool {
    guard case .list(let element) = self, !accepts(slot, on: stack) else { return false }
    return element.accepts(slot, on: stack)
  }

  /// Which element of the list at `slot` is none of those that it may have: "element 2 is 2.5"; nil where there is no
  /// list, or another mistake.
  fileprivate func wrongElement(_ slot: Int, on stack: LuaStack) -> String? {
    if case .either(let types) = self {
      return types.lazy.compactMap { $0.wrongElement(slot, on: stack) }.first
    }
    guard case .list(let element) = self, stack.kind(at: slot) == .table, (try? stack.reserve(4)) != nil
    else { return nil }
    let table = stack.absolute(slot)
    for index in 0..<Int(lua_rawlen(stack.pointer, table)) {
      lua_rawgeti(stack.pointer, table, lua_Integer(index + 1))
      defer { stack.pop() }
      if element.accepts(stack.count, on: stack) { continue }
      let got = (try? stack.value(at: stack.count).described) ?? "something else"
      var hint = ""
      // `relu` was written for `relu()`.
      if case .object(let name) = element, stack.kind(at: stack.count) == .function {
        hint = "; a function that makes \(article(name)) \(name) is called with ()"
      }
      return "element \(index + 1) is \(got)\(hint)"
    }
    return nil
  }

  /// Whether every whole number is one of its values.
  fileprivate var takesIntegers: Bool {
    switch self {
    case .any, .integer, .number: true
    case .either(let types): types.contains { $0.takesIntegers }
    default: false
    }
  }

  func accepts(_ slot: Int, on stack: LuaStack) -> Bool {
    switch self {
    case .any: return true
    case .boolean: return stack.kind(at: slot) == .boolean
    case .integer: return stack.integer(at: slot) != nil
    case .number: return stack.kind(at: slot) == .number
    case .string: return stack.kind(at: slot) == .string
    case .function: return stack.kind(at: slot) == .function
    case .table: return stack.kind(at: slot) == .table
    case .numbers: return stack.kind(at: slot) == .table || stack.kind(at: slot) == .object
    case .choice(let words): return stack.string(at: slot).map(words.contains) ?? false
    case .object(let name): return stack.className(at: slot) == name
    case .either(let types): return types.contains { $0.accepts(slot, on: stack) }
    case .list(let element):
      guard stack.kind(at: slot) == .table, (try? stack.reserve(2)) != nil else { return false }
      let table = stack.absolute(slot)
      for index in 0..<Int(lua_rawlen(stack.pointer, table)) {
        lua_rawgeti(stack.pointer, table, lua_Integer(index + 1))
        defer { stack.pop() }
        if !element.accepts(stack.count, on: stack) { return false }
      }
      return true
    }
  }
}
