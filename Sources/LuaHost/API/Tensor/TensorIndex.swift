import CLuaBridge
import Support
import Tensor

/// `t[key]`: what a script's key selects.
///
/// One entry per axis from the first: a whole number selects (and drops the axis), `{first, last}` and
/// `{first, last, step}` take a range with both ends, `{}` or nil takes all; `"..."` stands for all axes that no entry names,
/// `"new"` adds an axis of size 1; a mask takes the elements where it is true and stands for as many axes as it has, a tensor
/// of places takes these. Places are 1-based; −1 is the last.
struct TensorIndex {
  enum Entry {
    case place(Int)
    case range(first: Int, last: Int, step: Int)
    case all
    case ellipsis
    case newAxis
    case tensor(Tensor)

    /// How many axes it stands for; nil for those that are left.
    var axes: Int? {
      switch self {
      case .place, .range, .all: 1
      case .ellipsis: nil
      case .newAxis: 0
      case .tensor(let tensor): tensor.dtype == .boolean ? tensor.rank : 1
      }
    }
  }

  /// What a key selects: a view, of which some axes run backwards and of which some places are picked.
  struct Selection {
    var view: Tensor
    /// The axes of the view that are to be reversed.
    var reversed: [Int] = []
    var places: Places?

    /// What is selected: the view itself, or a copy where it takes one.
    func value() throws -> Tensor {
      if reversed.isEmpty, places == nil { return view }
      var result = view
      for axis in reversed { result = try result.flipped(axis) }
      return try places.map(result.picked) ?? result
    }
  }

  private let entries: [Entry]

