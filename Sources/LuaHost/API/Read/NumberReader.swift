import CLuaBridge
import Support
import Tensor

/// Reads a list of numbers, or nested lists of equal lengths, straight to where they are wanted.
///
/// The lengths are known before any number is read, so that the caller may ask for the memory first: a list may hold
/// one list many times, and few bytes of Lua mean any number of numbers.
struct NumberReader {
  /// Lengths from the outermost list inwards.
  let sizes: [Int]
  /// Whether the lists hold truth values, which are read as 1 and 0, instead of numbers.
  let holdsTruth: Bool
  private let stack: LuaStack

  /// More levels than any tensor needs; a table that contains itself ends here.
  private static let deepest = 16

  /// Finds the lengths of the value at `index`, and leaves the table on top of the stack, where it is to be read.
  ///
  /// - Parameters:
  ///   - allowsTruth: whether lists of truth values are read as well.
  ///   - place: what an error names, such as `figure:line: argument 1 'x'`.
  init(at index: Int, on stack: LuaStack, allowsTruth: Bool = false, _ place: () -> String) throws {
    let source = Int(stack.absolute(index))
    guard try Self.pushTable(of: source, on: stack) else {
      let got = try stack.value(at: source).described
      throw LuaError("\(place()) must be a list of numbers or a tensor, got \(got)")
    }
    // Other fields are the script's business; a number in another place would be lost.
    let length = Int(lua_rawlen(stack.pointer, -1))
    if let key = try stack.strayKey(ofListAt: -1, length: length), key.asNumber != nil {
      throw LuaError("\(place()) must be a list of numbers, got a table with \(key.describedAsKey)")
    }
    self.stack = stack
    let found = try Self.measure(stack, place)
    sizes = found.sizes
    holdsTruth = allowsTruth && found.holdsTruth
    try Shape(sizes).validated(for: "numbers")
  }

  /// Pushes the table at `index`, or the one that its `totable` method returns.
  private static func pushTable(of index: Int, on stack: LuaStack) throws -> Bool {
    try stack.reserve(4)
    let source = stack.absolute(index)
    if stack.kind(at: index) == .table, lua_rawlen(stack.pointer, source) > 0 || !hasToTable(source, stack) {
      lua_pushvalue(stack.pointer, source)
      return true
    }
    guard hasToTable(source, stack) else { return false }
    stack.push("totable")
    try stack.getField(ofTableAt: Int(source))
    lua_pushvalue(stack.pointer, source)
    try stack.call(arguments: 1, results: 1)
    return stack.kind(at: -1) == .table
  }

  private static func hasToTable(_ index: Int32, _ stack: LuaStack) -> Bool {
    if let entry = stack.classEntry(at: Int(index)) { return entry.methods.contains { $0.name == "totable" } }
    guard stack.kind(at: Int(index)) == .table else { return false }
    stack.push("totable")
    guard (try? stack.getField(ofTableAt: Int(index))) != nil else { return false }
    defer { stack.pop() }
    return stack.kind(at: -1) == .function
  }

  /// The lengths along the first elements of the table on top, and whether the first value of all is a truth value.
  private static func measure(
    _ stack: LuaStack, _ place: () -> String
  ) throws -> (sizes: [Int], holdsTruth: Bool) {
    let base = stack.count
    defer { stack.count = base }
    try stack.reserve(deepest + 4)
    var sizes: [Int] = []
    while stack.kind(at: -1) == .table {
      guard sizes.count < deepest else {
        throw LuaError("\(place()): lists are nested more than \(deepest) deep")
      }
      sizes.append(Int(lua_rawlen(stack.pointer, -1)))
      if lua_rawgeti(stack.pointer, -1, 1) == LUA_TNIL { break }
    }
    return (sizes, stack.kind(at: -1) == .boolean)
  }

  /// Reads the numbers of the table on top, row after row, to `target`, which has room for the product of ``sizes``.
  func read<Number: BinaryFloatingPoint>(into target: UnsafeMutablePointer<Number>, _ place: () -> String)
    throws
  {
    try stack.reserve(Self.deepest + 4)
    var next = target
    try fill(&next, level: 0, path: [], place)
  }

  /// Whatever the lists hold by now, exactly as many numbers are written as ``sizes`` say, or it throws.
  private func fill<Number: BinaryFloatingPoint>(
    _ next: inout UnsafeMutablePointer<Number>, level: Int, path: [Int], _ place: () -> String
  ) throws {
    let isInnermost = level == sizes.count - 1
    if isInnermost { try Cancellation.check() }
    for i in 1..<sizes[level] + 1 {
      if i & 0xFFFF == 0 { try Cancellation.check() }
      let type = lua_rawgeti(stack.pointer, -1, lua_Integer(i))
      if isInnermost {
        if holdsTruth {
          guard type == LUA_TBOOLEAN else { throw unexpected("true or false", path + [i], place) }
          next.initialize(to: lua_toboolean(stack.pointer, -1) != 0 ? 1 : 0)
        } else {
          guard type == LUA_TNUMBER else { throw unexpected("a number", path + [i], place) }
          next.initialize(to: Number(lua_tonumberx(stack.pointer, -1, nil)))
        }
        next += 1
      } else {
        guard type == LUA_TTABLE else { throw unexpected("a list", path + [i], place) }
        let length = Int(lua_rawlen(stack.pointer, -1))
        guard length == sizes[level + 1] else {
          let element = (path + [i]).map { "[\($0)]" }.joined()
          throw LuaError(
            "\(place()): lists of unequal lengths: element \(element) has \(length), those before it \(sizes[level + 1])"
          )
        }
        try fill(&next, level: level + 1, path: path + [i], place)
      }
      stack.pop()
    }
  }

  private func unexpected(_ what: String, _ path: [Int], _ place: () -> String) -> LuaError {
    let got = (try? stack.value(at: -1).described) ?? "something else"
    let hint = stack.className(at: -1) == Tensor.className ? "; gfnet.tensor.stack joins tensors" : ""
    return LuaError(
      "\(place()): element \(path.map { "[\($0)]" }.joined()) must be \(what), got \(got)\(hint)")
  }
}
