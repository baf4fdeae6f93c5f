import CLuaBridge
import Tensor

/// `t[i]` and `t[{…}]`: what a script's key selects, as a view.
///
/// One entry per axis from the first: a whole number selects (and drops the axis), `{first, last}` and
/// `{first, last, step}` take a range with both ends, `{}` or nil takes all. Places are 1-based; −1 is the last.
struct TensorIndex {
  private enum Entry {
    case place(Int)
    case range(first: Int, last: Int, step: Int)
    case all
  }

  private let entries: [Entry]

  /// Reads the key at `slot`.
  init(at slot: Int, on stack: LuaStack) throws {
    if let place = stack.integer(at: slot) {
      entries = [.place(place)]
      return
    }
    if stack.className(at: slot) == "tensor" {
      throw LuaError(
        "tensor index: a tensor selects no elements; write t:where(a, b) with a mask, t:index(axis, places) with places"
      )
    }
    guard stack.kind(at: slot) == .table else {
      let got = try stack.value(at: slot).described
      throw LuaError("tensor index: expected a whole number or a table such as {{1, 2}, 3}, got \(got)")
    }
    var found: [Int: Entry] = [:]
    for (key, value) in try stack.pairs(at: slot) {
      guard let axis = key.asInteger, (1...64).contains(axis) else {
        throw LuaError(
          "tensor index: one entry per axis, as in t[{{1, 2}, 3}]; got the key \(key.asString.map { "'\($0)'" } ?? key.described)"
        )
      }
      found[axis] = try Self.entry(value, axis)
    }
    entries = (1..<(found.keys.max() ?? 0) + 1).map { found[$0] ?? .all }
  }

  private static func entry(_ value: LuaValue, _ axis: Int) throws -> Entry {
    if let place = value.asInteger { return .place(place) }
    guard let table = value.asTable else {
      throw LuaError(
        "tensor index: axis \(axis) takes a whole number, a range {first, last} or {} for all, got \(value.described)"
      )
    }
    let pairs = try table.pairs()
    if pairs.isEmpty { return .all }
    let numbers = pairs.compactMap(\.value.asInteger)
    guard pairs.compactMap(\.key.asInteger) == Array(1...pairs.count), numbers.count == pairs.count,
      numbers.count == 2 || numbers.count == 3
    else {
      throw LuaError(
        "tensor index: a range of axis \(axis) is {first, last} or {first, last, step}, such as {2, -1}")
    }
    return .range(first: numbers[0], last: numbers[1], step: numbers.count == 3 ? numbers[2] : 1)
  }

  /// The selected part of `tensor`; shares its memory.
  func view(of tensor: Tensor) throws -> Tensor {
    guard entries.count <= tensor.rank else {
      throw LuaError(
        tensor.rank == 0
          ? "tensor index: a scalar has no axes; its number is t:item()"
          : "tensor index: \(entries.count) entries for the \(tensor.rank) axes of shape \(tensor.shape)")
    }
    var result = tensor
    var axis = 0
    for (position, entry) in entries.enumerated() {
      switch entry {
      case .all: axis += 1
      case .place(let place):
        result = try result.selected(axis, try Self.resolved(place, position, tensor.shape))
      case .range(let first, let last, let step):
        let start = try Self.resolved(first, position, tensor.shape)
        let end = try Self.resolved(last, position, tensor.shape)
        guard start <= end, step > 0 else {
          throw LuaError(
            "tensor index: the range {\(first), \(last)\(step == 1 ? "" : ", \(step)")} of axis \(position + 1) must run upwards (its size is \(tensor.shape[position]))"
          )
        }
        result = try result.sliced(axis, start..<end + 1, step: step)
        axis += 1
      }
    }
    return result
  }

  /// The 0-based place along an axis.
  static func resolved(_ place: Int, _ axis: Int, _ shape: Shape) throws -> Int {
    let size = shape[axis]
    if place >= 1, place <= size { return place - 1 }
    if place < 0, place >= -size { return place + size }
    let expected = size == 0 ? "that axis is empty" : "expected 1 to \(size), or -1 to -\(size) from the end"
    throw LuaError(
      "tensor index: \(place) is out of range for axis \(axis + 1) of shape \(shape); \(expected)")
  }
}

extension TensorClass {
  /// `t[key]`, with the key in slot 2.
  static func element(_ tensor: Tensor, _ stack: LuaStack) throws -> any LuaPushable {
    if let offset = try offset(tensor, stack) { return tensor.pointer[offset] }
    return NumberOrTensor(try TensorIndex(at: 2, on: stack).view(of: tensor), of: tensor)
  }

  /// Where the one element lies that the key in slot 2 names by a whole number for each axis; nil where the key is of another
  /// kind. Loops of scripts read elements one by one: no views are made on the way.
  private static func offset(_ tensor: Tensor, _ stack: LuaStack) throws -> Int? {
    if tensor.rank == 1, let place = stack.integer(at: 2) {
      return try TensorIndex.resolved(place, 0, tensor.shape) * tensor.strides[0]
    }
    guard (1...8).contains(tensor.rank), stack.kind(at: 2) == .table else { return nil }
    return try withUnsafeTemporaryAllocation(of: Int.self, capacity: tensor.rank) { places in
      guard try stack.readIntegers(ofTableAt: 2, into: places) else { return nil }
      var offset = 0
      for (axis, place) in places.enumerated() {
        offset += try TensorIndex.resolved(place, axis, tensor.shape) * tensor.strides[axis]
      }
      return offset
    }
  }

  /// `t[key] = value`, with the key in slot 2 and the value in slot 3.
  static func assign(_ tensor: Tensor, _ stack: LuaStack) throws {
    if let number = stack.number(at: 3), !repeatsElements(tensor), let offset = try offset(tensor, stack) {
      tensor.pointer[offset] = Float(number)
      tensor.storage.didChange()
      return
    }
    try requireOwnElements(tensor, "tensor assignment")
    let target = try TensorIndex(at: 2, on: stack).view(of: tensor)
    try write(try stack.tensor(at: 3, "tensor assignment: the value"), to: target, "tensor assignment")
  }

  /// Writes `value`, repeated as broadcasting allows, over the elements of `target`.
  static func write(_ value: Tensor, to target: Tensor, _ place: String) throws {
    try requireOwnElements(target, place)
    guard let shape = try? value.shape.broadcast(with: target.shape, for: place), shape == target.shape else {
      throw LuaError("\(place): shape \(value.shape) cannot be written to shape \(target.shape)")
    }
    // Overlapping parts of one tensor are read before they are overwritten.
    let source = value.storage === target.storage ? try value.clone() : value
    try target.assign(try source.expanded(to: target.shape))
  }

  private static func repeatsElements(_ tensor: Tensor) -> Bool {
    zip(tensor.strides, tensor.shape.sizes).contains { $0 == 0 && $1 > 1 }
  }

  /// An expanded axis shows one element several times: writing one would write all.
  private static func requireOwnElements(_ tensor: Tensor, _ place: String) throws {
    if repeatsElements(tensor) {
      throw LuaError("\(place): the elements of an expanded tensor are one and the same; :clone() it first")
    }
  }
}
