import CLuaBridge
import Support

/// `gfnet.progress`: a loop that shows how far it has come.
enum ProgressFunction {
  private static let iterable = ArgumentKey<LuaValue>(
    FunctionParameter(
      "iterable", .any,
      "a number n for 1 to n, a list, a data set, or what a generic for takes: pairs(t), a function"))
  private static let rest = ArgumentKey<[LuaValue]>(
    .rest("more", .any, "what pairs(t) and the like return beside the function; then {label=, total=}"))

  static let entry = FunctionEntry(
    "progress", "Goes through a loop and shows how far it has come.", [iterable, rest],
    returns: "function: for the loop, with its state; what the loop gets is that of the iterable",
    example: "for i in gfnet.progress(3, {label = \"seeds\"}) do local square = i * i end",
    discussion: """
      A number counts from 1. A list or a data set gives its places and elements, as ipairs does. A function, batches of a \
      data set, or what pairs(t), string.gmatch(…) and the like return, gives what it gives. The last argument may be a table with \
      label, which stands before the bar, and total, which says how many steps an iterator will take. The bar is on \
      standard error, where that is a terminal; elsewhere there is a line every 15 seconds. Loops that end within two \
      seconds show nothing. break and errors end it, too.
      """
  ) { call -> LuaResults in
    let stack = call.stack
    var values = [try call[iterable]] + (try call[rest])
    let options = try takeOptions(from: &values)
    let first = values[0]
    let count = try count(of: first)
    guard count != nil || first.asFunction != nil || isCallable(first, on: stack) else {
      throw LuaError(
        "\(call.place(iterable)) must be a number, a list, a data set or an iterator, got \(first.described)")
    }
    guard count == nil || values.count == 1 else {
      throw LuaError(
        "gfnet.progress: what follows \(first.described) must be {label =, total =}, got \(values[1].described)"
      )
    }
    let total = try options.total ?? count ?? lengthOfIterator(first)
    let bar = ProgressReporter(options.label ?? "progress", total: total)
    let closer = try closer(of: bar, inner: values.count > 3 ? values[3] : .nil, on: stack)
    stack.push { stack in
      stack.push(bar.updatePlanningNext(stack.integer(at: 1) ?? 0))
      return 1
    }
    let tick = LuaFunction(popping: stack)
    let made = try maker(on: stack).call(
      kind(of: first), first, values.count > 1 ? values[1] : .nil, tick, count ?? 0)
    let control: LuaValue = values.count > 2 ? values[2] : .nil
    return LuaResults(made.first ?? .nil, LuaValue.nil, count == nil ? control : .integer(0), closer)
  }

  /// What a script asks for beside the loop.
  private struct Options {
    var label: String?
    var total: Int?
  }

  /// Takes `{label =, total =}` off the end, where it is there.
  private static func takeOptions(from values: inout [LuaValue]) throws -> Options {
    guard values.count > 1, let table = values.last?.asTable else { return Options() }
    let fields = try table.pairs()
    guard !fields.isEmpty, fields.contains(where: { ["label", "total"].contains($0.key.asString ?? "") })
    else {
      // It is the state of an iterator, such as the table of pairs.
      guard values[0].asFunction == nil, let (key, _) = fields.first else { return Options() }
      throw LuaError("gfnet.progress: the options are label and total; got \(key.describedAsKey)")
    }
    var options = Options()
    for (key, value) in fields {
      switch (key.asString, value) {
      case ("label", .string(let label)): options.label = label
      case ("total", _) where (value.asInteger ?? -1) >= 0: options.total = value.asInteger
      case ("label", _):
        throw LuaError("gfnet.progress: option 'label' must be a string, got \(value.described)")
      case ("total", _):
        throw LuaError("gfnet.progress: option 'total' must be a whole number from 0, got \(value.described)")
      default: throw LuaError("gfnet.progress: the options are label and total; got \(key.describedAsKey)")
      }
    }
    values.removeLast()
    return options
  }

