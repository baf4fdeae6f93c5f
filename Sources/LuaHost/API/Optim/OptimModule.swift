import NeuralNet
import Support
import Tensor

/// `gfnet.optim`: optimisers, schedules of their rates, and what happens to gradients in between.
enum OptimModule {
  static let module = LuaModule(
    "gfnet.optim", "Optimisers for training in Lua, schedules of their rates, clipping of gradients.",
    functions: [sgd, adam, adamw, clipNorm] + ScheduleFunctions.functions)

  private static let parameters = ArgumentKey<LuaValue>(
    FunctionParameter(
      "parameters", .any,
      "a layer, a model, a tensor, a table of these, or a list of groups {params = …, lr = …, weight_decay = …}"
    ))
  private static let momentum = ArgumentKey<Float>(
    "momentum", default: 0, "the share of the last step that is kept", in: 0...1)
  private static let nesterov = ArgumentKey<Bool>("nesterov", default: false, "momentum in Nesterov's form")
  private static let betas = ArgumentKey<[Double]?>(
    "betas", "what the moments keep in each step; default {0.9, 0.999}")
  private static let epsilon = ArgumentKey<Float>(
    "eps", default: 1e-8, "is added to the root of the second moment", in: 0...1)
  private static let rate = ArgumentKey<Float>("lr", default: 0.001, "the learning rate", in: 0...1000)
  private static let decay = ArgumentKey<Float>("weight_decay", default: 0, "of all parameters", in: 0...1000)
  private static let decoupledDecay = ArgumentKey<Float>(
    "weight_decay", default: 0.01, "of all parameters, apart from their gradients", in: 0...1000)

  private static let sgd = FunctionEntry(
    "sgd", "Gradient descent with momentum and weight decay, as PyTorch's SGD.",
    [parameters, .options([rate, momentum, nesterov, decay])], returns: "optimizer",
    example: "gfnet.optim.sgd(gfnet.nn.linear(3, 2), {lr = 0.1, momentum = 0.9, nesterov = true})",
    discussion: "gfnet.train uses it in stages 1 and 3, with momentum 0.9 and nesterov."
  ) { call in
    let (momentum, nesterov) = (try call[Self.momentum], try call[Self.nesterov])
    guard !nesterov || momentum > 0 else {
      throw LuaError("gfnet.optim.sgd: nesterov needs a momentum above 0")
    }
    return Pushed(
      OptimizerHandle("sgd", try groups(call, decay)) { SGD($0, momentum: momentum, nesterov: nesterov) })
  }

  private static let adam = FunctionEntry(
    "adam", "Adam, as PyTorch's Adam.", [parameters, .options([rate, betas, epsilon, decay])],
    returns: "optimizer",
    example: "gfnet.optim.adam(gfnet.nn.linear(3, 2), {lr = 1e-3})",
    discussion: "gfnet.train uses it in stage 2."
  ) { call in
    let (betas, epsilon) = (try readBetas(call), try call[Self.epsilon])
    return Pushed(
      OptimizerHandle("adam", try groups(call, decay)) { Adam($0, betas: betas, epsilon: epsilon) })
  }

  private static let adamw = FunctionEntry(
    "adamw", "Adam whose weight decay is apart from the gradients, as PyTorch's AdamW.",
    [parameters, .options([rate, betas, epsilon, decoupledDecay])], returns: "optimizer",
    example: "gfnet.optim.adamw(gfnet.nn.linear(3, 2), {lr = 1e-3, weight_decay = 0.05})"
  ) { call in
    let (betas, epsilon) = (try readBetas(call), try call[Self.epsilon])
    return Pushed(
      OptimizerHandle("adamw", try groups(call, decoupledDecay)) {
        Adam($0, betas: betas, epsilon: epsilon, decouplesDecay: true)
      })
  }

  private static func readBetas(_ call: LuaCall) throws -> (Float, Float) {
    guard let given = try call[betas] else { return (0.9, 0.999) }
    guard given.count == 2, given.allSatisfy({ $0 >= 0 && $0 < 1 }) else {
      throw LuaError("\(call.place(betas)) must be two numbers from 0 to below 1")
    }
    return (Float(given[0]), Float(given[1]))
  }

  // MARK: Groups

  /// The groups that a call describes: one, or a list of them.
  private static func groups(_ call: LuaCall, _ decay: ArgumentKey<Float>) throws -> OptimizerHandle.Groups {
    let (value, rate, decay) = (try call[parameters], try call[rate], try call[decay])
    let place = call.place(parameters)
    guard let list = try groupTables(value) else {
      let subject = try GradientSubject(value, place)
      let parameters = try named(subject, "", place)
      try requireOnce(parameters, place)
      let group = ParameterGroup(parameters, learningRate: rate, weightDecay: decay)
      return .init(subjects: [subject], groups: [group], isGrouped: false)
    }
    var found = OptimizerHandle.Groups(subjects: [], groups: [], isGrouped: true)
    for (index, table) in list.enumerated() {
      let place = "\(place): group \(index + 1)"
      for (key, _) in try table.pairs() {
        let known = ["params", "lr", "weight_decay"]
        guard let name = key.asString, known.contains(name) else {
          throw LuaError(
            "\(place) has \(key.describedAsKey)" + NearestName.hint(key.asString ?? "", in: known))
        }
      }
      let subject = try GradientSubject(try table.get("params"), place + ".params")
      found.subjects.append(subject)
      found.groups.append(
        ParameterGroup(
          try named(subject, "group\(index + 1).", place),
          learningRate: try number("lr", of: table, place) ?? rate,
          weightDecay: try number("weight_decay", of: table, place) ?? decay))
    }
    try requireOnce(found.groups.flatMap { $0.parameters }, place)
    return found
  }

