import Backbones
import NeuralNet

/// `gfnet.nn`: layers, from which scripts compose backbones.
///
/// A layer is a description. The network is built, trained and run by the core, at its speed.
enum NetworkModule {
  static let module = LuaModule(
    "gfnet.nn", "Layers to compose a backbone of; see gfnet.backbones.define.",
    functions: [
      conv, batchNorm, maxPool, averagePool, dropout, squeezeExcite, sequential, residual, concat, backbone,
    ] + Activation.allCases.filter { $0 != .identity }.map(activation))

  static let classes = [layerClass, backboneClass]

  // MARK: Layers

  private static let conv = FunctionEntry(
    "conv", "A 2-D convolution, PyTorch's nn.Conv2d.",
    [
      Parameter("inputs", .integer, "channels of the input"),
      Parameter("outputs", .integer, "channels of the result"),
      .options([
        Parameter("kernel", .integer, default: 3, "side of the window"),
        Parameter("stride", .integer, default: 1, "pixels from one window to the next"),
        .optional("padding", .integer, "zeros on each side; left out: so many that stride 1 keeps the size"),
        Parameter("dilation", .integer, default: 1, "pixels from one weight to the next"),
        Parameter("groups", .integer, default: 1, "channels are split into so many; inputs: depthwise"),
        Parameter("bias", .boolean, default: false, "adds a number per channel"),
      ]),
    ],
    returns: "layer", example: "gfnet.nn.conv(3, 16, {kernel = 3, stride = 2})"
  ) { call in
    try layer(
      call,
      .convolution(
        inputs: try call.integer("inputs"), outputs: try call.integer("outputs"),
        kernel: try call.integer("kernel"), stride: try call.integer("stride"),
        padding: try call.optionalInteger("padding"), dilation: try call.integer("dilation"),
        groups: try call.integer("groups"), bias: try call.boolean("bias")))
  }

  private static let batchNorm = FunctionEntry(
    "batch_norm", "Batch normalisation, PyTorch's nn.BatchNorm2d.",
    [Parameter("channels", .integer, "channels of the input")], returns: "layer",
    example: "gfnet.nn.batch_norm(16)"
  ) { call in try layer(call, .batchNorm(channels: try call.integer("channels"))) }

  private static func activation(_ activation: Activation) -> FunctionEntry {
    FunctionEntry(
      activation.word, "The function \(activation.word) of each element.", returns: "layer",
      example: "gfnet.nn.\(activation.word)()"
    ) { call in try layer(call, .activation(activation)) }
  }

  private static let windowParameters: [Parameter] = [
    Parameter("kernel", .integer, "side of the window"),
    .options([
      .optional("stride", .integer, "pixels from one window to the next; left out: the kernel"),
      Parameter("padding", .integer, default: 0, "pixels on each side that count as outside"),
    ]),
  ]

  private static let maxPool = FunctionEntry(
    "max_pool", "The largest element of each window.", windowParameters, returns: "layer",
    example: "gfnet.nn.max_pool(3, {stride = 2, padding = 1})"
  ) { call in
    let kernel = try call.integer("kernel")
    return try layer(
      call,
      .maxPool(
        kernel: kernel, stride: try call.optionalInteger("stride") ?? kernel,
        padding: try call.integer("padding")))
  }

  private static let averagePool = FunctionEntry(
    "avg_pool", "The mean of each window.", windowParameters, returns: "layer",
    example: "gfnet.nn.avg_pool(2)"
  ) { call in
    let kernel = try call.integer("kernel")
    return try layer(
      call,
      .averagePool(
        kernel: kernel, stride: try call.optionalInteger("stride") ?? kernel,
        padding: try call.integer("padding")))
  }

  private static let dropout = FunctionEntry(
    "dropout", "While training, sets a share of the elements to 0 and scales the others up.",
    [Parameter("probability", .number, "the share, from 0 to below 1")], returns: "layer",
    example: "gfnet.nn.dropout(0.2)"
  ) { call in try layer(call, .dropout(probability: try call.float("probability"))) }

  private static let squeezeExcite = FunctionEntry(
    "squeeze_excite", "Scales each channel by a gate computed from the means of all.",
    [
      Parameter("channels", .integer, "channels of the input"),
      .options([
        .optional("squeezed", .integer, "channels in between; left out: a quarter, at least 1"),
        Parameter("activation", .choice(activations), default: "relu", "in between"),
        Parameter("gate", .choice(activations), default: "sigmoid", "of the gate"),
      ]),
    ],
    returns: "layer", example: "gfnet.nn.squeeze_excite(16, {squeezed = 4})"
  ) { call in
    let channels = try call.integer("channels")
    return try layer(
      call,
      .squeezeExcite(
        channels: channels, squeezed: try call.optionalInteger("squeezed") ?? max(channels / 4, 1),
        activation: try activation(call, "activation"), gate: try activation(call, "gate")))
  }

  // MARK: Compositions

  private static let sequential = FunctionEntry(
    "sequential", "Layers one after another.", [Parameter("layers", .list(.object("layer")), "the layers")],
    returns: "layer", example: "gfnet.nn.sequential{gfnet.nn.conv(3, 8), gfnet.nn.relu()}"
  ) { call in
    let parts = try layers(call, "layers")
    return try layer(call, .sequential(parts.map(\.description)), of: parts)
  }

