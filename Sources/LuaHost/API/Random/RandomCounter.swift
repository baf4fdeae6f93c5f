import Support
import Tensor

/// Random numbers in Lua that are a function of seed, stream and index: nothing advances.
final class RandomCounter: HoldsMemory {
  let random: CounterRandom
  /// The stream and the children that led here, such as `train.stage1/3`.
  let name: String
  var heldBytes: Int { 0 }

  init(_ random: CounterRandom, name: String) {
    self.random = random
    self.name = name
  }
}

/// The class `counter` and the function that makes one.
enum CounterClass {
  private static let seed = ArgumentKey<UInt64?>("seed", "left out: the run's seed")
  private static let stream = ArgumentKey<String>("stream", "what the numbers are for, such as \"noise\"")

  static let function = FunctionEntry(
    "counter", "Random numbers by place: the same call gives the same numbers, however often it is made.",
    [stream, .options([seed])], returns: "counter",
    example: "local numbers = gfnet.random.counter(\"noise\", {seed = 7})",
    discussion: """
      The numbers are those that training, dropout and samplers draw: element i of a tensor is draw i of the stream. \
      counter:child(k) is a stream of its own, such as that of epoch or step k.
      """
  ) { call in
    let (seed, stream) = (try call[seed] ?? call.context.options.seed, try call[stream])
    return Pushed(RandomCounter(CounterRandom(seed: seed, stream: stream), name: stream))
  }

  private static let index = ArgumentKey<Int>("k", "any whole number")
  private static let count = ArgumentKey<Int>("n", "how many", in: 0...0x1p28)
  private static let sample = "gfnet.random.counter(\"noise\")"

  static let entry = LuaClass<RandomCounter>(
    "counter", "Random numbers by place: a function of seed, stream and index.",
    properties: [.init("name", "string", "its stream and children") { counter, _ in counter.name }],
    methods: [
      .init(
        "child", "An independent stream under this one.", [index], returns: "counter",
        example: "\(sample):child(3)"
      ) { counter, call in
        let index = try call[index]
        return Pushed(RandomCounter(counter.random.child(index), name: "\(counter.name)/\(index)"))
      },
      .init(
        "uniform", "A tensor of numbers, even between 0 and 1.", [SizeArgument.sizes], returns: "tensor",
        example: "\(sample):uniform(4, 2)"
      ) { counter, call in try Tensor.uniform(try call[SizeArgument.sizes], random: counter.random) },
      .init(
        "normal", "A tensor of standard normal numbers.", [SizeArgument.sizes], returns: "tensor",
        example: "\(sample):normal(4, 2)"
      ) { counter, call in try Tensor.normal(try call[SizeArgument.sizes], random: counter.random) },
      .init(
        "permutation", "The numbers 1 to n in random order.", [count], returns: "list of integers",
        example: "\(sample):permutation(5)"
      ) { counter, call in
        let count = try call[Self.count]
        try call.stack.requireRoom(values: Double(count))
        return try counter.random.permutation(count).map { $0 + 1 }
      },
    ],
    describe: { "random counter \"\($0.name)\"" }
  ).entry
}
