import Checkpoints
import Foundation
import GlanceFocus
import Support
import Tensor

/// `gfnet.tensor.load` and `gfnet.tensor.save`: named tensors in files.
enum TensorFiles {
  static let functions = [load, save]

  private static let source = ArgumentKey<FilePath>.inputPath(
    "file", "safetensors, NumPy's .npy or .npz, or a dictionary of tensors that torch.save wrote")

  private static let load = FunctionEntry(
    "load", "Reads the tensors of a file.", [source],
    returns: "table: name → tensor; of a .npy file, the tensor",
    example:
      "gfnet.tensor.save(\"mine.safetensors\", {a = gfnet.tensor{1, 2}})  local a = gfnet.tensor.load(\"mine.safetensors\").a",
    discussion: """
      Whole numbers become int32, uint8 stays, truth values are boolean and floating-point numbers float32; whole numbers \
      beyond int32 make their array float32, with a remark. Arrays of kinds that are not supported, such as complex ones, \
      are left out with a remark. gfnet-lab models show FILE --arrays lists what a file of safetensors or torch.save holds. Of NumPy's \
      files, truth values and whole and floating-point numbers are read, in both byte orders, by rows or by columns; Python \
      objects, texts, dates, complex numbers and longdouble are left out of a .npz file with a remark, and refused as .npy.
      """, touches: [.readFiles]
  ) { call in
    let path = try call[source]
    if NumPyFile.endings.contains(path.ending) {
      let file = try NumPyFile(contentsOf: path)
      let tensors = try arrays(of: file, path, call.context)
      if !file.isArchive, let only = tensors.first { return LuaResults(only.value) }
      return LuaResults(NamedTensors(tensors))
    }
    return LuaResults(NamedTensors(try arrays(of: CheckpointFile(path), path, call.context)))
  }

  /// The arrays of a file of any kind, by name.
  static func arrays(in path: FilePath, _ context: HostContext) throws -> [(name: String, value: Tensor)] {
    guard NumPyFile.endings.contains(path.ending) else {
      return try arrays(of: CheckpointFile(path), path, context)
    }
    return try arrays(of: NumPyFile(contentsOf: path), path, context)
  }

  private static func arrays(
    of file: NumPyFile, _ path: FilePath, _ context: HostContext
  ) throws -> [(name: String, value: Tensor)] {
    for array in file.unread { context.note("\(path): left out: \(array.reason)") }
    return try file.arrays.map { array in
      let stored = StoredNumbers(name: array.name, type: array.type, shape: array.shape)
      return (array.name, try stored.tensor(array.floats, array.ints) { context.note("\(path): \($0)") })
    }
  }

  private static func arrays(
    of file: CheckpointFile, _ path: FilePath, _ context: HostContext
  ) throws -> [(name: String, value: Tensor)] {
    let arrays: [StateArray]
    switch file.content {
    case .model(let model): arrays = model.arrays
    case .encoder(let encoder): arrays = encoder.arrays
    case .state(let state):
      arrays = state.arrays
      for note in state.notes { context.note(note) }
      for array in state.unread.prefix(Self.mostNotes) {
        context.note(
          "\(path): \(ForeignText.printable(array.name)) is left out: \(array.what) is not supported")
      }
      let others = state.unread.count - Self.mostNotes
      if others > 0 { context.note("\(path): \(others) more of such types are left out") }
    case .network: throw LuaError("gfnet.tensor.load: \(path) is a checkpoint of a model: use gfnet.load")
    }
    return try arrays.map { array in
      try Cancellation.check()
      let stored = StoredNumbers(name: array.name, type: array.type, shape: array.shape)
      return (array.name, try stored.tensor(array.floats, array.ints) { context.note("\(path): \($0)") })
    }
  }

  /// A file may have any number of arrays that are not read.
  private static let mostNotes = 100

  private static let endings = CheckpointFormats.own.endings + NumPyFile.endings

  private static let target = ArgumentKey<FilePath>.outputPath(
    "file", "such as mine.safetensors; the ending is .safetensors, .npz or .npy")
  private static let tensors = ArgumentKey<LuaValue>(
    FunctionParameter(
      "tensors", .either([.table, Tensor.parameterType]), "name → tensor; for .npy, a tensor"))
  /// The argument `tensors` where it is a tensor, of which a freed one is an error.
  private static let onlyTensor = ArgumentKey<Tensor>(tensors.parameter) { call, name in
    try call.object(name)
  }

  private static let save = FunctionEntry(
    "save", "Writes tensors to a file, in the form that its ending names.", [target, tensors],
    example: "gfnet.tensor.save(\"mine.safetensors\", {a = gfnet.tensor{1, 2}})",
    discussion: """
      .safetensors is what Python's safetensors reads, .npz and .npy what numpy.load reads; a .npy file holds one tensor \
      without a name. The types are kept. The file is replaced as a whole; its folder must be there.
      """, touches: [.writeFiles]
  ) { call in
    let file = try call[target]
    guard endings.contains(file.ending) else {
      throw LuaError(
        "\(call.place(target)) must end in \(endings.map { "." + $0 }.joined(separator: ", ")), got \"\(file)\""
      )
    }
    let tensors = try named(call, in: file)
    switch file.ending {
    case "npy":
      guard tensors.count == 1, let only = tensors.first else {
        throw LuaError(
          "gfnet.tensor.save: a .npy file holds one tensor, got \(tensors.count); .npz holds several")
      }
      try NumPyFile.write(numPySource("", only.value), to: file)
    case "npz":
      try NumPyFile.write(tensors.map { try numPySource($0.name, $0.value) }, to: file)
    default:
      try Safetensors.write(
        tensors.map { name, value in
          guard value.dtype != .float32 else {
            return SafetensorsTensor(name, shape: value.shape.sizes, try value.values())
          }
          return SafetensorsTensor(
            name, type: value.dtype.stored, shape: value.shape.sizes, bytes: try bytes(value))
        }, to: file)
    }
  }

  private static func numPySource(_ name: String, _ value: Tensor) throws -> NumPyFile.Source {
    guard value.dtype != .float32 else { return .init(name, shape: value.shape.sizes, try value.values()) }
    return .init(name, type: value.dtype.stored, shape: value.shape.sizes, bytes: try bytes(value))
  }

  private static func bytes(_ value: Tensor) throws -> Data {
    try MemoryBudget.shared.require(value.count * value.dtype.bytes)
    return try value.withRowMajorBytes { Data($0) }
  }

  /// The tensors of the call; one that came without a table has no name.
  private static func named(_ call: LuaCall, in file: FilePath) throws -> [(name: String, value: Tensor)] {
    guard let table = try call[tensors].asTable else {
      guard file.ending == "npy" else {
        throw LuaError("gfnet.tensor.save: tensors have names: pass {name = tensor}")
      }
      return [("", try call[onlyTensor])]
    }
    return try table.pairs().map { key, value in
      guard let name = key.asString else {
        throw LuaError(
          "gfnet.tensor.save: tensors have names, got the key \(key.described); write {name = tensor}"
            + (file.ending == "npy" ? ", or the tensor alone, which is all that .npy holds" : ""))
      }
      try value.push(onto: call.stack)
      defer { call.stack.pop() }
      return (name, try call.stack.tensor(at: -1, "gfnet.tensor.save: '\(name)'"))
    }
  }
}
