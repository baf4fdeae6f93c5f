import NeuralNet
import Tensor

/// The gradients of an object's parameters, as scripts hold them.
struct GradientsHandle {
  let gradients: Gradients
  /// The parameters that they can be of, with the names that scripts know them by.
  let names: [(name: String, parameter: Parameter)]

  init(_ gradients: Gradients, names: [(name: String, parameter: Parameter)]) {
    self.gradients = gradients
    self.names = names
  }

  /// Those that there are, by name.
  var entries: [(name: String, value: Tensor)] {
    names.compactMap { name, parameter in gradients[parameter].map { (name, $0) } }
  }

  /// The same with other numbers.
  func with(_ gradients: Gradients) -> GradientsHandle { GradientsHandle(gradients, names: names) }
}

extension GradientsHandle: ObjectArgument {
  static let className = "gradients"
}

extension GradientsHandle: HoldsMemory {
  var heldBytes: Int { gradients.byOwner.reduce(0) { $0 + $1.gradient.storage.bytes } }
}
