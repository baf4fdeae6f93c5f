import GlanceFocus

/// An exit rule written in Lua.
final class LuaExitRule: ExitRule {
  let name: String
  let dependsOnOthers: Bool
  let origin: String?
  private let function: BatchFunction
  private let parameters: LuaTable
  private let rows: LuaRows
  private let view = StepView(noun: "exit batch")
  private let state: LuaState

  /// - Parameter dependsOnOthers: whether it says so of itself.
  init(
    name: String, function: BatchFunction, parameters: LuaTable, dependsOnOthers: Bool = false,
    in state: LuaState
  ) throws {
    self.name = name
    self.function = function
    self.parameters = parameters
    self.dependsOnOthers = dependsOnOthers
    self.state = state
    origin = function.function.place
    rows = try LuaRows(in: state, name: "s", fields: StepFields.all(of: view))
  }

  func decide(_ batch: StepBatch) throws -> [Bool] {
    view.last = batch
    defer { view.last = nil }
    do {
      return function.isBatch ? try decideBatch(batch) : try decideRows(batch)
    } catch let error as LuaError {
      let image = function.isBatch ? nil : rows.failedRow.map { batch[$0].image + 1 }
      throw error.placed(in: "exit rule '\(name)'", image: image, step: batch.step)
    }
  }

  /// What the function reads of `s` or `b`, and of `p`, when it is asked about the image once more. One that keeps state is
  /// not: its next answers would change.
  func readings(_ row: StepRow) throws -> [ExitReading] {
    guard !dependsOnOthers else { return [] }
    view.last = try row.batch.selecting([row.index])
    defer { view.last = nil }
    let readings = RuleReadings(in: state)
    let parameters = try readings.standIn(for: parameters, prefix: "p.")
    let function = function.function
    if self.function.isBatch {
      _ = try function.call(readings.standIn(for: Pushed(view)), parameters)
    } else {
      let stack = state.stack
      try stack.reserve(4)
      stack.push { stack in
        let answers = try function.call(readings.standIn(for: stack.value(at: 1)), parameters)
        try (answers.first ?? .nil).push(onto: stack)
        return 1
      }
      try stack.checkPushes()
      _ = try rows.decide(LuaFunction(popping: stack), [], count: 1)
    }
    return readings.all
  }

  private func decideRows(_ batch: StepBatch) throws -> [Bool] {
    try rows.decide(function.function, [parameters], count: batch.count)
  }

  private func decideBatch(_ batch: StepBatch) throws -> [Bool] {
    let (answer, values) = try function.call(Pushed(view), parameters)
    guard let values else {
      throw function.error(
        "must return a tensor of \(batch.count) booleans, and returned \(answer.described)")
    }
    guard values.count == batch.count else {
      throw function.error(
        "must return one boolean for each of the \(batch.count) images, and returned \(values.count)")
    }
    if let bad = values.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw function.error("must return booleans (0 or 1), and element \(bad + 1) is \(values[bad])")
    }
    return values.map { $0 != 0 }
  }
}
