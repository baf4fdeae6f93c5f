import NeuralNet
import Support
import Tensor

/// An object of scripts that has parameters under names: a layer, a model, an encoder.
protocol ParameterHolder {
  /// Every parameter with its dotted name, in the order of the state dictionary.
  func namedParameters(_ context: HostContext) throws -> [(name: String, parameter: Parameter)]
}

/// What gradients are asked of, and what an optimiser moves: a tensor, an object with parameters, or tables of these.
indirect enum GradientSubject {
  /// A tensor, and the parameter that stands for it: its owner on tapes and in optimisers.
  case tensor(Parameter)
  /// An object with parameters, as the script holds it.
  case holder(LuaValue, [(name: String, parameter: Parameter)])
  case table([(key: LuaValue, subject: GradientSubject)])

  /// Tables within tables, beyond which one holds itself.
  private static let deepest = 32

  /// Reads what a script passed; `place` is what an error names.
  init(_ value: LuaValue, _ place: String, depth: Int = 0) throws {
    guard depth <= Self.deepest else {
      throw LuaError("\(place): tables are nested more than \(Self.deepest) deep")
    }
    switch value {
    case .object(let object):
      if let tensor = object.value(as: Tensor.self) {
        guard tensor.dtype == .float32 else {
          throw LuaError(
            "\(place) is a tensor of \(tensor.dtype.rawValue), which has no gradient; make it float32 by :float()"
          )
        }
        self = .tensor(Parameter(sharing: tensor))
      } else if let holder = object.parameterHolder {
        self = .holder(value, try holder.namedParameters(object.owner.context))
      } else {
        throw Self.error(place, value)
      }
    case .table(let table):
      let pairs = try table.pairs()
      guard !pairs.isEmpty else {
        throw LuaError("\(place) is an empty table: there is nothing to take gradients of")
      }
      self = .table(
        try pairs.map { key, value in
          (key, try GradientSubject(value, place + Self.step(to: key), depth: depth + 1))
        })
    default: throw Self.error(place, value)
    }
  }

  /// How a message names an element of a table.
  static func step(to key: LuaValue) -> String {
    if let number = key.asInteger { return "[\(number)]" }
    return key.asString.map { ".\($0.printable(upTo: 80))" } ?? "[\(key.described)]"
  }

  private static func error(_ place: String, _ value: LuaValue) -> LuaError {
    LuaError("\(place) must be a tensor, a layer, a model or a table of these, got \(value.described)")
  }

  /// All parameters in it, those of tensors among them.
  var parameters: [(name: String, parameter: Parameter)] { named("") }

  private func named(_ prefix: String) -> [(name: String, parameter: Parameter)] {
    switch self {
    case .tensor(let parameter): [(prefix, parameter)]
    case .holder(_, let parameters):
      parameters.map { (prefix.isEmpty ? $0.name : prefix + "." + $0.name, $0.parameter) }
    case .table(let entries):
      entries.flatMap { key, subject in
        let name = key.asString ?? key.asInteger.map(String.init) ?? key.described
        return subject.named(prefix.isEmpty ? name : prefix + "." + name)
      }
    }
  }

  /// What a function that is recorded gets in its place: tensors as the tape watches them.
  func watched(by tape: GradientTape) -> any LuaPushable {
    switch self {
    case .tensor(let parameter): return tape.watch(parameter.value, owner: parameter)
    case .holder(let value, let parameters):
      for (_, parameter) in parameters where parameter.isTrainable {
        _ = tape.watch(parameter.value, owner: parameter)
      }
      return value
    case .table(let entries):
      return KeyedValues(entries.map { ($0.key, $0.subject.watched(by: tape)) })
    }
  }

  /// The gradients in the same structure.
  ///
  /// A tensor that does not influence the loss has zeros. `seen` are the memories that were handed out already: two
  /// tensors of a script never share one.
  func gradients(_ all: Gradients, _ seen: inout Set<ObjectIdentifier>) throws -> any LuaPushable {
    switch self {
    case .tensor(let parameter):
      guard let gradient = all[parameter] else { return try Tensor.zerosRowMajor(parameter.value.shape) }
      let isOwn = gradient.isDense && gradient.count == gradient.storage.count
      guard isOwn, seen.insert(ObjectIdentifier(gradient.storage)).inserted else {
        return try gradient.rowMajorCopy()
      }
      return gradient.detached
    case .holder(_, let parameters):
      return Pushed(GradientsHandle(all.of(parameters.map { $0.parameter }), names: parameters))
    case .table(let entries):
      return KeyedValues(try entries.map { ($0.key, try $0.subject.gradients(all, &seen)) })
    }
  }
}

/// Values under keys of a script, as a table.
struct KeyedValues: LuaPushable {
  private let entries: [(key: LuaValue, value: any LuaPushable)]

  init(_ entries: [(key: LuaValue, value: any LuaPushable)]) { self.entries = entries }

  func push(onto stack: LuaStack) throws {
    try stack.requireRoom(values: Double(entries.count))
    try stack.reserve(4)
    stack.pushTable(fields: entries.count)
    for (key, value) in entries {
      try key.push(onto: stack)
      try value.push(onto: stack)
      try stack.checkPushes()
      stack.rawSet(tableAt: -3)
    }
  }
}

extension LuaObject {
  /// The object where it is one with parameters.
  var parameterHolder: (any ParameterHolder)? {
    value(as: LayerHandle.self) ?? value(as: ModelHandle.self) ?? value(as: EncoderHandle.self)
      ?? value(as: EncoderPart.self) ?? value(as: ClassifierPart.self) ?? value(as: PolicyPart.self)
  }
}

extension LayerHandle: ParameterHolder {}

extension ModelHandle: ParameterHolder {
  func namedParameters(_ context: HostContext) -> [(name: String, parameter: Parameter)] {
    network.parameters
  }
}

extension EncoderHandle: ParameterHolder {
  func namedParameters(_ context: HostContext) -> [(name: String, parameter: Parameter)] {
    encoder.parameters
  }
}
