import Backbones
import Support

extension ArgumentKey<LayerValue?> {
  /// The argument for a declared parameter of a layer; nil where the call leaves it out.
  ///
  /// Its range is checked where the layer is composed.
  convenience init(_ declared: LayerParameter) {
    self.init(FunctionParameter(declared)) { call, name in
      guard try call.has(name) else { return nil }
      switch declared.kind {
      case .boolean: return .boolean(try call.boolean(name))
      case .integer: return .integer(try call.integer(name))
      case .number: return .number(try call.number(name))
      case .word: return .word(try call.string(name))
      case .layer:
        let layer: LayerHandle = try call.object(name)
        return .layer(try layer.composed(call.place(name)))
      case .layers:
        let layers = try [LayerHandle].read(name, from: call)
        guard !layers.isEmpty else { throw LuaError("\(call.place(name)) needs at least one layer") }
        return .layers(try layers.map { try $0.composed(call.place(name)) })
      }
    }
  }
}

extension FunctionParameter {
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
    case .layer: self = .object(LayerHandle.className)
    case .layers: self = .list(.object(LayerHandle.className))
    }
  }
}

extension SettingValue {
  /// The value as a default that help shows; nil for layers, which have no literal.
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
