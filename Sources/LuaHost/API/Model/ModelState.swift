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
      try StateTable.load(
        call[state], into: model.network.state, "model:load_state", "model", on: call.stack)
    }
  }
}
