import GlanceFocus
import NeuralNet
import Support
import Tensor

/// `model:state` and `model:load_state`.
enum ModelState {
  private static let state = ArgumentKey<LuaTable>(
    "state", "name → tensor; arrays that it does not name stay")

  static var reading: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "state", "The weights and statistics by name, as copies.", returns: "table: name → tensor",
      example: "gfnet.model{backbone = \"resnet_tiny_16\"}:state()",
      discussion: "The names are those of the authors' checkpoints; model:load_state takes such a table."
    ) { model, _ in
      NamedTensors(try model.network.state.map { ($0.name, try $0.entry.value.rowMajorCopy()) })
    }
  }

  static var loading: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "load_state", "Replaces weights by those of a table, as model:state() makes it.", [state],
      example:
        "local model = gfnet.model{backbone = \"resnet_tiny_16\"}  model:load_state(model:state())"
    ) { model, call in
      try model.requireIdle("model:load_state")
      let entries = model.network.state
      var arrays: [(target: Tensor, source: Tensor)] = []
      // Everything is checked before anything changes.
      for (key, value) in try call[state].pairs() {
        guard let name = key.asString else {
          throw LuaError("model:load_state: arrays have names, got the key \(key.described)")
        }
        guard let entry = entries.first(where: { $0.name == name }) else {
          throw LuaError(
            "model:load_state: the model has no array '\(name)'"
              + NearestName.hint(name, in: entries.map(\.name)))
        }
        try value.push(onto: call.stack)
        defer { call.stack.pop() }
        let source = try call.stack.tensor(at: -1, "model:load_state: '\(name)'")
        guard source.shape == entry.entry.value.shape else {
          throw LuaError(
            "model:load_state: '\(name)' has shape \(source.shape), expected \(entry.entry.value.shape)")
        }
        arrays.append((entry.entry.value, source))
      }
      for (target, source) in arrays { try target.assign(source) }
    }
  }
}
