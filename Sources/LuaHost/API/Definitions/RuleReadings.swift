import CLuaBridge
import GlanceFocus
import Tensor

/// What a rule in Lua reads while it decides: it is handed stand-ins for `s` and `p` that pass on every field and keep
/// its name and value.
final class RuleReadings {
  /// What was read so far, each name once, in the order of the first time.
  private(set) var all: [ExitReading] = []
  private let state: LuaState

  init(in state: LuaState) { self.state = state }

  /// A stand-in for `object`; what is read of it is kept as `prefix` and the field's name.
  func standIn(for object: any LuaPushable, prefix: String = "") throws -> LuaTable {
    let stack = state.stack
    try stack.reserve(8)
    let base = stack.count
    defer { stack.count = base }
    try object.push(onto: stack)
    let original = try stack.value(at: -1)
    stack.pushTable()
    stack.pushTable(fields: 2)
    stack.push("__index")
    stack.push { [unowned self] stack in
      try original.push(onto: stack)
      stack.pushCopy(ofValueAt: 2)
      try stack.getField(ofTableAt: -2)
      if let name = stack.string(at: 2) { try self.keep(prefix + name, try stack.value(at: -1), on: stack) }
      return 1
    }
    stack.rawSet(tableAt: -3)
    stack.push("__metatable")
    stack.push(false)
    stack.rawSet(tableAt: -3)
    try stack.checkPushes()
    stack.setMetatable(ofValueAt: -2)
    return LuaTable(popping: stack)
  }

  private func keep(_ name: String, _ value: LuaValue, on stack: LuaStack) throws {
    guard !all.contains(where: { $0.name == name }), all.count < Self.most else { return }
    switch value {
    case .integer(let number): all.append(ExitReading(name, Double(number)))
    case .number(let number): all.append(ExitReading(name, number))
    default:
      if let numbers = try Self.numbers(of: value) {
        // A batch of one image: its number is what the rule read of it.
        all.append(
          numbers.count == 1 ? ExitReading(name, numbers[0]) : ExitReading(name, numbers: numbers))
      } else {
        let text = try ValueDisplay(state: state).text(of: value)
        all.append(ExitReading(name, text: text.split(separator: "\n").joined(separator: " ")))
      }
    }
  }

  /// The numbers of a tensor with one axis that counts, and of a list of numbers; nil for other values.
  private static func numbers(of value: LuaValue) throws -> [Double]? {
    switch value {
    case .object(let object):
      guard let tensor = object.value(as: Tensor.self) else { return nil }
      if tensor.count == 1 { return [Double(try tensor.item())] }
      guard tensor.dtype != .boolean, tensor.shape.sizes.count(where: { $0 != 1 }) == 1 else { return nil }
      return try tensor.doubles()
    case .table(let list):
      guard let elements = try? list.elements(), elements.count > 1 else { return nil }
      let numbers = elements.compactMap(\.asNumber)
      return numbers.count == elements.count ? numbers : nil
    default: return nil
    }
  }

  /// A rule that reads thousands of names is not explained by them.
  private static let most = 40
}
