import LuaHost
import Support

/// Lua expressions for arguments: what is expected, what is nearly so, and what is not at all.
struct HostileValues {
  private let draw: CounterRandom
  /// Another call, as an argument or the body of a callback.
  private let call: (CounterRandom) -> String

  init(_ draw: CounterRandom, call: @escaping (CounterRandom) -> String) {
    self.draw = draw
    self.call = call
  }

  private static let integers = [
    "0", "1", "-1", "2", "3", "4", "7", "16", "32", "64", "-3", "255", "65536", "1 << 20", "1 << 31",
    "1 << 32",
    "1 << 40", "1 << 53", "1 << 62", "math.maxinteger", "math.mininteger", "math.mininteger + 1",
    "math.maxinteger - 1",
  ]
  private static let numbers = [
    "0.5", "-0.5", "0.0", "-0.0", "1e-320", "1e300", "-1e300", "1e308 * 10", "-1e308 * 10", "0/0", "2^53",
    "2^63",
    "-2^63", "2^31 + 0.5", "0.1 + 0.2", "3.0", "1e15",
  ]
  private static let strings = [
    "''", "'a'", "'x.safetensors'", "'no/such/folder/x'", "'..'", "'.'", "'\\0'", "'a\\0b'", "'\\xff\\xfe'",
    "'é日本🙂'", "long", "'%s%d%n'", "'\\27[31m'", "'line\\nline\\r\\n'", "'1e999'", "'10'", "'test'", "'train'",
    "'confidence'", "'tensors'", "'red'", "'nan'",
  ]
  private static let tables = [
    "{}", "{1, 2, 3}", "{{1, 2}, {3, 4}}", "{{1}, {2, 3}}", "{1, nil, 3}", "{[1] = 1, [1 << 40] = 2}",
    "{[math.mininteger] = 1}", "{a = 1}", "{[0.5] = 1}", "{{}}", "{{}, {}}", "{'a', 'b'}", "{1, 'a'}",
    "{true}",
    "{0/0}", "{1e300, -1e300}", "{math.mininteger, math.maxinteger}", "cyclic", "shared", "odd", "raising",
    "{tensor()}", "{tensor(), tensor(2)}", "{layer(), layer()}", "{odd, odd}", "{['\\xff'] = 1}", "{print}",
    "setmetatable({}, {__index = {1, 2, 3}})",
  ]

  private func pick(_ list: [String], _ draw: CounterRandom, _ index: Int = 0) -> String {
    list[draw.integer(index, below: list.count)]
  }

  /// An object of a class; now and then of another, released, or no object at all.
  func object(_ name: String, _ draw: CounterRandom) -> String {
    switch draw.integer(0, below: 40) {
    case 0: return "nil"
    case 1: return "{}"
    case 2: return "tensor(8)"
    case 3: return "model()"
    default: break
    }
    return name == "tensor" ? "tensor(\(draw.integer(1, below: 10) + 1))" : "\(name.filter { $0 != " " })()"
  }

  /// The arguments of a call; a few too many or too few now and then.
  func arguments(of entry: FunctionEntry, _ depth: Int) -> String {
    var arguments: [String] = []
    for (index, parameter) in entry.parameters.enumerated() {
      let draw = draw.child(index)
      let repeats = parameter.isRest ? draw.integer(0, below: 4) : 1
      for place in 0..<repeats { arguments.append(value(of: parameter, draw.child(place), depth)) }
    }
    switch draw.integer(0, below: 24) {
    case 0: arguments.append(any(draw.child(100), depth))
    case 1: arguments = Array(arguments.dropLast())
    default: break
    }
    return arguments.joined(separator: ", ")
  }

