import CLuaBridge
import Support
import Tensor

/// Numbers that a script passed: a list, nested lists of equal lengths, a tensor, or an object with `totable()`.
public struct NumberArray {
  /// Lengths from the outermost list inwards.
  public let sizes: [Int]
  /// The numbers, row after row.
  public let values: [Double]

  /// More levels than any tensor needs; a table that contains itself ends here.
  private static let deepest = 16

  /// Reads the value at `index`.
  ///
  /// - Parameter place: what an error names, such as `figure:line: argument 1 'x'`.
  public init(at index: Int, on stack: LuaStack, _ place: @autoclosure () -> String) throws {
    if let tensor = stack.object(at: index, as: Tensor.self) {
      sizes = tensor.shape.sizes
      try MemoryBudget.shared.require(tensor.count * MemoryLayout<Double>.stride)
      values = try tensor.values().map(Double.init)
      return
    }
    let base = stack.count
    defer { stack.count = base }
    guard try Self.pushTable(of: index, on: stack) else {
      let got = try stack.value(at: index).described
      throw LuaError("\(place()) must be a list of numbers or a tensor, got \(got)")
    }
    var reader = Reader(stack: stack)
    try reader.measure(place)
    // A list may hold one list many times, so that few bytes of Lua mean any number of numbers.
    try Shape(reader.sizes).validated(for: "numbers")
    let count = Shape(reader.sizes).count
    try MemoryBudget.shared.require(count * MemoryLayout<Double>.stride)
    reader.values.reserveCapacity(count)
    try reader.fill(level: 0, path: [], place)
    (sizes, values) = (reader.sizes, reader.values)
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

  private struct Reader {
    let stack: LuaStack
    var sizes: [Int] = []
    var values: [Double] = []

    /// The lengths along the first elements of the table on top.
    mutating func measure(_ place: () -> String) throws {
      let base = stack.count
      defer { stack.count = base }
      try stack.reserve(NumberArray.deepest + 4)
      while stack.kind(at: -1) == .table {
        guard sizes.count < NumberArray.deepest else {
          throw LuaError("\(place()): lists are nested more than \(NumberArray.deepest) deep")
        }
        sizes.append(Int(lua_rawlen(stack.pointer, -1)))
        if lua_rawgeti(stack.pointer, -1, 1) == LUA_TNIL { break }
      }
    }

    /// Appends the numbers of the table on top.
    mutating func fill(level: Int, path: [Int], _ place: () -> String) throws {
      let isInnermost = level == sizes.count - 1
      if isInnermost { try Cancellation.check() }
      for i in 1..<sizes[level] + 1 {
        let type = lua_rawgeti(stack.pointer, -1, lua_Integer(i))
        if isInnermost {
          guard type == LUA_TNUMBER else { throw unexpected("a number", path + [i], place) }
          values.append(lua_tonumberx(stack.pointer, -1, nil))
        } else {
          guard type == LUA_TTABLE else { throw unexpected("a list", path + [i], place) }
          let length = Int(lua_rawlen(stack.pointer, -1))
          guard length == sizes[level + 1] else {
            let element = (path + [i]).map { "[\($0)]" }.joined()
            throw LuaError(
              "\(place()): lists of unequal lengths: element \(element) has \(length), those before it \(sizes[level + 1])"
            )
          }
          try fill(level: level + 1, path: path + [i], place)
        }
        stack.pop()
      }
    }

    private func unexpected(_ what: String, _ path: [Int], _ place: () -> String) -> LuaError {
      let got = (try? stack.value(at: -1).described) ?? "something else"
      return LuaError("\(place()): element \(path.map { "[\($0)]" }.joined()) must be \(what), got \(got)")
    }
  }
}

extension LuaCall {
  /// The numbers of an argument of type ``ParameterType/numbers``, in any number of axes.
  public func numberArray(_ name: String) throws -> NumberArray {
    try read(name, { try NumberArray(at: $0, on: stack, place(name)) }, fallback: { _ in nil })
  }

  /// The numbers of a list or of a tensor with one axis.
  public func doubles(_ name: String) throws -> [Double] {
    let array = try numberArray(name)
    guard array.sizes.count == 1 else {
      throw LuaError("\(place(name)) must have one axis, got shape \(Shape(array.sizes))")
    }
    return array.values
  }

  /// The numbers of a list or of a tensor with one axis.
  public func floats(_ name: String) throws -> [Float] { try doubles(name).map(Float.init) }

  /// The rows of a list of lists or of a tensor with two axes.
  public func matrix(_ name: String) throws -> [[Double]] {
    let array = try numberArray(name)
    guard array.sizes.count == 2 else {
      throw LuaError("\(place(name)) must have two axes (rows of numbers), got shape \(Shape(array.sizes))")
    }
    let columns = array.sizes[1]
    guard columns > 0 || array.sizes[0] == 0 else {
      throw LuaError("\(place(name)) has no numbers: its shape is \(Shape(array.sizes))")
    }
    return (0..<array.sizes[0]).map { Array(array.values[$0 * columns..<($0 + 1) * columns]) }
  }

  /// What error messages call an argument: `figure:line: argument 1 'x'`.
  func place(_ name: String) -> String {
    let entry = shape.entry
    for (index, parameter) in entry.parameters.enumerated() {
      if parameter.name == name, parameter.options == nil {
        return "\(entry.qualifiedName): argument \(index + 1) '\(name)'"
      }
    }
    return "\(entry.qualifiedName): option '\(name)'"
  }
}
