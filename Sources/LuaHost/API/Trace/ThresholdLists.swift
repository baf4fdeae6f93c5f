import GlanceFocus

/// Remembers of the lists of thresholds that scripts got from traces what they were solved on.
///
/// Such a list is a plain Lua list; a copy of it is known no more.
final class ThresholdLists {
  /// The place of each list in `known`, from 1; its keys are weak.
  private let places: LuaTable
  private var known: [ThresholdOrigin] = []

  init(in state: LuaState) throws {
    let stack = state.stack
    try stack.reserve(6)
    stack.pushTable()
    stack.pushTable(fields: 1)
    stack.push("__mode")
    stack.push("k")
    stack.rawSet(tableAt: -3)
    stack.setMetatable(ofValueAt: -2)
    places = LuaTable(popping: stack)
  }

  /// A new Lua list of `thresholds`.
  func list(_ thresholds: [Float], of origin: ThresholdOrigin, on stack: LuaStack) throws -> LuaTable {
    try thresholds.push(onto: stack)
    let list = LuaTable(popping: stack)
    if !known.contains(origin) { known.append(origin) }
    try places.set(list, (known.firstIndex(of: origin) ?? 0) + 1)
    return list
  }

  /// What the list was solved on, in words; nil for any other table.
  func origin(of list: LuaTable) throws -> String? {
    guard let number = try places.get(list).asInteger, known.indices.contains(number - 1) else { return nil }
    return "\(known[number - 1])"
  }

  /// Refuses a list that was solved for something else than `target`.
  func check(_ list: LuaTable, for target: ThresholdOrigin, _ place: String) throws {
    guard let number = try places.get(list).asInteger, known.indices.contains(number - 1),
      let obstacle = known[number - 1].obstacle(toUseOn: target)
    else { return }
    throw LuaError("\(place): \(obstacle)")
  }
}
