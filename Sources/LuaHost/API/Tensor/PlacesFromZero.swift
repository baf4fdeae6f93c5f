import Tensor

/// 0-based places on their way to Lua: 1-based there, a whole number when no axis is left.
public struct PlacesFromZero: LuaPushable {
  let places: Tensor

  public init(_ places: Tensor) { self.places = places }

  public func push(onto stack: LuaStack) throws {
    if places.rank == 0 { return stack.push(try places.wholeNumbers()[0] + 1) }
    try places.adding(1).push(onto: stack)
  }
}
