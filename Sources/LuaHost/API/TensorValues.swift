import CLuaBridge
import Support
import Tensor

extension Tensor: LuaPushable {
  /// Pushes the tensor as a Lua object that owns its memory.
  public func push(onto stack: LuaStack) throws {
    try stack.push(object: self, accountedAs: storage.bytes + objectBookkeeping)
  }
}

/// A tensor that may be a view of another: shared memory is accounted for once, by the tensor that made it.
public struct TensorView: LuaPushable {
  let tensor: Tensor
  let base: Tensor

  public init(_ tensor: Tensor, of base: Tensor) {
    self.tensor = tensor
    self.base = base
  }

  public func push(onto stack: LuaStack) throws {
    if tensor.storage !== base.storage { return try tensor.push(onto: stack) }
    try stack.push(object: tensor, accountedAs: objectBookkeeping)
  }
}

/// The result of a reduction or an index: a number when no axis is left, otherwise a tensor.
public struct NumberOrTensor: LuaPushable {
  let tensor: Tensor
  let base: Tensor

  public init(_ tensor: Tensor, of base: Tensor) {
    self.tensor = tensor
    self.base = base
  }

  public func push(onto stack: LuaStack) throws {
    if tensor.rank == 0 { return stack.push(Double(try tensor.item())) }
    try TensorView(tensor, of: base).push(onto: stack)
  }
}

/// 0-based places on their way to Lua: 1-based there, a whole number when no axis is left.
public struct PlacesFromZero: LuaPushable {
  let places: Tensor

  public init(_ places: Tensor) { self.places = places }

  public func push(onto stack: LuaStack) throws {
    if places.rank == 0 { return stack.push(Int(try places.item()) + 1) }
    try (places + 1).push(onto: stack)
  }
}

extension ParameterType {
  /// A tensor, or what becomes one: a number, or nested lists of numbers.
  public static let operand = ParameterType.either([.object("tensor"), .number, .table])
  /// One axis or several.
  static let axes = ParameterType.either([.integer, .list(.integer)])
}

extension LuaStack {
  /// The tensor at `index`; a number or nested lists of numbers become one.
  ///
  /// - Parameter place: what an error names, such as `tensor:matmul: argument 1 'other'`.
  public func tensor(at index: Int, _ place: @autoclosure () -> String) throws -> Tensor {
    if let tensor = object(at: index, as: Tensor.self) { return tensor }
    switch kind(at: index) {
    case .number: return try Tensor(Float(number(at: index) ?? 0))
    case .table:
      let base = count
      defer { count = base }
      let reader = try NumberReader(at: index, on: self, place)
      // Asks for the memory of all numbers before the first is read.
      let tensor = try Tensor.emptyRowMajor(Shape(reader.sizes))
      try reader.read(into: tensor.pointer, place)
      return tensor
    default:
      if className(at: index) == "tensor" { throw LuaError("\(place()): this tensor was freed") }
      throw LuaError(
        "\(place()) must be a tensor, a number or a list of numbers, got \(try value(at: index).described)")
    }
  }
}

extension LuaCall {
  /// An argument of type ``ParameterType/operand``.
  public func tensor(_ name: String) throws -> Tensor {
    try read(name, { try stack.tensor(at: $0, place(name)) }, fallback: { _ in nil })
  }

  /// The tensors of a list argument.
  public func tensors(_ name: String) throws -> [Tensor] {
    try elements(name).enumerated().map { index, value in
      try value.push(onto: stack)
      defer { stack.pop() }
      return try stack.tensor(at: -1, "\(place(name)): element \(index + 1)")
    }
  }

  /// An axis as Swift counts it, from what the script gave: 1 is the first, −1 the last.
  func axis(_ name: String, of shape: Shape) throws -> Int {
    try resolved(try integer(name), name, shape)
  }

  /// The axis, when one was given.
  func optionalAxis(_ name: String, of shape: Shape) throws -> Int? {
    try has(name) ? axis(name, of: shape) : nil
  }

  /// One axis or a list of them; nil when none was given.
  func optionalAxes(_ name: String, of shape: Shape) throws -> [Int]? {
    guard try has(name) else { return nil }
    let given = try value(name)
    guard let table = given.asTable else { return [try axis(name, of: shape)] }
    let pairs = try table.pairs()
    if let stray = pairs.first(where: { $0.key.asInteger == nil }) {
      throw LuaError(
        "\(place(name)) must be an axis or a list of axes, got the field \(stray.key.asString ?? "?"); options come after it, as in (nil, {…})"
      )
    }
    let axes = try pairs.map { try resolved($0.value.asInteger ?? 0, name, shape) }
    guard Set(axes).count == axes.count else { throw LuaError("\(place(name)) names an axis twice") }
    return axes
  }

  private func resolved(_ axis: Int, _ name: String, _ shape: Shape) throws -> Int {
    guard let place = Int(place: axis, of: shape.rank) else {
      let range = shape.rank == 0 ? "which has none" : "whose axes are 1 to \(shape.rank)"
      throw LuaError("\(place(name)) is axis \(axis) of a tensor of shape \(shape), \(range)")
    }
    return place
  }

  /// 1-based places along an axis as Swift counts them.
  func places(_ name: String, count: Int) throws -> [Int] {
    try doubles(name).enumerated().map { number, value in
      guard let place = Int(exactly: value).flatMap({ Int(place: $0, of: count) }) else {
        throw LuaError(
          "\(self.place(name)): element [\(number + 1)] must be a whole number from 1 to \(count), got \(LuaNumberText.shortest(value))"
        )
      }
      return place
    }
  }

  /// Sizes given one by one or as one list; sizes below `least` are errors.
  func sizes(least: Int = 0) throws -> Shape {
    let name = shape.entry.qualifiedName
    let given = try rest()
    var sizes: [Int] = []
    for value in given {
      if let size = value.asInteger {
        sizes.append(size)
      } else if let table = value.asTable, given.count == 1 {
        sizes = try table.elements(ofListAt: "\(name): the sizes").compactMap(\.asInteger)
      } else {
        throw LuaError("\(name): sizes are whole numbers or one list of them, as in (2, 3) or ({2, 3})")
      }
    }
    if let bad = sizes.first(where: { $0 < least }) {
      throw LuaError("\(name): a size must be at least \(least), got \(bad)")
    }
    let shape = Shape(sizes)
    // The sizes that stand for themselves; an open one is worked out from the tensor's.
    try Shape(sizes.filter { $0 >= 0 }).validated(for: self.shape.entry.name)
    return shape
  }

  static let sizeParameter = Parameter.rest(
    "sizes", .either([.integer, .list(.integer)]), "the sizes, one by one or as one list")
}
