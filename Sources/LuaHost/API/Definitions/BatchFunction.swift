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

  /// A function that a definition gave.
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

  /// Calls a batch function whose answer is more than a list: what it returned, and the numbers of it with their sizes.
  func answer(_ arguments: any LuaPushable...) throws -> (answer: LuaValue, numbers: NumberArray?) {
    let answer = try function.call(with: arguments).first ?? .nil
    return (answer, try BatchAnswer.array(answer, on: function.liveStack()))
  }

  /// An error about what it returned, under the place where it is defined.
  func error(_ problem: String) -> LuaError {
    let place = function.place
    return LuaError(
      (place.map { $0 + ": " } ?? "") + "\(name) \(problem)",
      line: place.flatMap { $0.split(separator: ":").last.flatMap { Int($0) } } ?? 0)
  }
}
