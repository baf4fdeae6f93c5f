import Checkpoints
import GlanceFocus
import NeuralNet
import Support

extension CheckpointFile {
  /// What the file holds, in a few words.
  var shortDescription: String {
    switch content {
    case .model(let file):
      let c = file.configuration
      return
        "\(c.backbone), \(c.patchSize)×\(c.patchSize) of \(c.imageSize)×\(c.imageSize), \(c.steps) steps, "
        + "\(c.classes) classes"
    case .encoder(let file):
      return "encoder \(file.backbone), \(file.classes == 0 ? "no classifier" : "\(file.classes) classes")"
    case .network(let program, let root):
      return
        "checkpoint of \(program.name), \(ForeignText.printable(root["model_name"]?.string ?? "unnamed"))"
    case .state(let state):
      return
        "state dictionary of \(ForeignText.printable(state.name ?? "a network")), \(state.arrays.count) arrays"
    }
  }

  /// All arrays of the file, those of several networks with where they are from.
  var arrays: [(name: String, shape: [Int], type: String)] {
    switch content {
    case .model(let file): file.arrays.map { ($0.name, $0.shape, $0.type.rawValue) }
    case .encoder(let file): file.arrays.map { ($0.name, $0.shape, $0.type.rawValue) }
    case .state(let state):
      state.arrays.map { ($0.name, $0.shape, $0.type.rawValue) }
        + state.unread.map { ($0.name, $0.shape, "\($0.what), not supported") }
    case .network(_, let root): Self.arrays(in: .dictionary(root), "")
    }
  }

  private static func arrays(
    in value: PyTorchValue, _ name: String
  ) -> [(name: String, shape: [Int], type: String)] {
    switch value {
    case .tensor(let tensor): [(name, tensor.shape, tensor.type.rawValue)]
    case .object(let object):
      object.unread.map { [(name, object.shape ?? [], "\($0), not supported")] } ?? []
    case .dictionary(let dictionary):
      dictionary.entries.flatMap { arrays(in: $0.value, name.isEmpty ? $0.key : name + "." + $0.key) }
    default: []
    }
  }
}
