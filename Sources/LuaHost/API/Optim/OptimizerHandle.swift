import NeuralNet
import Support
import Tensor

/// An optimiser as scripts hold it.
final class OptimizerHandle {
  let optimizer: any Optimizer
  /// What it is called: sgd, adam, adamw.
  let name: String
  /// What it moves, in the structure in which gradients come.
  private let subjects: [GradientSubject]
  /// Whether the script gave a list of groups.
  private let isGrouped: Bool
  /// The models that it moves, which must not be running.
  private let models: [ModelHandle]

  /// The groups that a script described, with what each moves.
  struct Groups {
    var subjects: [GradientSubject]
    var groups: [ParameterGroup]
    var isGrouped: Bool
  }

  init(_ name: String, _ groups: Groups, _ make: ([ParameterGroup]) -> any Optimizer) {
    self.name = name
    subjects = groups.subjects
    isGrouped = groups.isGrouped
    models = groups.subjects.flatMap { $0.models }
    optimizer = make(groups.groups)
  }

  /// Moves the parameters along gradients that came in the structure of the parameters.
  func step(_ value: LuaValue, factor: Float, _ place: String) throws {
    try GradientFunctions.requireNoRecording(place, "parameters must stay as they are until it ends")
    for model in models { try model.requireIdle(place) }
    var found: [(owner: AnyObject, gradient: Tensor)] = []
    if isGrouped, case .table(let table) = value {
      let parts = try table.elements()
      guard parts.count == subjects.count else {
        throw LuaError("\(place): got \(parts.count) gradients for \(subjects.count) groups")
      }
      for (index, part) in parts.enumerated() {
        try subjects[index].match(part, "\(place): group \(index + 1)", &found)
      }
    } else if isGrouped, let gradients = value.asGradients {
      // The gradients of one object can be those of several groups.
      found = gradients.gradients.byOwner
    } else {
      try subjects[0].match(value, "\(place): the gradients", &found)
    }
    let known = Set(optimizer.groups.flatMap { $0.parameters.map { ObjectIdentifier($0.parameter) } })
    guard found.isEmpty || found.contains(where: { known.contains(ObjectIdentifier($0.owner)) }) else {
      throw LuaError("\(place): the gradients are those of other parameters than the optimiser's")
    }
    try optimizer.step(Gradients(found), rateFactor: factor)
  }
}

extension LuaValue {
  /// The value where it is gradients of an object.
  var asGradients: GradientsHandle? {
    if case .object(let object) = self { object.value(as: GradientsHandle.self) } else { nil }
  }
}

extension GradientSubject {
  /// The models among what gradients are asked of.
  var models: [ModelHandle] {
    switch self {
    case .tensor: []
    case .holder(.object(let object), _):
      [
        object.value(as: ModelHandle.self), object.value(as: EncoderPart.self)?.model,
        object.value(as: ClassifierPart.self)?.model, object.value(as: PolicyPart.self)?.model,
      ].compactMap { $0 }
    case .holder: []
    case .table(let entries): entries.flatMap { $0.subject.models }
    }
  }

  /// Finds the gradient of each parameter in a value of this structure.
  func match(
    _ value: LuaValue, _ place: String, _ found: inout [(owner: AnyObject, gradient: Tensor)]
  ) throws {
    switch self {
    case .tensor(let parameter):
      guard case .object(let object) = value, let gradient = object.value(as: Tensor.self) else {
        throw LuaError("\(place) must be a tensor, got \(value.described)")
      }
      guard gradient.shape == parameter.value.shape else {
        throw LuaError("\(place) has shape \(gradient.shape), its parameter \(parameter.value.shape)")
      }
      found.append((parameter, gradient))
    case .holder:
      guard let gradients = value.asGradients else {
        throw LuaError(
          "\(place) must be gradients of a layer or a model, as gfnet.grad gives them, got \(value.described)"
        )
      }
      found += gradients.gradients.byOwner
    case .table(let entries):
      guard let table = value.asTable else {
        throw LuaError("\(place) must be a table with the keys of the parameters, got \(value.described)")
      }
      let count = try table.pairs().count
      guard count == entries.count else {
        throw LuaError("\(place): \(count) entries for \(entries.count) parameters")
      }
      for (key, subject) in entries {
        try subject.match(try table.get(key), place + Self.step(to: key), &found)
      }
    }
  }
}

extension OptimizerHandle: ObjectArgument {
  static let className = "optimizer"
}

extension OptimizerHandle: GrowsInUse {
  /// Its moments, two for each parameter at most.
  var heldBytes: Int {
    optimizer.groups.reduce(0) { $0 + $1.parameters.reduce(0) { $0 + 2 * $1.parameter.value.storage.bytes } }
  }
}
