import Support
import Tensor

/// What can be drawn: a function of `gfnet.random`, which draws from the run's generator, and a method of
/// generators.
struct RandomDraw: Sendable {
  private let name: String
  private let summary: String
  private let parameters: [any ArgumentRow]
  private let returns: String
  /// A call as it stands behind `gfnet.random.` or a generator and a colon.
  private let example: String
  private let draw: @Sendable (RandomGenerator, LuaCall) throws -> any LuaPushable

  private init(
    _ name: String, _ summary: String, _ parameters: [any ArgumentRow], returns: String, example: String,
    draw: @escaping @Sendable (RandomGenerator, LuaCall) throws -> any LuaPushable
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.returns = returns
    self.example = example
    self.draw = draw
  }

  var function: FunctionEntry {
    FunctionEntry(name, summary, parameters, returns: returns, example: "gfnet.random.\(example)") {
      [draw] call in AnyPushable(try draw(call.context.random, call))
    }
  }

  var method: LuaMethod<RandomGenerator> {
    LuaMethod(
      name, summary, parameters, returns: returns,
      example: "gfnet.random.generator{name = \"mine\"}:\(example)"
    ) { [draw] generator, call in AnyPushable(try draw(generator, call)) }
  }

  static let all = [uniform, normal, integer, permutation, shuffle, choice, rand, randn]

  // MARK: Numbers

  private static let low = ArgumentKey<Double>("low", default: 0, "the lower end")
  private static let high = ArgumentKey<Double>("high", default: 1, "the upper end")

  private static let uniform = RandomDraw(
    "uniform", "A number from low (included) to high (excluded).", [low, high],
    returns: "number", example: "uniform(-1, 1)"
  ) { generator, call in generator.uniform(from: try call[low], to: try call[high]) }

  private static let mean = ArgumentKey<Double>("mean", default: 0, "the mean")
  private static let deviation = ArgumentKey<Double>(
    "std", default: 1, "the standard deviation", in: 0 ... .infinity)

  private static let normal = RandomDraw(
    "normal", "A normally distributed number.", [mean, deviation],
    returns: "number", example: "normal(0, 2)"
  ) { generator, call in try call[mean] + generator.normal() * (try call[deviation]) }

  private static let smallest = ArgumentKey<Int>("low", "the smallest")
  private static let largest = ArgumentKey<Int>("high", "the largest")

  private static let integer = RandomDraw(
    "integer", "A whole number from low to high, both included.", [smallest, largest],
    returns: "integer", example: "integer(1, 6)"
  ) { generator, call in
    let (low, high) = (try call[smallest], try call[largest])
    guard low <= high else {
      throw LuaError("\(call.place(largest)) must be at least low (\(low)), got \(high)")
    }
    return generator.integer(in: low...high)
  }

  // MARK: Orders and choices

  private static let count = ArgumentKey<Int>("n", "how many", in: 0...0x1p28)

  private static let permutation = RandomDraw(
    "permutation", "The numbers 1 to n in random order.", [count],
    returns: "list of integers", example: "permutation(5)"
  ) { generator, call in
    let count = try call[Self.count]
    try call.stack.requireRoom(values: Double(count))
    var numbers = try generator.takeFamily().permutation(count)
    for index in numbers.indices { numbers[index] += 1 }
    return numbers
  }

  private static let anyList = ArgumentKey<[LuaValue]>(FunctionParameter("list", .table, "any list"))

  private static let shuffle = RandomDraw(
    "shuffle", "The elements of a list in random order, as a new list.", [anyList],
    returns: "table", example: "shuffle{\"a\", \"b\", \"c\"}"
  ) { generator, call in
    let elements = try call[anyList]
    return try generator.takeFamily().permutation(elements.count).map { elements[$0] }
  }

  private static let filledList = ArgumentKey<[LuaValue]>(
    FunctionParameter("list", .table, "a list that is not empty"))

  private static let choice = RandomDraw(
    "choice", "One element of a list.", [filledList],
    returns: "the element", example: "choice{\"a\", \"b\", \"c\"}"
  ) { generator, call in
    let elements = try call[filledList]
    guard !elements.isEmpty else { throw LuaError("\(call.place(filledList)) is empty") }
    return elements[generator.integer(below: elements.count)]
  }

  // MARK: Tensors

  private static let rand = RandomDraw(
    "rand", "A tensor of numbers, even between 0 and 1.", [SizeArgument.sizes],
    returns: "tensor", example: "rand(2, 3)"
  ) { generator, call in
    try Tensor.uniform(try call[SizeArgument.sizes], random: generator.takeFamily())
  }

  private static let randn = RandomDraw(
    "randn", "A tensor of standard normal numbers.", [SizeArgument.sizes],
    returns: "tensor", example: "randn(2, 3)"
  ) { generator, call in
    try Tensor.normal(try call[SizeArgument.sizes], random: generator.takeFamily())
  }
}
