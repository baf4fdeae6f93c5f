import GlanceFocus
import Support
import Tensor

/// An exit rule written in Lua.
final class LuaExitRule: ExitRule {
  let name: String
  let dependsOnOthers: Bool
  let origin: String?
  private let function: BatchFunction
  private let parameters: LuaTable
  private let rows: LuaRows
  private let view = StepView(noun: "exit batch")

  /// - Parameter dependsOnOthers: whether it says so of itself.
  init(
    name: String, function: BatchFunction, parameters: LuaTable, dependsOnOthers: Bool = false,
    in state: LuaState
  ) throws {
    self.name = name
    self.function = function
    self.parameters = parameters
    self.dependsOnOthers = dependsOnOthers
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

/// The function of a rule or a sampler, for one image or for a whole batch.
struct BatchFunction {
  /// What a definition calls it, such as `decide_batch`.
  let name: String
  let function: LuaFunction
  let isBatch: Bool

  /// A function of one image that no definition names.
  init(_ function: LuaFunction) {
    name = "function"
    self.function = function
    isBatch = false
  }

  /// The one that a definition gave.
  init(_ function: LuaFunction, as declared: DefinitionFunction) {
    name = declared.name
    self.function = function
    isBatch = declared.isBatch
  }

  /// Calls a batch function: what it returned, and the numbers of it where it is a tensor or a list of numbers.
  func call(_ arguments: any LuaPushable...) throws -> (answer: LuaValue, numbers: [Float]?) {
    let answer = try function.call(with: arguments).first ?? .nil
    return (answer, try BatchAnswer.numbers(answer, on: function.liveStack()))
  }

  /// An error about what it returned, under the place where it is defined.
  func error(_ problem: String) -> LuaError {
    let place = function.place
    return LuaError(
      (place.map { $0 + ": " } ?? "") + "\(name) \(problem)",
      line: place.flatMap { $0.split(separator: ":").last.flatMap { Int($0) } } ?? 0)
  }
}

extension LuaError {
  /// The error with who was asked about what.
  /// - Parameter image: its number, from 1; nil for a batch.
  func placed(in owner: String, image: Int?, step: Int) -> LuaError {
    LuaError(
      "\(message) (\(owner), \(image.map { "image \($0), " } ?? "")step \(step))", traceback: traceback,
      underlying: underlying, line: line)
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
