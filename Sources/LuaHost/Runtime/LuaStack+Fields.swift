import CLuaBridge
import Support

extension LuaStack {
  /// The first key beside 1…`length` of the list at `index` with `length` elements; nil where there is none.
  ///
  /// The field `n` of what `table.pack` made belongs to the list.
  func strayKey(ofListAt index: Int, length: Int) throws -> LuaValue? {
    try fields(ofTableAt: index, beyond: length, first: 2).first.map(\.key).first { $0.asString != "n" }
  }

  /// How many keys are gathered before all but the first are forgotten again.
  private static let gatheredKeys = 1 << 12

  /// What the table at `index` holds beside its elements 1…`length`, without metamethods: the first `most` of these
  /// fields in the order of ``pairs(at:)``, and how many there are.
  ///
  /// This is for those who show a few of them: a table of any size is walked through, and not copied.
  func fields(
    ofTableAt index: Int, beyond length: Int, first most: Int
  ) throws -> (first: [(key: LuaValue, value: LuaValue)], count: Int) {
    let table = absolute(index)
    let base = self.count
    defer { self.count = base }
    try reserve(4)
    var keys: [LuaValue] = []
    var (walked, found) = (0, 0)
    var meter = CopyMeter()
    func keepFirst() {
      keys.sort(by: Self.precedes)
      if keys.count > most { keys.removeLast(keys.count - most) }
    }
    pushNil()
    while lua_next(pointer, table) != 0 {
      pop()
      walked += 1
      if walked % Self.pollInterval == 0 { try Cancellation.check() }
      // 3.0 is stored as 3.
      let place = lua_isinteger(pointer, -1) != 0 ? integer(at: -1) ?? 0 : 0
      if place >= 1, place <= length { continue }
      found += 1
      try meter.add(ofValueAt: -1, on: self)
      keys.append(try value(at: -1))
      if keys.count >= max(Self.gatheredKeys, 2 * most) { keepFirst() }
    }
    keepFirst()
    var first: [(key: LuaValue, value: LuaValue)] = []
    for key in keys {
      try reserve(4)
      try key.push(onto: self)
      try checkPushes()
      lua_rawget(pointer, table)
      first.append((key, try value(at: -1)))
      pop()
    }
    return (first, found)
  }
}
