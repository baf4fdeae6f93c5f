import NeuralNet

/// A parameter of a layer whatever its Swift type.
protocol DeclaredLayerKey: Sendable {
  var parameter: LayerParameter { get }
}

/// A parameter of a layer, and the Swift type that it is read as.
struct LayerKey<Value: Sendable>: DeclaredLayerKey {
  let parameter: LayerParameter
  /// The value where none is given; nil where one must be.
  fileprivate let absent: Value?
  fileprivate let read: @Sendable (LayerValue) -> Value?

  fileprivate init(
    _ name: String, _ kind: LayerParameter.Kind, _ absence: LayerParameter.Absence, _ help: String,
    in range: ClosedRange<Int>? = nil, absent: Value?, read: @escaping @Sendable (LayerValue) -> Value?
  ) {
    parameter = LayerParameter(name: name, kind: kind, absence: absence, range: range, help: help)
    self.absent = absent
    self.read = read
  }

  /// What is wrong with a number that lies outside the declared range; nil where nothing is.
  func problem(_ value: Int) -> String? {
    parameter.range.flatMap { LayerLimits.problem(parameter.name, value, $0) }
  }
}

/// The values of a layer's parameters.
struct LayerArguments {
  private let values: [String: LayerValue]

  init(_ values: [String: LayerValue]) { self.values = values }

  /// The value of a parameter, or what it has where none is given.
  ///
  /// - Throws: ``LayerError`` where a value is missing or of another kind.
  subscript<Value>(key: LayerKey<Value>) -> Value {
    get throws {
      guard let given = values[key.parameter.name] else {
        guard let absent = key.absent else { throw LayerError("\(key.parameter.name) is missing") }
        return absent
      }
      guard let value = key.read(given) else { throw LayerError("\(key.parameter.name) is of another kind") }
      return value
    }
  }
}

// MARK: Kinds

extension LayerKey where Value == Int {
  init(_ name: String, _ help: String, default value: Int? = nil, in range: ClosedRange<Int>? = nil) {
    self.init(
      name, .integer, value.map { .value(.integer($0)) } ?? .required, help, in: range, absent: value,
      read: { $0.asInteger })
  }
}

extension LayerKey where Value == Int? {
  init(_ name: String, _ help: String, in range: ClosedRange<Int>? = nil) {
    self.init(
      name, .integer, .optional, help, in: range, absent: .some(nil),
      read: { value -> Int?? in value.asInteger.map { Optional.some($0) } })
  }
}

extension LayerKey where Value == Float {
  init(_ name: String, _ help: String) {
    self.init(name, .number, .required, help, absent: nil, read: { $0.asNumber.map { Float($0) } })
  }
}

extension LayerKey where Value == Bool {
  init(_ name: String, _ help: String, default value: Bool) {
    self.init(
      name, .boolean, .value(.boolean(value)), help, absent: value,
      read: { if case .boolean(let value) = $0 { value } else { nil } })
  }
}

extension LayerKey where Value == Activation {
  init(_ name: String, _ help: String, default value: Activation) {
    self.init(
      name, .word(Activation.all.map { $0.layerName }), .value(.word(value.layerName)), help, absent: value,
      read: { value in
        guard case .word(let word) = value else { return nil }
        return Activation.all.first { $0.layerName == word }
      })
  }
}

extension LayerKey where Value == LayerDescription {
  init(_ name: String, _ help: String) {
    self.init(name, .layer, .required, help, absent: nil, read: { $0.asLayer?.description })
  }
}

extension LayerKey where Value == LayerDescription? {
  init(_ name: String, _ help: String) {
    self.init(
      name, .layer, .optional, help, absent: .some(nil),
      read: { value -> LayerDescription?? in value.asLayer.map { Optional.some($0.description) } })
  }
}

extension LayerKey where Value == [LayerDescription] {
  init(_ name: String, _ help: String) {
    self.init(
      name, .layers, .required, help, absent: nil,
      read: { if case .layers(let layers) = $0 { layers.map { $0.description } } else { nil } })
  }
}

extension LayerValue {
  fileprivate var asInteger: Int? { if case .integer(let value) = self { value } else { nil } }

  fileprivate var asNumber: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  fileprivate var asLayer: ComposedLayer? { if case .layer(let value) = self { value } else { nil } }

  /// The layers that it consists of.
  var parts: [ComposedLayer] {
    switch self {
    case .layer(let layer): [layer]
    case .layers(let layers): layers
    default: []
    }
  }
}