  private static let residual = FunctionEntry(
    "residual", "The result of a layer plus its input.",
    [
      Parameter("body", .object("layer"), "the layer"),
      .options([
        .optional("shortcut", .object("layer"), "what the input passes through; left out: nothing"),
        Parameter("activation", .choice(activations), default: "identity", "after the sum"),
      ]),
    ],
    returns: "layer", example: "gfnet.nn.residual(gfnet.nn.conv(8, 8), {activation = \"relu\"})"
  ) { call in
    let body: ComposedLayer = try call.object("body")
    let shortcut: ComposedLayer? = try call.optionalObject("shortcut")
    return try layer(
      call,
      .residual(
        body: body.description, shortcut: shortcut?.description,
        activation: try activation(call, "activation")),
      of: [body] + (shortcut.map { [$0] } ?? []))
  }

  private static let concat = FunctionEntry(
    "concat", "Layers on the same input, their results one after the other along the channels.",
    [Parameter("layers", .list(.object("layer")), "the layers")], returns: "layer",
    example: "gfnet.nn.concat{gfnet.nn.conv(8, 8, {kernel = 1}), gfnet.nn.conv(8, 8)}"
  ) { call in
    let parts = try layers(call, "layers")
    return try layer(call, .concatenation(parts.map(\.description)), of: parts)
  }

  private static let backbone = FunctionEntry(
    "backbone", "An encoder: from images to the last feature map, and from its pooled means to the features.",
    [
      .options([
        Parameter("body", .object("layer"), "images (3 channels) to the last feature map"),
        .optional(
          "head", .object("layer"),
          "pooled map (1×1 pixels) to the features; left out: the pooled map is the features"),
      ])
    ],
    returns: "backbone",
    example:
      "gfnet.nn.backbone{body = gfnet.nn.sequential{gfnet.nn.conv(3, 8, {stride = 8}), gfnet.nn.relu()}}",
    discussion: "The policy reads the last feature map: 6×6 pixels or more let it point well."
  ) { call in
    let body: ComposedLayer = try call.object("body")
    let head: ComposedLayer? = try call.optionalObject("head")
    return Pushed(BackboneDescription(name: "backbone", body: body.description, head: head?.description))
  }

  // MARK: Arguments

  private static let activations = Activation.allCases.map(\.word)

  private static func activation(_ call: LuaCall, _ name: String) throws -> Activation {
    let word = try call.string(name)
    return Activation.allCases.first { $0.word == word } ?? .identity
  }

  /// The layer, or why there is none under the name of the function that was called.
  private static func layer(
    _ call: LuaCall, _ description: LayerDescription, of parts: [ComposedLayer] = []
  ) throws -> Pushed<ComposedLayer> {
    do {
      return Pushed(try ComposedLayer(description, of: parts))
    } catch {
      throw LuaError("\(call.shape.entry.qualifiedName): \(error)")
    }
  }

  private static func layers(_ call: LuaCall, _ name: String) throws -> [ComposedLayer] {
    let layers = try call.elements(name).compactMap { element in
      if case .object(let object) = element { object.value(as: ComposedLayer.self) } else { nil }
    }
    guard !layers.isEmpty else { throw LuaError("\(call.place(name)) needs at least one layer") }
    return layers
  }

  // MARK: Objects

  private static let layerClass = LuaClass<ComposedLayer>(
    "layer", "A layer, or several composed.",
    methods: [
      .init(
        "size", "The size of the result for an input of this size.",
        [
          Parameter("channels", .integer, "channels of the input", in: 1...65536),
          Parameter("height", .integer, "rows of the input", in: 1...65536),
          Parameter("width", .integer, "columns of the input", in: 1...65536),
        ],
        returns: "list of integers: channels, height, width",
        example: "gfnet.nn.conv(3, 16, {stride = 2}):size(3, 48, 48)"
      ) { layer, call in
        let size = try layer.description.size(
          for: MapSize(
            channels: call.integer("channels"), height: call.integer("height"), width: call.integer("width")))
        return [size.channels, size.height, size.width]
      }
    ],
    describe: { shortened($0.description.description) }
  ).entry

  /// One line; a network of thousands of layers is cut.
  private static func shortened(_ text: String) -> String {
    text.count > 2000 ? text.prefix(2000) + "…" : text
  }

  private static let backboneClass = LuaClass<BackboneDescription>(
    "backbone", "An encoder composed of layers, as gfnet.model{backbone = …} takes it.",
    properties: [
      .init("name", "string", "what it was defined as", get: { backbone, _ in backbone.name })
    ],
    describe: { shortened("backbone \($0.name): \($0.body)") }
  ).entry
}

/// The functions of a module as a plain table, for functions that get it as an argument.
struct FunctionTable: LuaPushable {
  let module: LuaModule

  func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: module.functions.count)
    for function in module.functions {
      stack.push(function.name)
      stack.push(function)
      stack.rawSet(tableAt: -3)
    }
  }
}
