import Support
import Tensor

/// The class `gradients`.
enum GradientsClass {
  private static let other = ArgumentKey<GradientsHandle>("other", "gradients of the same parameters")
  private static let function = ArgumentKey<LuaFunction>(
    "f", "function(gradient, name): the tensor to put in its place")

  private static let sample =
    "gfnet.grad(function(m) return m(gfnet.tensor.ones(1, 3)):sum() end, gfnet.nn.linear(3, 2))"

  static let entry = LuaClass<GradientsHandle>(
    GradientsHandle.className,
    "The gradients of a layer's or a model's parameters, as gfnet.grad gives them.",
    discussion: """
      g["0.weight"] is a parameter's gradient as a tensor, nil where it does not influence the loss. a + b adds the \
      gradients of two batches, g * 0.5 and g / 4 scale them; opt:step(g) takes them.
      """,
    methods: [
      .init(
        "norm", "The Euclidean norm of all gradients together.", returns: "number",
        example: "local g = \(sample); g:norm()"
      ) { handle, _ in try handle.gradients.norm() },
      .init(
        "totable", "The gradients by name.", returns: "table: name → tensor",
        example: "local g = \(sample); g:totable()"
      ) { handle, _ in NamedTensors(handle.entries) },
      .init(
        "map", "Gradients that a function makes of each.", [function], returns: "gradients",
        example: "local g = \(sample); g:map(function(t, name) return t:clamp(-1, 1) end)"
      ) { handle, call in
        let function = try call[Self.function]
        let names = Dictionary(
          handle.names.map { (ObjectIdentifier($0.parameter), $0.name) },
          uniquingKeysWith: { first, _ in first })
        let changed = try handle.gradients.byOwner.map { owner, gradient in
          let name = names[ObjectIdentifier(owner)] ?? ""
          let value = try function.call(gradient, name).first ?? .nil
          guard case .object(let object) = value, let tensor = object.value(as: Tensor.self) else {
            throw LuaError(
              "gradients:map: the function must return a tensor for '\(name)', got \(value.described)")
          }
          guard tensor.shape == gradient.shape else {
            throw LuaError(
              "gradients:map: the function returned shape \(tensor.shape) for '\(name)' of shape \(gradient.shape)"
            )
          }
          return (owner: owner, gradient: tensor)
        }
        return Pushed(handle.with(Gradients(changed)))
      },
    ],
    operators: [
      .init("__add", "Adds the gradients of the same parameters.") { stack in
        let first = try stack.requireObject(at: 1, as: GradientsHandle.self, in: "gradients +")
        let second = try stack.requireObject(at: 2, as: GradientsHandle.self, in: "gradients +")
        return Pushed(first.with(try first.gradients + second.gradients))
      },
      .init("__mul", "Multiplies every gradient by a number.") { stack in
        let isFirst = stack.number(at: 1) == nil
        let handle = try stack.requireObject(at: isFirst ? 1 : 2, as: GradientsHandle.self, in: "gradients *")
        return Pushed(handle.with(try handle.gradients.scaled(by: try factor(stack, isFirst ? 2 : 1, "*"))))
      },
      .init("__div", "Divides every gradient by a number.") { stack in
        let handle = try stack.requireObject(at: 1, as: GradientsHandle.self, in: "gradients /")
        return Pushed(handle.with(try handle.gradients.scaled(by: 1 / (try factor(stack, 2, "/")))))
      },
    ],
    describe: { "gradients of \($0.entries.count) parameters" },
    field: { handle, name, _ -> (any LuaPushable)? in
      guard let entry = handle.names.first(where: { $0.name == name }) else {
        throw LuaError(
          "the gradients have no parameter '\(name.printable(upTo: 80))'"
            + NearestName.hint(name, in: handle.names.map { $0.name }))
      }
      return handle.gradients[entry.parameter] ?? LuaValue.nil
    }
  ).entry

  private static func factor(_ stack: LuaStack, _ slot: Int, _ sign: String) throws -> Float {
    guard let number = stack.number(at: slot) else {
      throw LuaError("gradients \(sign): expected a number, got \(try stack.value(at: slot).described)")
    }
    return Float(number)
  }
}
