import Checkpoints
import GlanceFocus
import Tensor

/// `gfnet.tensor.load` and `gfnet.tensor.save`: named tensors in files.
enum TensorFiles {
  static let functions = [load, save]

  private static let load = FunctionEntry(
    "load", "Reads the tensors of a file.",
    [Parameter("file", .string, "safetensors, or a dictionary of tensors that torch.save wrote")],
    returns: "table: name → tensor",
    example:
      "gfnet.tensor.save(\"mine.safetensors\", {a = gfnet.tensor{1, 2}})  local a = gfnet.tensor.load(\"mine.safetensors\").a",
    discussion:
      """
      Numbers of every type become 32-bit; arrays of kinds that are not supported, such as complex ones, are left out \
      with a remark. gfnet-lab models show FILE --arrays lists what a file holds.
      """,
    touches: [.readFiles]
  ) { call in
    let path = try call.string("file")
    let file = try CheckpointFile(path)
    let arrays: [StateArray]
    switch file.content {
    case .model(let model): arrays = model.arrays
    case .encoder(let encoder): arrays = encoder.arrays
    case .state(let state):
      arrays = state.arrays
      for note in state.notes { call.context.note(note) }
      for array in state.unread {
        call.context.note(
          "\(path): \(SafetensorsError.printable(array.name)) is left out: \(array.what) is not supported")
      }
    case .authors: throw LuaError("gfnet.tensor.load: \(path) is a checkpoint of a model: use gfnet.load")
    }
    return NamedTensors(try arrays.map { ($0.name, try Tensor(Shape($0.shape), $0.floats())) })
  }

  private static let save = FunctionEntry(
    "save", "Writes tensors to a safetensors file, which Python's safetensors reads too.",
    [
      Parameter("file", .string, "such as results/mine.safetensors"),
      Parameter("tensors", .table, "name → tensor"),
    ],
    example: "gfnet.tensor.save(\"mine.safetensors\", {a = gfnet.tensor{1, 2}})",
    discussion: "The file is replaced as a whole.", touches: [.writeFiles]
  ) { call in
    let file = try call.string("file")
    guard !file.isEmpty else { throw LuaError("gfnet.tensor.save: the file needs a name") }
    var tensors: [SafetensorsTensor] = []
    for (key, value) in try call.table("tensors").pairs() {
      guard let name = key.asString else {
        throw LuaError("gfnet.tensor.save: tensors have names, got the key \(key.described)")
      }
      try value.push(onto: call.stack)
      defer { call.stack.pop() }
      let tensor = try call.stack.tensor(at: -1, "gfnet.tensor.save: '\(name)'")
      tensors.append(SafetensorsTensor(name, shape: tensor.shape.sizes, try tensor.values()))
    }
    try Safetensors.write(tensors, to: file)
  }
}

/// Named tensors as a Lua table.
struct NamedTensors: LuaPushable {
  let entries: [(name: String, value: Tensor)]

  init(_ entries: [(name: String, value: Tensor)]) { self.entries = entries }

  func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: entries.count)
    for (name, value) in entries {
      stack.push(name)
      try value.push(onto: stack)
      stack.rawSet(tableAt: -3)
    }
  }
}
