import Support
import Backbones

/// `gfnet.nn`: layers, from which scripts compose backbones.
///
/// A layer is a description. The network is built, trained and run by the core, at its speed. Which layers there are,
/// with their parameters and examples, is what ``Backbones/DescribedLayers`` declares.
enum NetworkModule {
  static let module = LuaModule(
    "gfnet.nn", "Layers to compose a backbone of; see gfnet.backbones.define.", functions: functions)

  static let classes = [layerClass, backboneClass]

  /// Functions that make layers and backbones; layers without parameters, of which there are many, come last.
  private static let functions: [FunctionEntry] = {
    let forms = DescribedLayers.forms
    return forms.filter { !$0.parameters.isEmpty }.map { function(for: $0) } + [backbone]
      + forms.filter { $0.parameters.isEmpty }.map { function(for: $0) }
  }()

  // MARK: Layers

  private static func function(for form: LayerForm) -> FunctionEntry {
    var parameters = form.parameters.filter { $0.isRequired }.map { Parameter($0) }
    let options = form.parameters.filter { !$0.isRequired }.map { Parameter($0) }
    if !options.isEmpty { parameters.append(.options(options)) }
    return FunctionEntry(
      form.name, form.summary, parameters, returns: "layer", example: source(of: form.example)
    ) { call -> Pushed<ComposedLayer> in
      var values: [String: LayerValue] = [:]
      for parameter in form.parameters { values[parameter.name] = try value(of: parameter, in: call) }
      do {
        return Pushed(try ComposedLayer(form, values))
      } catch {
        throw LuaError("\(call.shape.entry.qualifiedName): \(error)")
      }
    }
  }

  /// What the call gives for a parameter; nil where it leaves it out.
  private static func value(of parameter: LayerParameter, in call: LuaCall) throws -> LayerValue? {
    let name = parameter.name
    guard try call.has(name) else { return nil }
    switch parameter.kind {
    case .boolean: return .boolean(try call.boolean(name))
    case .integer: return .integer(try call.integer(name))
    case .number: return .number(try call.number(name))
    case .word: return .word(try call.string(name))
    case .layer: return .layer(try call.object(name))
    case .layers: return .layers(try layers(call, name))
    }
  }

  private static func layers(_ call: LuaCall, _ name: String) throws -> [ComposedLayer] {
    let layers = try call.elements(name).compactMap { element in
      if case .object(let object) = element { object.value(as: ComposedLayer.self) } else { nil }
    }
    guard !layers.isEmpty else { throw LuaError("\(call.place(name)) needs at least one layer") }
    return layers
  }

  /// An example as a script writes it: a list alone in braces, required arguments in order, the others by name.
  private static func source(of example: LayerExample) -> String {
    let function = "gfnet.nn.\(example.name)"
    if example.arguments.count == 1, case .layers = example.arguments[0].value {
      return function + source(of: example.arguments[0].value)
    }
    let parameters = DescribedLayers.form(example.name)?.parameters ?? []
    let required = Set(parameters.filter { $0.isRequired }.map { $0.name })
    var arguments = example.arguments.filter { required.contains($0.name) }.map { source(of: $0.value) }
    let options = example.arguments.filter { !required.contains($0.name) }.map {
      "\($0.name) = \(source(of: $0.value))"
    }
    if !options.isEmpty { arguments.append("{" + options.joined(separator: ", ") + "}") }
    return function + "(" + arguments.joined(separator: ", ") + ")"
  }

  private static func source(of value: LayerExample.Value) -> String {
    switch value {
    case .boolean(let value): SettingValue.boolean(value).source
    case .integer(let value): SettingValue.integer(value).source
    case .number(let value): SettingValue.number(value).source
    case .word(let value): SettingValue.string(value).source
    case .layer(let example): source(of: example)
    case .layers(let examples): "{" + examples.map { source(of: $0) }.joined(separator: ", ") + "}"
    }
  }

  // MARK: Backbones

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

extension Parameter {
  /// The parameter of a layer. Its range is checked where the layer is composed.
  fileprivate init(_ declared: LayerParameter) {
    let type = ParameterType(declared.kind)
    switch declared.absence {
    case .required: self.init(declared.name, type, declared.help)
    case .optional: self = .optional(declared.name, type, declared.help)
    case .value(let value):
      if let plain = SettingValue(value) {
        self.init(declared.name, type, default: plain, declared.help)
      } else {
        self = .optional(declared.name, type, declared.help)
      }
    }
  }
}

extension ParameterType {
  fileprivate init(_ kind: LayerParameter.Kind) {
    switch kind {
    case .boolean: self = .boolean
    case .integer: self = .integer
    case .number: self = .number
    case .word(let words): self = .choice(words)
    case .layer: self = .object("layer")
    case .layers: self = .list(.object("layer"))
    }
  }
}

extension SettingValue {
  /// nil for layers, which have no literal.
  fileprivate init?(_ value: LayerValue) {
    switch value {
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .word(let value): self = .string(value)
    case .layer, .layers: return nil
    }
  }
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
