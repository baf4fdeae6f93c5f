import NeuralNet
import Support
import Tensor

/// `gfnet.grad`, `gfnet.value_and_grad` and `gfnet.no_grad`.
enum GradientFunctions {
  static let functions = [grad, valueAndGrad, noGrad]

  private static let function = ArgumentKey<LuaFunction>(
    "f",
    "gets what follows, and returns a tensor of one element: the loss; then whatever else is wanted of it")
  private static let subjects = ArgumentKey<[LuaValue]>(
    .rest("of", .any, "tensors, layers, models, or tables of these: what to take gradients of"))

  private static let rules = """
    f is called once with the tensors, layers, models or tables that follow, and what it computes from them is recorded. \
    Of a tensor the gradient is a tensor; of a layer or a model it is an object that opt:step takes and that has each \
    parameter's gradient by its name, as g["0.weight"]; of a table it is a table with the same keys. Where a tensor has \
    no influence on the loss, its gradient is 0.

    Within f, results that depend on these values stay tensors, also those that are numbers elsewhere, such as t:sum() \
    and t[1]. t:item() and t:totable() give numbers, through which no gradient flows; so do comparisons and argmax give \
    constants. t[…] = v, t:fill and t:copy are errors where a gradient would be lost. Second-order gradients are not \
    there: gfnet.grad within f is an error.
    """

  private static let grad = FunctionEntry(
    "grad", "The gradients of a function's result with respect to tensors, layers or models.",
    [function, subjects],
    returns: "one gradient for each value, in its structure; then what else f returned",
    example: "gfnet.grad(function(x) return (x * x):sum() end, gfnet.tensor{1, 2, 3})", discussion: rules
  ) { call in
    let found = try evaluate(call)
    return LuaResults(found.gradients + found.rest)
  }

  private static let valueAndGrad = FunctionEntry(
    "value_and_grad", "The result of a function and its gradients, as gfnet.grad gives them.",
    [function, subjects],
    returns: "number: the loss; one gradient for each value, in its structure; then what else f returned",
    example:
      "local loss, g = gfnet.value_and_grad(function(x) return (x * x):sum() end, gfnet.tensor{1, 2, 3})",
    discussion: rules
  ) { call in
    let found = try evaluate(call)
    return LuaResults([found.loss] + found.gradients + found.rest)
  }

  private struct Evaluation {
    let loss: Double
    let gradients: [any LuaPushable]
    /// What the function returned beside the loss.
    let rest: [any LuaPushable]
  }

  private static func evaluate(_ call: LuaCall) throws -> Evaluation {
    let name = call.shape.entry.qualifiedName
    try requireNoRecording(
      name, "gradients of gradients are not there; within gfnet.no_grad its results are constants")
    let given = try call[Self.subjects]
    guard !given.isEmpty else {
      throw LuaError(
        "\(name): what are the gradients to be of? Pass tensors, layers or models after the function")
    }
    let subjects = try given.enumerated().map { index, value in
      try GradientSubject(value, "\(name): argument \(index + 2)")
    }
    let tape = GradientTape(forScripts: subjects.flatMap { $0.parameters.map { $0.parameter } })
    let function = try call[Self.function]
    let arguments = subjects.map { $0.watched(by: tape) }
    let results = try tape.record { try function.call(with: arguments) }
    let loss = try loss(results.first ?? .nil, tape, name, function)
    let gradients = try tape.backward(from: loss)
    var seen: Set<ObjectIdentifier> = []
    return Evaluation(
      loss: Double(try loss.item()), gradients: try subjects.map { try $0.gradients(gradients, &seen) },
      rest: Array(results.dropFirst()))
  }

  /// The loss that a recorded function returned.
  private static func loss(
    _ value: LuaValue, _ tape: GradientTape, _ name: String, _ function: LuaFunction
  ) throws -> Tensor {
    let place = function.place.map { " (\($0))" } ?? ""
    guard case .object(let object) = value, let loss = object.value(as: Tensor.self) else {
      let hint = value.asNumber == nil ? "" : "; a number has no gradient: leave out :item() and the like"
      throw LuaError(
        "\(name): the function\(place) must return a tensor of one element, got \(value.described)\(hint)")
    }
    guard loss.count == 1 else {
      throw LuaError(
        "\(name): the function\(place) must return a tensor of one element, got shape \(loss.shape); :mean() or :sum() it"
      )
    }
    guard tape.isWatching(loss) else {
      throw LuaError(
        "\(name): what the function\(place) returned does not depend on the values that gradients are asked of: it is a "
          + "constant, as after :item(), :totable(), :detach(), comparisons and argmax")
    }
    return try tape.record { try loss.reshaped([]) }
  }

  // MARK: Without gradients

  private static let plain = ArgumentKey<LuaFunction>("f", "is called with the further arguments")
  private static let arguments = ArgumentKey<[LuaValue]>(.rest("arguments", .any, "what f gets"))

  private static let noGrad = FunctionEntry(
    "no_grad", "Calls a function whose results are constants for gfnet.grad around it.",
    [plain, arguments], returns: "what f returned",
    example: "gfnet.no_grad(function() return gfnet.tensor.ones(3):sum() end)",
    discussion:
      "t:detach() does the same for one tensor. Nothing is recorded, so nothing is kept for a gradient."
  ) { call in
    let function = try call[plain]
    let arguments = try call[Self.arguments]
    return LuaResults(each: try ConstantRecorder().record { try function.call(with: arguments) })
  }

  /// Throws where a recording is under way.
  static func requireNoRecording(_ place: String, _ problem: String) throws {
    if GradientTape.current != nil {
      throw LuaError("\(place) is called within a function that is recorded: \(problem)")
    }
  }
}
