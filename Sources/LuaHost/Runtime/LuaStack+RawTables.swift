import CLuaBridge

// Tables without metamethods.
extension LuaStack {
  /// Reads a table of exactly the whole numbers 1 to `values.count` as keys with whole numbers as values, without
  /// metamethods and without making values of Swift; false where it holds anything else.
  func readIntegers(ofTableAt index: Int, into values: UnsafeMutableBufferPointer<Int>) throws -> Bool {
    let table = absolute(index)
    try reserve(2)
    var left = values.count
    pushNil()
    while lua_next(pointer, table) != 0 {
      guard left > 0, let key = integer(at: -2), values.indices.contains(key &- 1),
        let value = integer(at: -1)
      else {
        pop(2)
        return false
      }
      values[key - 1] = value
      left -= 1
      pop()
    }
    return left == 0
  }

  /// The number of elements of a table whose keys are the whole numbers from 1 on and no others; nil where it has others, or
  /// more than a handful. It is found without metamethods, and without making values of Swift.
  func listLength(at index: Int) -> Int? {
    let count = Int(lua_rawlen(pointer, Int32(index)))
    guard count <= 64, lua_checkstack(pointer, 8) != 0 else { return nil }
    let table = absolute(index)
    var found = 0
    pushNil()
    while lua_next(pointer, table) != 0 {
      pop()
      found += 1
      guard found <= count, integer(at: -1) != nil else {
        pop()
        return nil
      }
    }
    return found == count ? count : nil
  }

  /// Pops a value and a key and stores them in the table, without metamethods. The key is not nil and not NaN.
  func rawSet(tableAt index: Int) { gf_raw_set(pointer, Int32(index)) }

  /// Pops a table and makes it the metatable of a value.
  func setMetatable(ofValueAt index: Int) {
    // A push that found no memory left nil in its place.
    guard kind(at: -1) == .table, kind(at: index) != .nil else { return pop() }
    lua_setmetatable(pointer, Int32(index))
  }
}
