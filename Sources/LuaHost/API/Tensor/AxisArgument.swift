import Support
import Tensor

// Axes and places along them: scripts count from 1 and, backwards, from -1; Swift counts from 0.

extension ParameterType {
  /// One axis or several.
  static let axes = ParameterType.either([.integer, .list(.integer)])
}

extension LuaCall {
  /// The axis that the script gave, as Swift counts it.
  ///
  /// - Throws: where a tensor of that shape has no such axis.
  func axis(_ key: ArgumentKey<Int>, of shape: Shape) throws -> Int { try resolved(self[key], key, shape) }

  /// The axis that the script gave, as Swift counts it; nil when it gave none.
  func axis(_ key: ArgumentKey<Int?>, of shape: Shape) throws -> Int? {
    try self[key].map { try resolved($0, key, shape) }
  }

  /// What was given for an argument of type ``ParameterType/axes``; nil when nothing was.
  func axes(_ key: ArgumentKey<LuaValue>, of shape: Shape) throws -> [Int]? {
    let given = try self[key]
    if given.isNil { return nil }
    guard let table = given.asTable else { return [try resolved(given.asInteger ?? 0, key, shape)] }
    let pairs = try table.pairs()
    if let stray = pairs.first(where: { $0.key.asInteger == nil }) {
      throw LuaError(
        "\(place(key)) must be an axis or a list of axes, got the field \(stray.key.asString ?? "?"); options come after it, as in (nil, {…})"
      )
    }
    let axes = try pairs.map { try resolved($0.value.asInteger ?? 0, key, shape) }
    guard Set(axes).count == axes.count else { throw LuaError("\(place(key)) names an axis twice") }
    return axes
  }

  private func resolved(_ axis: Int, _ key: some ArgumentRow, _ shape: Shape) throws -> Int {
    guard let place = Int(place: axis, of: shape.rank) else {
      let range = shape.rank == 0 ? "which has none" : "whose axes are 1 to \(shape.rank)"
      throw LuaError("\(place(key)) is axis \(axis) of a tensor of shape \(shape), \(range)")
    }
    return place
  }

  /// 1-based places along an axis of `count` elements, as Swift counts them.
  func places(_ key: ArgumentKey<[Double]>, count: Int) throws -> [Int] {
    try self[key].enumerated().map { number, value in
      guard let place = Int(exactly: value).flatMap({ Int(place: $0, of: count) }) else {
        throw LuaError(
          "\(self.place(key)): element [\(number + 1)] must be a whole number from 1 to \(count), got \(LuaNumberText.shortest(value))"
        )
      }
      return place
    }
  }
}