  /// The steps of a loop over a number, a list or an object with a length; nil for iterators.
  private static func count(of value: LuaValue) throws -> Int? {
    switch value {
    case .integer(let number): return max(number, 0)
    case .number(let number):
      guard let whole = Int(exactly: number) else {
        throw LuaError("gfnet.progress: counts whole steps, got \(value.described)")
      }
      return max(whole, 0)
    case .table(let table):
      let stack = try table.liveStack()
      try table.push(onto: stack)
      defer { stack.pop() }
      if gf_push_metafield(stack.pointer, -1, "__call") {
        stack.pop()
        return nil
      }
      return try stack.length(at: -1)
    case .object(let object):
      let stack = try object.liveStack()
      try object.push(onto: stack)
      defer { stack.pop() }
      guard stack.classEntry(at: -1)?.count != nil, !isCallable(value, on: stack) else { return nil }
      return try stack.length(at: -1)
    default: return nil
    }
  }

  /// How many steps an object takes that a loop calls, such as batches of a data set, where it knows.
  private static func lengthOfIterator(_ value: LuaValue) throws -> Int? {
    guard case .object(let object) = value else { return nil }
    let stack = try object.liveStack()
    try object.push(onto: stack)
    defer { stack.pop() }
    guard stack.classEntry(at: -1)?.count != nil, isCallable(value, on: stack) else { return nil }
    return try stack.length(at: -1)
  }

  private static func isCallable(_ value: LuaValue, on stack: LuaStack) -> Bool {
    guard (try? value.push(onto: stack)) != nil else { return false }
    defer { stack.pop() }
    guard gf_push_metafield(stack.pointer, -1, "__call") else { return false }
    stack.pop()
    return true
  }

  private static func kind(of value: LuaValue) -> String {
    switch value {
    case .integer, .number: "count"
    case .table(let table): (try? count(of: .table(table))) ?? nil != nil ? "list" : "iterator"
    case .object: (try? count(of: value)) ?? nil != nil ? "list" : "iterator"
    default: "iterator"
    }
  }

  /// A value whose closing, at the end of the loop however that comes, ends the bar and closes the iterator's own.
  private static func closer(
    of bar: ProgressReporter, inner: LuaValue, on stack: LuaStack
  ) throws -> LuaTable {
    try stack.reserve(8)
    stack.pushTable()
    stack.pushTable(fields: 1)
    stack.push("__close")
    stack.push { stack in
      bar.finish()
      guard !inner.isNil else { return 0 }
      stack.count = 2
      try inner.push(onto: stack)
      guard gf_push_metafield(stack.pointer, 3, "__close") else { return 0 }
      stack.pushCopy(ofValueAt: 3)
      stack.pushCopy(ofValueAt: 2)
      try stack.call(arguments: 2, results: 0)
      return 0
    }
    stack.rawSet(tableAt: -3)
    stack.setMetatable(ofValueAt: -2)
    try stack.checkPushes()
    return LuaTable(popping: stack)
  }

  /// The steps are taken in Lua: iterators may then yield, and return any number of values.
  private static let source = """
    local kind, given, state, tick, count = ...
    local done, due = 0, 1
    local function step()
      if done >= due then due = tick(done) end
      done = done + 1
    end
    if kind == "count" then
      return function(_, i) step() if i < count then return i + 1 end end
    elseif kind == "list" then
      return function(_, i) step() if i < count then return i + 1, given[i + 1] end end
    end
    return function(_, control) step() return given(state, control) end
    """

  /// The loop holds a function and its argument, and so is the code of the plugin that asks for it.
  private static func maker(on stack: LuaStack) throws -> LuaFunction {
    let mark = try stack.state.callingPlugin()?.mark ?? ""
    try stack.load(source, name: mark + "gfnet.progress")
    return LuaFunction(popping: stack)
  }
}