  /// Reads the key at `slot`.
  init(at slot: Int, on stack: LuaStack) throws {
    if let place = stack.integer(at: slot) {
      entries = [.place(place)]
      return
    }
    if let tensor = stack.object(at: slot, as: Tensor.self) {
      entries = [.tensor(tensor)]
      return
    }
    guard stack.kind(at: slot) == .table else {
      let got = try stack.value(at: slot).described
      throw LuaError("tensor index: expected a whole number or a table such as {{1, 2}, 3}, got \(got)")
    }
    if let list = try Self.list(at: slot, on: stack) {
      entries = list
      return
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

  /// The entries of the usual tables, lists of whole numbers, ranges and tensors, read without making values of Swift; nil
  /// for any other.
  private static func list(at slot: Int, on stack: LuaStack) throws -> [Entry]? {
    let base = stack.count
    defer { stack.count = base }
    try stack.reserve(8)
    guard let count = stack.listLength(at: slot), count <= 64 else { return nil }
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for place in 1..<count + 1 {
      lua_rawgeti(stack.pointer, Int32(slot), lua_Integer(place))
      let top = stack.count
      if let place = stack.integer(at: top) {
        entries.append(.place(place))
      } else if let tensor = stack.object(at: top, as: Tensor.self) {
        entries.append(.tensor(tensor))
      } else if stack.kind(at: top) == .table, let range = range(at: top, on: stack) {
        entries.append(range)
      } else {
        return nil
      }
      stack.pop()
    }
    return entries
  }

  /// The range that the table at `slot` says; nil where it says none.
  static func range(at slot: Int, on stack: LuaStack) -> Entry? {
    guard let count = stack.listLength(at: slot), count == 0 || count == 2 || count == 3 else { return nil }
    if count == 0 { return .all }
    defer { stack.pop(count) }
    for place in 1..<count + 1 { lua_rawgeti(stack.pointer, Int32(slot), lua_Integer(place)) }
    let step = count == 3 ? stack.integer(at: slot + 3) : 1
    guard let first = stack.integer(at: slot + 1), let last = stack.integer(at: slot + 2), let step else {
      return nil
    }
    return .range(first: first, last: last, step: step)
  }

  private static func entry(_ value: LuaValue, _ axis: Int) throws -> Entry {
    if let place = value.asInteger { return .place(place) }
    if case .object(let object) = value, let tensor = object.value(as: Tensor.self) { return .tensor(tensor) }
    if let word = value.asString {
      if word == "..." { return .ellipsis }
      if word == "new" { return .newAxis }
    }
    guard let table = value.asTable else {
      throw LuaError(
        "tensor index: axis \(axis) takes a whole number, a range {first, last} or {} for all, got \(value.described); further entries are \"...\", \"new\", masks and tensors of places"
      )
    }
    let pairs = try table.pairs()
    if pairs.isEmpty { return .all }
    let numbers = pairs.compactMap(\.value.asInteger)
    guard pairs.compactMap(\.key.asInteger) == Array(1...pairs.count), numbers.count == pairs.count,
      numbers.count == 2 || numbers.count == 3
    else {
      throw LuaError(
        "tensor index: a range of axis \(axis) is {first, last} or {first, last, step}, such as {2, -1}; places one by one are a tensor, as in t[{gfnet.tensor{1, 4, 2}}]"
      )
    }
    return .range(first: numbers[0], last: numbers[1], step: numbers.count == 3 ? numbers[2] : 1)
  }

  /// The entries with `"..."` written out for a tensor of `shape`.
  private func expanded(for shape: Shape) throws -> [Entry] {
    let named = entries.reduce(0) { $0 + ($1.axes ?? 0) }
    guard named <= shape.rank else {
      throw LuaError(
        shape.rank == 0
          ? "tensor index: a scalar has no axes; its number is t:item()"
          : "tensor index: \(named) entries for the \(shape.rank) axes of shape \(shape)")
    }
    guard let place = entries.firstIndex(where: { $0.axes == nil }) else { return entries }
    guard !entries[(place + 1)...].contains(where: { $0.axes == nil }) else {
      throw LuaError("tensor index: \"...\" may stand in an index once")
    }
    return entries[..<place] + Array(repeating: .all, count: shape.rank - named) + entries[(place + 1)...]
  }

  /// What the key selects of `tensor`.
  func selection(of tensor: Tensor) throws -> Selection {
    var result = Selection(view: tensor)
    // Where the next entry is: in the view, and in the tensor.
    var (axis, source) = (0, 0)
    var picks: [(axis: Int, places: [Int], shape: Shape)] = []
    for entry in try expanded(for: tensor.shape) {
      switch entry {
      case .all, .ellipsis: axis += 1
      case .newAxis:
        result.view = try result.view.unsqueezed(axis)
        axis += 1
      case .place(let place):
        result.view = try result.view.selected(axis, try Self.resolved(place, source, tensor.shape))
      case .range(let first, let last, let step):
        try Self.take(first, last, step, axis, source, of: tensor.shape, &result)
        axis += 1
      case .tensor(let index):
        for places in try Self.places(index, source, tensor.shape) {
          picks.append((axis, places.list, places.shape))
          axis += 1
        }
      }
      source += entry.axes ?? 1
    }
    result.places = try Self.joined(picks, result.view.shape)
    return result
  }

  private static func take(
    _ first: Int, _ last: Int, _ step: Int, _ axis: Int, _ source: Int, of shape: Shape,
    _ result: inout Selection
  ) throws {
    let start = try resolved(first, source, shape)
    let end = try resolved(last, source, shape)
    guard step != 0, step > 0 ? start <= end : start >= end else {
      let way = step < 0 ? "downwards" : "upwards"
      let other = step == 1 ? "; {\(first), \(last), -1} runs downwards" : ""
      throw LuaError(
        "tensor index: the range {\(first), \(last)\(step == 1 ? "" : ", \(step)")} of axis \(source + 1) must run \(step == 0 ? "in steps of at least 1, or at most -1" : way) (its size is \(shape[source]))\(other)"
      )
    }
    if step > 0 {
      result.view = try result.view.sliced(axis, start..<end + 1, step: step)
      return
    }
    // A step may be any number; one that leaves the range takes one element.
    let stride = step == .min ? Int.max : -step
    let lowest = start - (start - end) / stride * stride
    result.view = try result.view.sliced(axis, lowest..<start + 1, step: stride)
    result.reversed.append(axis)
  }

  /// What a tensor in the place of an entry picks: 0-based places along one axis, or along each axis of a mask.
  private static func places(
    _ index: Tensor, _ axis: Int, _ shape: Shape
  ) throws -> [(list: [Int], shape: Shape)] {
    if index.dtype == .boolean {
      let covered = Shape(Array(shape.sizes[axis..<axis + index.rank]))
      guard index.rank > 0, index.shape == covered else {
        throw LuaError(
          "tensor index: a mask of shape \(index.shape) for axes \(axis + 1) to \(axis + max(index.rank, 1)) of shape \(shape)"
        )
      }
      return try index.nonzeroPlaces().map { ($0, [$0.count]) }
    }
    return [(try places(along: axis, index, shape), index.shape)]
  }

  /// The 0-based places along an axis that the numbers of `index` are.
  static func places(along axis: Int, _ index: Tensor, _ shape: Shape) throws -> [Int] {
    try MemoryBudget.shared.require(3 * index.count * MemoryLayout<Int>.stride)
    if index.dtype == .int32 {
      var list = try index.wholeNumbers()
      let size = shape[axis]
      for i in list.indices {
        let place = list[i]
        list[i] = place >= 1 && place <= size ? place - 1 : try resolved(place, axis, shape)
      }
      return list
    }
    return try index.doubles().map { number -> Int in
      guard let place = Int(exactly: number) else {
        throw LuaError(
          "tensor index: places are whole numbers, got \(LuaNumberText.shortest(number)) for axis \(axis + 1)"
        )
      }
      if place == 0 {
        throw LuaError(
          "tensor index: 0 is out of range for axis \(axis + 1) of shape \(shape); places count from 1, and a mask of 0 and 1 is t[mask:bool()]"
        )
      }
      return try resolved(place, axis, shape)
    }
  }

  /// Places of several axes broadcast against each other.
  private static func joined(
    _ picks: [(axis: Int, places: [Int], shape: Shape)], _ shape: Shape
  ) throws -> Places? {
    if picks.isEmpty { return nil }
    var common = Shape([])
    for pick in picks {
      do { common = try common.broadcast(with: pick.shape, for: "tensor index") } catch {
        throw LuaError("tensor index: places of shapes \(common) and \(pick.shape) do not broadcast")
      }
    }
    try common.validated(for: "tensor index")
    let lists = try picks.map { pick in
      pick.shape == common
        ? pick.places : try Tensor(pick.shape, whole: pick.places).expanded(to: common).wholeNumbers()
    }
    return try Places(axes: picks.map(\.axis), places: lists, shape: common, of: shape)
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
