import Backbones
import Checkpoints
import NeuralNet
import Support
import Tensor

/// The class `layer`.
enum LayerClass {
  static let entry = LuaClass<LayerHandle>(
    LayerHandle.className, "A layer, or several composed, or a module of a script.",
    discussion: """
      l(x) is the result for a tensor: a layer can be called by itself, and backbones are composed of the same layers. \
      Its weights are drawn from gfnet.random when they are first needed; l.weight is one of them, a tensor that shows what \
      an optimiser makes of it. A layer inside of another is the same layer there, with the same weights: net[1] is the first \
      one of a sequence. A new layer is in training mode, in which batch norms use the statistics of the batch and dropout \
      draws; l:train(false) ends that.
      """,
    properties: [
      .init("training", "boolean", "whether it is in training mode", get: { layer, _ in layer.isTraining }),
      .init(
        "parameter_count", "integer", "number of trainable numbers",
        get: { layer, stack in
          try layer.namedParameters(stack.state.context).reduce(0) { $0 + $1.parameter.value.count }
        }),
    ],
    methods: [size, madds, train, requiresGradient] + LayerState.methods,
    operators: [
      .init("__call", "The result for a tensor, or for what a module's forward takes.") { stack in
        let layer = try stack.requireObject(at: 1, as: LayerHandle.self, in: "layer")
        let results = try layer.call(on: stack)
        stack.accountAgain(layer, at: 1)
        return results
      }
    ],
    describe: { shortened($0.text) },
    field: { layer, name, stack in try field(name, of: layer, stack) },
    assignField: { layer, name, stack in try assign(name, of: layer, stack) },
    index: { layer, stack in
      let key = try stack.value(at: 2)
      guard let place = key.asInteger, layer.parts.indices.contains(place &- 1) else {
        throw LuaError(
          "layer \(layer.label) has no layer \(key.described) inside"
            + (layer.parts.isEmpty ? "" : "; there are \(layer.parts.count)"))
      }
      try Pushed(layer.parts[place - 1]).push(onto: stack)
    },
    count: { $0.parts.count }, sample: "gfnet.nn.linear(3, 2)"
  ).entry

  /// Names that fields of modules cannot have.
  static var memberNames: [String] { entry.memberNames }

  /// One line about layers; that of a network of thousands of layers is cut.
  static func shortened(_ text: String, to limit: Int = 2000) -> String {
    text.count > limit ? text.prefix(limit) + "…" : text
  }

  // MARK: Fields

  private static func field(_ name: String, of layer: LayerHandle, _ stack: LuaStack) throws -> (
    any LuaPushable
  )? {
    switch layer.kind {
    case .scripted(let module):
      if let buffer = module.buffers.first(where: { $0.name == name }) {
        return ParameterView(buffer.buffer.value)
      }
      let value = try module.fields.get(name)
      return value.isNil ? nil : value
    case .composed:
      let entries = try layer.entries(stack.state.context)
      if let entry = entries.first(where: { $0.name == name }) { return ParameterView(entry.entry.value) }
      let names = entries.map { $0.name }
      guard ForeignNames.advice(name, of: LayerHandle.className) == nil,
        let near = NearestName.find(name, in: names)
      else { return nil }
      throw LuaError(
        "the layer \(layer.label) has no field '\(name.printable(upTo: 80))'; did you mean '\(near)'?")
    }
  }

  private static func assign(_ name: String, of layer: LayerHandle, _ stack: LuaStack) throws -> Bool {
    let isArray = try layer.entries(stack.state.context).contains { $0.name == name }
    if isArray {
      throw LuaError(
        "layer.\(name) is kept by optimisers and cannot be exchanged; write numbers into it: layer.\(name):copy(t)"
      )
    }
    guard case .scripted(let module) = layer.kind else { return false }
    try module.fields.set(name, try stack.value(at: 3))
    return true
  }

  // MARK: Methods

  private static let channels = ArgumentKey<Int>("channels", "channels of the input", in: 1...65536)
  private static let height = ArgumentKey<Int>("height", "rows of the input", in: 1...65536)
  private static let width = ArgumentKey<Int>("width", "columns of the input", in: 1...65536)

  private static var size: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "size", "The size of the result for an input of this size.", [channels, height, width],
      returns: "list of integers: channels, height, width",
      example: "gfnet.nn.conv(3, 16, {stride = 2}):size(3, 48, 48)"
    ) { layer, call in
      let size = try layer.composed("layer:size").description.size(
        for: MapSize(channels: call[channels], height: call[height], width: call[width]))
      return [size.channels, size.height, size.width]
    }
  }

  private static var madds: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "madds", "The Multiply-Adds of a call with an input of a shape.", [SizeArgument.sizes],
      returns: "integer",
      example: "gfnet.nn.conv(3, 16):madds(1, 3, 48, 48)",
      discussion:
        "Counted from what is computed: convolutions, linear layers, recurrent cells and matrix products."
    ) { layer, call in
      let counter = CostCounter()
      let blank = try Tensor.zeros(call[SizeArgument.sizes])
      let inner = try layer.composed("layer:madds")
      let built = try layer.layer(call.context)
      do {
        _ = try counter.record { try built(blank, .evaluation) }
      } catch let error as TensorError {
        throw LuaError("layer:madds: \(inner.description): \(error.description)")
      }
      return counter.multiplyAdds
    }
  }

  private static let on = ArgumentKey<Bool>("on", default: true, "false: evaluation")

  private static var train: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "train", "Puts the layer and all inside into training mode, or into evaluation.", [on],
      returns: "layer: the same",
      example: "gfnet.nn.dropout(0.5):train(false)"
    ) { layer, call in
      try layer.setTraining(call[on])
      return Receiver()
    }
  }

  private static let trainable = ArgumentKey<Bool>("on", "false: no gradients are taken of them")

  private static var requiresGradient: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "requires_grad", "Freezes the parameters of the layer, or frees them.", [trainable],
      returns: "layer: the same",
      example: "gfnet.nn.linear(3, 2):requires_grad(false)"
    ) { layer, call in
      let trainable = try call[Self.trainable]
      for (_, parameter) in try layer.namedParameters(call.context) { parameter.isTrainable = trainable }
      return Receiver()
    }
  }
}

/// A parameter or a buffer as a tensor of the script, in the memory that the layer stands for.
struct ParameterView: LuaPushable {
  private let tensor: Tensor

  init(_ tensor: Tensor) { self.tensor = tensor }

  func push(onto stack: LuaStack) throws { try stack.push(object: tensor, accountedAs: objectBookkeeping) }
}
