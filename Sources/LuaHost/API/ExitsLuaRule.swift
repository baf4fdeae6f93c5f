import GlanceFocus
import Support
import Tensor

/// An exit rule written in Lua.
final class LuaExitRule: ExitRule {
  let name: String
  private let function: LuaFunction
  private let isBatch: Bool
  private let parameters: LuaTable
  private let state: LuaState
  private let rows: LuaRows
  private let view = StepView(noun: "exit batch")

  init(name: String, function: LuaFunction, isBatch: Bool, parameters: LuaTable, in state: LuaState) throws {
    self.name = name
    self.function = function
    self.isBatch = isBatch
    self.parameters = parameters
    self.state = state
    rows = try LuaRows(in: state, name: "s", fields: StepFields.all(of: view))
  }

  func decide(_ batch: StepBatch) throws -> [Bool] {
    view.last = batch
    defer { view.last = nil }
    do {
      return isBatch ? try decideBatch(batch) : try decideRows(batch)
    } catch let error as LuaError {
      let image = isBatch ? nil : rows.failedRow.map { batch[$0].image + 1 }
      let place = image.map { "image \($0), " } ?? ""
      throw LuaError(
        "\(error.message) (exit rule '\(name)', \(place)step \(batch.step))", traceback: error.traceback,
        underlying: error.underlying, line: error.line)
    }
  }

  private func decideRows(_ batch: StepBatch) throws -> [Bool] {
    try rows.decide(function, [parameters], count: batch.count)
  }

  private func decideBatch(_ batch: StepBatch) throws -> [Bool] {
    let results = try function.call(Pushed(view), parameters)
    guard let answer = results.first, let values = try BatchAnswer.numbers(answer, on: state.stack) else {
      throw LuaError(
        "decide_batch must return a tensor of \(batch.count) booleans, and returned \(results.first?.described ?? "nil")",
        line: 0)
    }
    guard values.count == batch.count else {
      throw LuaError(
        "decide_batch must return one boolean for each of the \(batch.count) images, and returned \(values.count)",
        line: 0)
    }
    if let bad = values.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw LuaError(
        "decide_batch must return booleans (0 or 1), and element \(bad + 1) is \(values[bad])", line: 0)
    }
    return values.map { $0 != 0 }
  }
}

/// What batch functions return.
enum BatchAnswer {
  /// The numbers of a tensor or of a list of numbers or booleans; nil for anything else.
  static func numbers(_ value: LuaValue, on stack: LuaStack) throws -> [Float]? {
    if case .table(let table) = value {
      let elements = try table.elements()
      if elements.first?.asTable == nil {
        let numbers = elements.map { element in
          element.asBoolean.map { $0 ? Float(1) : 0 } ?? element.asNumber.map(Float.init)
        }
        return numbers.contains(nil) ? nil : numbers.compactMap(\.self)
      }
    } else if case .object(let object) = value {
      guard object.value(as: Tensor.self) != nil else { return nil }
    } else {
      return nil
    }
    try value.push(onto: stack)
    defer { stack.pop() }
    return try stack.tensor(at: -1, "the result").values()
  }
}