  /// The tables of a list of groups; nil where the value is none.
  private static func groupTables(_ value: LuaValue) throws -> [LuaTable]? {
    guard let elements = try value.asTable?.elements(), !elements.isEmpty else { return nil }
    let tables = elements.compactMap(\.asTable)
    guard tables.count == elements.count else { return nil }
    return try tables.contains { try !$0.get("params").isNil } ? tables : nil
  }

  private static func number(_ name: String, of table: LuaTable, _ place: String) throws -> Float? {
    let value = try table.get(name)
    if value.isNil { return nil }
    guard let number = value.asNumber, number >= 0, number <= 1000 else {
      throw LuaError("\(place).\(name) must be a number from 0 to 1000, got \(value.described)")
    }
    return Float(number)
  }

  /// The parameters under the names of the optimiser's state, each of which can be moved in place.
  private static func named(
    _ subject: GradientSubject, _ prefix: String, _ place: String
  ) throws -> [(name: String, parameter: Parameter)] {
    var seen: Set<ObjectIdentifier> = []
    let parameters = subject.parameters.filter { seen.insert(ObjectIdentifier($0.parameter)).inserted }
    guard !parameters.isEmpty else { throw LuaError("\(place) has no parameters") }
    return try parameters.map { name, parameter in
      guard parameter.value.isContiguous else {
        let which = name.isEmpty ? "" : " '\(name)'"
        throw LuaError("\(place): the elements of the tensor\(which) do not lie in order; :clone() it first")
      }
      return (prefix + (name.isEmpty ? "tensor" : name), parameter)
    }
  }

  /// Throws where one memory stands for two parameters, which would both move it.
  private static func requireOnce(_ parameters: [(name: String, parameter: Parameter)], _ place: String)
    throws
  {
    var seen: [ObjectIdentifier: String] = [:]
    for (name, parameter) in parameters {
      if let other = seen.updateValue(name, forKey: ObjectIdentifier(parameter.value.storage)) {
        throw LuaError("\(place): '\(other)' and '\(name)' are the same tensor, or parts of one")
      }
    }
  }

  // MARK: Clipping

  private static let gradients = ArgumentKey<LuaValue>(
    FunctionParameter("gradients", .any, "gradients of a layer, a tensor, or a table of these"))
  private static let limit = ArgumentKey<Double>("max", "the largest norm", in: 0...1e30)

  private static let clipNorm = FunctionEntry(
    "clip_norm", "Gradients of the same direction whose norm, taken over all of them, is at most a limit.",
    [gradients, limit], returns: "the gradients in the same structure; number: the norm before",
    example: "local clipped, norm = gfnet.optim.clip_norm({gfnet.tensor{3, 4}}, 1)"
  ) { call in
    let value = try call[Self.gradients]
    let tree = try GradientTree(value, call.place(Self.gradients))
    let norm = try tree.all.norm()
    let limit = try call[Self.limit]
    if norm <= limit || norm.isNaN { return LuaResults(value, norm) }
    return LuaResults(tree.with(try tree.all.scaled(by: Float(limit / norm))), norm)
  }
}

/// Gradients as scripts hold them: of objects, tensors, tables of both.
private indirect enum GradientTree {
  case gradients(GradientsHandle)
  case tensor(Parameter)
  case table([(key: LuaValue, tree: GradientTree)])

  init(_ value: LuaValue, _ place: String, depth: Int = 0) throws {
    if let handle = value.asGradients {
      self = .gradients(handle)
    } else if case .object(let object) = value, let tensor = object.value(as: Tensor.self) {
      guard tensor.dtype == .float32 else {
        throw LuaError("\(place) is a tensor of \(tensor.dtype.rawValue); gradients are float32")
      }
      self = .tensor(Parameter(sharing: tensor))
    } else if let table = value.asTable, depth < 32 {
      self = .table(
        try table.pairs().map {
          ($0.key, try GradientTree($0.value, place + GradientSubject.step(to: $0.key), depth: depth + 1))
        })
    } else {
      throw LuaError("\(place) must be gradients, a tensor or a table of these, got \(value.described)")
    }
  }

  private var pairs: [(owner: AnyObject, gradient: Tensor)] {
    switch self {
    case .gradients(let handle): handle.gradients.byOwner
    case .tensor(let parameter): [(parameter, parameter.value)]
    case .table(let entries): entries.flatMap { $0.tree.pairs }
    }
  }

  var all: Gradients { Gradients(pairs) }

  /// The same structure with other numbers.
  func with(_ gradients: Gradients) -> any LuaPushable {
    switch self {
    case .gradients(let handle):
      Pushed(handle.with(gradients.of(handle.gradients.byOwner.map { $0.owner })))
    case .tensor(let parameter): gradients[parameter] ?? parameter.value
    case .table(let entries): KeyedValues(entries.map { ($0.key, $0.tree.with(gradients)) })
    }
  }
}
