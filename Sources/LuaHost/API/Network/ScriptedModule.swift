import NeuralNet
import Support
import Tensor

/// A module that a script composes: fields that hold layers, parameters and anything else, and a function that calls them.
final class ScriptedModule {
  /// What `self` has in the function: layers, tensors that are parameters, and whatever the script keeps there.
  let fields: LuaTable
  /// Tensors of the state that no gradient changes.
  let buffers: [(name: String, buffer: Buffer)]
  /// Called with the module and what it is called with.
  let forward: LuaFunction
  /// The parameters that stand for tensors of the script, by their memory.
  private var parameters: [ObjectIdentifier: Parameter] = [:]

  /// Tables within tables of fields, beyond which one holds itself.
  private static let deepest = 16

  init(fields: LuaTable, buffers: [(name: String, buffer: Buffer)], forward: LuaFunction) {
    self.fields = fields
    self.buffers = buffers
    self.forward = forward
  }

  /// What a field holds that counts for the state.
  private enum Part {
    case tensor(Tensor)
    case layer(LayerHandle)
  }

  /// The layers and tensors among the fields with their names. Places of lists count from 0 there, as in PyTorch.
  private func parts() throws -> [(name: String, part: Part)] {
    var found: [(name: String, part: Part)] = []
    try collect(fields, "", 0, &found)
    return found
  }

  private func collect(
    _ table: LuaTable, _ prefix: String, _ depth: Int, _ found: inout [(name: String, part: Part)]
  ) throws {
    guard depth <= Self.deepest else {
      throw LuaError("the tables of a module are nested more than \(Self.deepest) deep")
    }
    for (key, value) in try table.pairs() {
      guard let step = key.asString ?? key.asInteger.map({ String($0 &- 1) }) else { continue }
      let name = prefix.isEmpty ? step : prefix + "." + step
      switch value {
      case .table(let inner): try collect(inner, name, depth + 1, &found)
      case .object(let object):
        if let layer = object.value(as: LayerHandle.self) {
          found.append((name, .layer(layer)))
        } else if let tensor = object.value(as: Tensor.self), tensor.dtype == .float32 {
          // Masks, places and pixels have no gradients: they are no parameters.
          found.append((name, .tensor(tensor)))
        }
      default: break
      }
    }
  }

  /// The layers among the fields.
  func children() throws -> [LayerHandle] {
    try parts().compactMap { if case .layer(let layer) = $0.part { layer } else { nil } }
  }

  /// Every parameter and buffer with its dotted name: fields in alphabetical order, since tables have none.
  func entries(_ context: HostContext, depth: Int) throws -> [(name: String, entry: StateDeclaration.Entry)] {
    let inner = try parts().flatMap { name, part -> [(name: String, entry: StateDeclaration.Entry)] in
      switch part {
      case .tensor(let tensor): return [(name, .parameter(parameter(tensor)))]
      case .layer(let layer):
        return try layer.entries(context, depth: depth + 1).map { (name + "." + $0.name, $0.entry) }
      }
    }
    return inner + buffers.map { ($0.name, .buffer($0.buffer)) }
  }

  /// The parameter that stands for a tensor of the script, always the same.
  private func parameter(_ tensor: Tensor) -> Parameter {
    let key = ObjectIdentifier(tensor.storage)
    if let known = parameters[key], known.value.offset == tensor.offset, known.value.shape == tensor.shape {
      return known
    }
    let made = Parameter(sharing: tensor)
    parameters[key] = made
    return made
  }

  /// One line about the module: the names of what it holds.
  var text: String {
    let names = (try? parts().map { $0.name }) ?? []
    return "module{" + names.joined(separator: ", ") + "}"
  }
}
