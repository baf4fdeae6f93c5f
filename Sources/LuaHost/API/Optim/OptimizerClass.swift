import NeuralNet
import Support
import Tensor

/// The class `optimizer`.
enum OptimizerClass {
  private static let gradients = ArgumentKey<LuaValue>(
    FunctionParameter("gradients", .any, "as gfnet.grad gives them for what the optimiser moves"))
  private static let factor = ArgumentKey<Float>(
    "factor", default: 1, "of the rates in this step, as schedules give it")
  private static let state = ArgumentKey<LuaTable>("state", "as optimizer:state() makes it")

  private static let sample = "local w = gfnet.tensor{1, 2}  local opt = gfnet.optim.sgd(w, {lr = 0.1})"

  static let entry = LuaClass<OptimizerHandle>(
    OptimizerHandle.className, "What moves parameters along their gradients, in place.",
    discussion: """
      opt.lr is the learning rate and can be set; where groups have several, it is a list of them, and a list or one number \
      for all can be set.
      """,
    properties: [
      .init(
        "lr", "number or list of numbers", "the learning rate, or those of the groups",
        get: { it, _ -> AnyPushable in
          let rates = it.optimizer.groups.map { $0.learningRate.inFewestDigits }
          return Set(rates).count == 1 ? AnyPushable(rates[0]) : AnyPushable(rates)
        },
        set: { it, value in try setRates(it, value) }),
      .init("name", "string", "sgd, adam or adamw", get: { it, _ in it.name }),
      .init("groups", "integer", "how many groups it has", get: { it, _ in it.optimizer.groups.count }),
    ],
    methods: [
      .init(
        "step", "Moves every parameter once; those without a gradient stay.", [gradients, factor],
        example: "\(sample)  opt:step(gfnet.grad(function(w) return (w * w):sum() end, w))",
        discussion: """
          Parameters are moved in place: tensors that show them, as l.weight, show the new numbers. Frozen ones stay \
          (layer:requires_grad).
          """
      ) { it, call in try it.step(call[gradients], factor: call[factor], "optimizer:step") },
      .init(
        "state", "Moments and counters by name, as copies.", returns: "table: name → tensor",
        example: "\(sample)  opt:state()"
      ) { it, _ in NamedTensors(try it.optimizer.state().map { ($0.name, try $0.value.rowMajorCopy()) }) },
      .init(
        "load_state", "Takes moments and counters from a table, and goes on as the optimiser that it is of.",
        [state],
        example: "\(sample)  opt:load_state(opt:state())"
      ) { it, call in try load(it, call) },
    ],
    describe: {
      let count = $0.optimizer.groups.reduce(0) { $0 + $1.parameters.count }
      return "optimizer \($0.name) of \(count) parameter\(count == 1 ? "" : "s")"
    }
  ).entry

  private static func setRates(_ it: OptimizerHandle, _ value: LuaValue) throws {
    let count = it.optimizer.groups.count
    var rates: [Double]?
    if let rate = value.asNumber { rates = [Double](repeating: rate, count: count) }
    if let table = value.asTable { rates = try table.elements().compactMap(\.asNumber) }
    guard let rates, rates.count == count, rates.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw LuaError(
        "optimizer.lr must be a number from 0 on\(count > 1 ? ", or a list of \(count)" : ""), got \(value.described)"
      )
    }
    for index in 0..<count { it.optimizer.groups[index].learningRate = Float(rates[index]) }
  }

  private static func load(_ it: OptimizerHandle, _ call: LuaCall) throws {
    var arrays: [String: Tensor] = [:]
    for (key, value) in try call[state].pairs() {
      guard let name = key.asString else {
        throw LuaError("optimizer:load_state: arrays have names, got the key \(key.described)")
      }
      try value.push(onto: call.stack)
      defer { call.stack.pop() }
      arrays[name] = try call.stack.tensor(at: -1, "optimizer:load_state: '\(name)'")
    }
    var taken: Set<String> = []
    try it.optimizer.restore { name in
      if arrays[name] != nil { taken.insert(name) }
      return arrays[name]
    }
    if let stray = Set(arrays.keys).subtracting(taken).min() {
      throw LuaError(
        "optimizer:load_state: '\(stray.printable(upTo: 80))' is no state of this optimiser's parameters")
    }
  }
}

extension Float {
  /// The number that is written with the fewest digits of those that are this one in 32 bits: 0.1, not 0.10000000149.
  fileprivate var inFewestDigits: Double { Double("\(self)") ?? Double(self) }
}
