import CLuaBridge
import Support
import Tensor

/// Random numbers for scripts: draws of a ``CounterRandom``, one after the other.
///
/// The numbers depend on the seed, the name and how many were drawn before, never on the clock.
public final class RandomGenerator {
  public let name: String
  private let random: CounterRandom
  /// Draws so far.
  public private(set) var position = 0

  public init(seed: UInt64, name: String) {
    self.name = name
    random = CounterRandom(seed: seed, stream: "lua." + name)
  }

  /// A generator over numbers that the host owns, such as those of one sampler at one step.
  public init(_ random: CounterRandom, name: String = "host") {
    self.name = name
    self.random = random
  }

  private func advance() -> Int {
    defer { position += 1 }
    return position
  }

  /// The next number in [0, 1).
  public func uniform() -> Double { Double(random.uniform(advance())) }
  /// The next number from `low` (included) to `high` (excluded, unless they are equal).
  public func uniform(from low: Double, to high: Double) -> Double {
    let share = uniform()
    let span = high - low
    // A span beyond the largest number is weighed from both ends.
    let value =
      span.isInfinite && low.isFinite && high.isFinite
      ? low * (1 - share) + high * share : low + share * span
    // The sum is rounded, and where numbers lie far apart it rounds up to the end.
    if low < high && value >= high { return high.nextDown }
    if low > high && value <= high { return high.nextUp }
    return value
  }
  /// The next standard normal number.
  public func normal() -> Double { Double(random.normal(advance())) }
  /// The next whole number in 0..<`bound`.
  public func integer(below bound: Int) -> Int { random.integer(advance(), below: bound) }
  /// The next whole number in `range`.
  public func integer(in range: ClosedRange<Int>) -> Int { random.integer(advance(), in: range) }
  /// Independent numbers for one tensor or permutation; counts as one draw.
  public func takeFamily() -> CounterRandom { random.child(advance()) }
}

/// `gfnet.random`: the run's generator, and generators of the script's own.
enum RandomModule {
  static let module = LuaModule(
    "gfnet.random", "Random numbers that repeat from run to run; --seed changes them.",
    functions: [generator]
      + functions { name, summary, parameters, returns, example, body in
        FunctionEntry(name, summary, parameters, returns: returns, example: "gfnet.random.\(example)") {
          call in
          try body(call.context.random, call)
        }
      })

  static let generatorClass = LuaClass<RandomGenerator>(
    "generator", "A sequence of random numbers of its own.",
    properties: [
      .init("name", "string", "its name") { generator, _ in generator.name },
      .init("position", "integer", "how many draws were made") { generator, _ in generator.position },
    ],
    methods: functions { name, summary, parameters, returns, example, body in
      LuaMethod(
        name, summary, parameters, returns: returns,
        example: "gfnet.random.generator{name = \"mine\"}:\(example)", body: body)
    },
    describe: { "random generator \"\($0.name)\" after \($0.position) draws" }
  ).entry

  private static let generator = FunctionEntry(
    "generator", "A generator of its own: equal seeds and names give equal numbers.",
    [
      .options([
        .optional("seed", .integer, "left out: the run's seed"),
        Parameter("name", .string, default: "generator", "what the numbers are for"),
      ])
    ],
    returns: "generator", example: "local rng = gfnet.random.generator{name = \"noise\"}"
  ) { call in
    let seed = try call.optionalInteger("seed").map { UInt64(bitPattern: Int64($0)) }
    return Pushed(
      RandomGenerator(seed: seed ?? call.context.options.seed, name: "own." + (try call.string("name"))))
  }

  // MARK: What the module and a generator share

  private typealias Body = @Sendable (RandomGenerator, LuaCall) throws -> any LuaPushable

  private static func functions<Entry>(
    _ make: (
      String, String, [Parameter], String, String,
      @escaping @Sendable (RandomGenerator, LuaCall) throws -> AnyPushable
    )
      -> Entry
  ) -> [Entry] {
    func entry(
      _ name: String, _ summary: String, _ parameters: [Parameter], _ returns: String, _ example: String,
      _ body: @escaping Body
    ) -> Entry {
      make(name, summary, parameters, returns, example) { AnyPushable(try body($0, $1)) }
    }
    return [
      entry(
        "uniform", "A number from low (included) to high (excluded).",
        [
          Parameter("low", .number, default: 0, "the lower end"),
          Parameter("high", .number, default: 1, "the upper end"),
        ], "number", "uniform(-1, 1)"
      ) { generator, call in
        generator.uniform(from: try call.number("low"), to: try call.number("high"))
      },
      entry(
        "normal", "A normally distributed number.",
        [
          Parameter("mean", .number, default: 0, "the mean"),
          Parameter("std", .number, default: 1, "the standard deviation", in: 0 ... .infinity),
        ], "number", "normal(0, 2)"
      ) { generator, call in try call.number("mean") + generator.normal() * (try call.number("std")) },
      entry(
        "integer", "A whole number from low to high, both included.",
        [Parameter("low", .integer, "the smallest"), Parameter("high", .integer, "the largest")],
        "integer", "integer(1, 6)"
      ) { generator, call in
        let (low, high) = (try call.integer("low"), try call.integer("high"))
        guard low <= high else {
          throw LuaError("\(call.place("high")) must be at least low (\(low)), got \(high)")
        }
        return generator.integer(in: low...high)
      },
      entry(
        "permutation", "The numbers 1 to n in random order.",
        [Parameter("n", .integer, "how many", in: 0...0x1p28)], "list of integers", "permutation(5)"
      ) { generator, call in
        let count = try call.integer("n")
        try call.stack.requireRoom(values: Double(count))
        var numbers = try generator.takeFamily().permutation(count)
        for index in numbers.indices { numbers[index] += 1 }
        return numbers
      },
      entry(
        "shuffle", "The elements of a list in random order, as a new list.",
        [Parameter("list", .table, "any list")], "table", "shuffle{\"a\", \"b\", \"c\"}"
      ) { generator, call in
        let elements = try call.elements("list")
        return try generator.takeFamily().permutation(elements.count).map { elements[$0] }
      },
      entry(
        "choice", "One element of a list.", [Parameter("list", .table, "a list that is not empty")],
        "the element", "choice{\"a\", \"b\", \"c\"}"
      ) { generator, call in
        let elements = try call.elements("list")
        guard !elements.isEmpty else { throw LuaError("\(call.place("list")) is empty") }
        return elements[generator.integer(below: elements.count)]
      },
      entry(
        "rand", "A tensor of numbers, even between 0 and 1.", [LuaCall.sizeParameter], "tensor", "rand(2, 3)"
      ) { generator, call in
        try Tensor.uniform(try call.sizes(), random: generator.takeFamily())
      },
      entry(
        "randn", "A tensor of standard normal numbers.", [LuaCall.sizeParameter], "tensor", "randn(2, 3)"
      ) { generator, call in
        try Tensor.normal(try call.sizes(), random: generator.takeFamily())
      },
    ]
  }
}

/// A result of any type.
struct AnyPushable: LuaPushable {
  private let value: any LuaPushable
  init(_ value: any LuaPushable) { self.value = value }
  func push(onto stack: LuaStack) throws { try value.push(onto: stack) }
}
