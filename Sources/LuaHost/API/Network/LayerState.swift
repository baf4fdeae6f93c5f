import Checkpoints
import GlanceFocus
import NeuralNet
import Support
import Tensor

/// The weights of layers: methods that read, replace and keep them.
enum LayerState {
  static var methods: [LuaMethod<LayerHandle>] {
    [parameters, namedParameters, reading, loading, save, load]
  }

  private static var parameters: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "parameters", "The trainable tensors, which change with the layer.", returns: "list of tensors",
      example: "gfnet.nn.linear(3, 2):parameters()"
    ) { layer, call in
      LuaList(try layer.namedParameters(call.context).map { ParameterView($0.parameter.value) })
    }
  }

  private static var namedParameters: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "named_parameters", "The trainable tensors by name, which change with the layer.",
      returns: "table: name → tensor", example: "gfnet.nn.linear(3, 2):named_parameters()"
    ) { layer, call in
      KeyedValues(
        try layer.namedParameters(call.context).map { (.string($0.name), ParameterView($0.parameter.value)) })
    }
  }

  private static var reading: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "state", "The weights and statistics by name, as copies.", returns: "table: name → tensor",
      example: "gfnet.nn.batch_norm(8):state()", discussion: "The names are those of PyTorch's state_dict."
    ) { layer, call in
      NamedTensors(try layer.entries(call.context).map { ($0.name, try $0.entry.value.rowMajorCopy()) })
    }
  }

  private static let state = ArgumentKey<LuaTable>(
    "state", "name → tensor; arrays that it does not name stay")

  private static var loading: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "load_state", "Replaces weights by those of a table, as layer:state() makes it.", [state],
      example: "local l = gfnet.nn.linear(3, 2)  l:load_state(l:state())"
    ) { layer, call in
      try GradientFunctions.requireNoRecording(
        "layer:load_state", "weights must stay as they are until it ends")
      try StateTable.load(
        call[state], into: layer.entries(call.context), "layer:load_state", "layer", on: call.stack)
    }
  }

  // MARK: Files

  private static let target = ArgumentKey<FilePath>.safetensorsPath("file", "such as mine.safetensors")

  private static var save: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "save", "Writes the weights and statistics as safetensors, under PyTorch's names.", [target],
      example: "gfnet.nn.linear(3, 2):save(\"linear.safetensors\")",
      discussion: "In Python: safetensors.torch.load_file, module.load_state_dict.", touches: [.writeFiles]
    ) { layer, call in
      try Safetensors.write(
        layer.entries(call.context).map { try SafetensorsTensor($0.name, $0.entry) }, to: call[target])
    }
  }

  private static let source = ArgumentKey<FilePath>.inputPath(
    "file", "safetensors, NumPy's .npz, or a state dictionary that torch.save wrote")

  private static var load: LuaMethod<LayerHandle> {
    LuaMethod<LayerHandle>(
      "load", "Reads the weights and statistics from a file, as layer:save or PyTorch wrote it.", [source],
      returns: "layer: the same",
      example:
        "gfnet.nn.linear(3, 2):save(\"l.safetensors\")  local l = gfnet.nn.linear(3, 2):load(\"l.safetensors\")",
      discussion: "The file must hold the arrays of the layer, all of them and no others.",
      touches: [.readFiles]
    ) { layer, call in
      try GradientFunctions.requireNoRecording("layer:load", "weights must stay as they are until it ends")
      let path = try call[source]
      let arrays = try TensorFiles.arrays(in: path, call.context)
      let entries = try layer.entries(call.context)
      let (known, found) = (Set(entries.map { $0.name }), Set(arrays.map { $0.name }))
      let missing = known.subtracting(found).sorted()
      let extra = found.subtracting(known).sorted()
      guard missing.isEmpty, extra.isEmpty else {
        let parts = [
          missing.isEmpty ? nil : "has no \(listed(missing))",
          extra.isEmpty ? nil : "has \(listed(extra)), which the layer lacks",
        ]
        throw LuaError("layer:load: \(path) \(parts.compactMap { $0 }.joined(separator: ", and "))")
      }
      let sources = Dictionary(arrays.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      // Everything is checked before anything changes.
      for (name, entry) in entries {
        guard let shape = sources[name]?.shape, shape != entry.value.shape else { continue }
        throw LuaError("layer:load: \(path): '\(name)' has shape \(shape), expected \(entry.value.shape)")
      }
      for (name, entry) in entries { if let source = sources[name] { try entry.value.assign(source) } }
      return Receiver()
    }
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(3).map { "'\($0.printable(upTo: 80))'" }.joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}

/// A list whose elements push themselves.
struct LuaList: LuaPushable {
  private let elements: [any LuaPushable]

  init(_ elements: [any LuaPushable]) { self.elements = elements }

  func push(onto stack: LuaStack) throws {
    try stack.requireRoom(values: Double(elements.count))
    try stack.pushList(elements.count) { try elements[$0].push(onto: stack) }
  }
}