  private func value(of parameter: FunctionParameter, _ draw: CounterRandom, _ depth: Int) -> String {
    if !parameter.isRequired, !parameter.isRest, draw.integer(10, below: 3) == 0 { return "nil" }
    if draw.integer(11, below: 12) == 0 { return any(draw.child(12), depth) }
    guard let options = parameter.options else { return value(of: parameter.type, draw, depth) }
    var fields: [String] = []
    for (index, option) in options.enumerated() {
      guard option.isRequired || draw.integer(20 + index, below: 4) == 0 else { continue }
      fields.append("\(option.name) = \(value(of: option, draw.child(index), depth))")
    }
    if draw.integer(13, below: 30) == 0 { fields.append("[\(any(draw.child(14), 9))] = 1") }
    return "{\(fields.joined(separator: ", "))}"
  }

  private func value(of type: ParameterType, _ draw: CounterRandom, _ depth: Int) -> String {
    let inner = draw.child(0)
    switch type {
    case .any: return any(inner, depth)
    case .boolean: return draw.integer(1, below: 2) == 0 ? "true" : "false"
    case .integer: return pick(Self.integers, inner)
    case .number: return pick(draw.integer(1, below: 2) == 0 ? Self.numbers : Self.integers, inner)
    case .string: return pick(Self.strings, inner)
    case .function: return function(inner, depth)
    case .table: return pick(Self.tables, inner)
    case .choice(let words):
      return draw.integer(1, below: 8) == 0 ? pick(Self.strings, inner) : "\"\(pick(words, inner))\""
    case .numbers:
      return draw.integer(1, below: 3) == 0 ? "tensor(\(inner.integer(0, below: 10) + 1))" : numbers(inner)
    case .list(let element):
      let count = [0, 1, 2, 3, 3, 6][draw.integer(1, below: 6)]
      return "{" + (0..<count).map { value(of: element, draw.child(2 + $0), depth) }.joined(separator: ", ")
        + "}"
    case .object(let name): return object(name, inner)
    case .either(let types): return value(of: types[draw.integer(1, below: types.count)], inner, depth)
    }
  }

  /// A list of numbers, sane more often than not.
  private func numbers(_ draw: CounterRandom) -> String {
    switch draw.integer(0, below: 5) {
    case 0: return pick(Self.tables, draw, 1)
    case 1: return "{\(pick(Self.numbers, draw, 1)), \(pick(Self.integers, draw, 2))}"
    case 2: return "{totable = function() return \(pick(Self.tables, draw, 1)) end}"
    default:
      return ["{1, 2, 3}", "{0.5}", "{3, 1, 2, 5}", "{{1, 2, 3}, {4, 5, 6}}"][draw.integer(1, below: 4)]
    }
  }

  /// A callback: harmless, wrong, or reaching back into what called it.
  private func function(_ draw: CounterRandom, _ depth: Int) -> String {
    switch draw.integer(0, below: 9) {
    case 0: return "function() error('callback') end"
    case 1: return "function(...) return ... end"
    case 2: return "function() return 0/0, math.mininteger end"
    case 3: return "function() if o then pcall(function() o:free() end) end return true end"
    case 4 where depth < 2: return "function(...) \(call(draw.child(1))) end"
    case 5 where depth < 2:
      return "function() local ok = pcall(function() \(call(draw.child(1))) end) return ok end"
    case 6: return "function() coroutine.yield(1) end"
    case 7: return "function() collectgarbage() return 0.5, 0.5 end"
    default: return "function() return \(pick(Self.tables, draw, 2)) end"
    }
  }

  /// Anything at all.
  func any(_ draw: CounterRandom, _ depth: Int) -> String {
    let inner = draw.child(0)
    switch draw.integer(1, below: 12) {
    case 0, 1: return pick(Self.integers, inner)
    case 2, 3: return pick(Self.numbers, inner)
    case 4: return pick(Self.strings, inner)
    case 5, 6, 7: return pick(Self.tables, inner)
    case 8: return function(inner, depth)
    case 9: return pick(["nil", "true", "false", "print", "gfnet", "gfnet.tensor", "io"], inner)
    case 10 where depth < 2: return "(function() \(call(inner)) end)()"
    default: return object(pick(["tensor", "figure", "dataset", "layer", "generator"], inner), inner)
    }
  }
}
