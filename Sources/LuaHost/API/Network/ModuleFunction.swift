import NeuralNet
import Support
import Tensor

/// `gfnet.nn.module`: modules that scripts compose.
enum ModuleFunction {
  private static let fields = ArgumentKey<LuaTable>(
    "fields",
    "layers, tensors (parameters), lists of them, numbers and what else self is to have; and forward = function(self, …)"
  )

  static let entry = FunctionEntry(
    "module", "A module of layers and tensors with a function that says what it computes.", [fields],
    returns: "layer",
    example:
      "gfnet.nn.module{fc = gfnet.nn.linear(3, 2), forward = function(self, x) return self.fc(x):relu() end}",
    discussion: """
      Within forward, self.fc is the field fc. Tensors among the fields are parameters: gradients are taken of them \
      and optimisers move them. buffers = {mask = tensor} are kept in the state and read as self.mask, and never trained. \
      The state's names are those of PyTorch for the same fields: conv.weight, layers.0.weight for the first of a list \
      layers. Layers of gfnet.nn can be called by themselves, too. A module with a function cannot be part of a \
      backbone, which model files must be able to keep.
      """
  ) { call in
    let given = try call[fields]
    var forward: LuaFunction?
    var buffers: [(name: String, buffer: Buffer)] = []
    let copy = try LuaTable(in: call.state)
    for (key, value) in try given.pairs() {
      switch key.asString {
      case "forward":
        guard let function = value.asFunction else {
          throw LuaError("gfnet.nn.module: forward must be a function(self, …), got \(value.described)")
        }
        forward = function
      case "buffers": buffers = try Self.buffers(value)
      case let name?:
        if LayerClass.memberNames.contains(name) {
          throw LuaError("gfnet.nn.module: '\(name)' is a member of every layer; give the field another name")
        }
        try copy.set(key, try owned(value, name))
      case nil:
        throw LuaError(
          "gfnet.nn.module: fields have names, got \(key.describedAsKey); lists go into a field, as layers = {…}"
        )
      }
    }
    guard let forward else { throw LuaError("gfnet.nn.module: forward = function(self, …) is missing") }
    if let twice = try buffers.first(where: { try !copy.get($0.name).isNil }) {
      throw LuaError("gfnet.nn.module: '\(twice.name)' is a field and a buffer")
    }
    return Pushed(LayerHandle(.scripted(ScriptedModule(fields: copy, buffers: buffers, forward: forward))))
  }

  /// A tensor must lie in order to be moved in place.
  private static func owned(_ value: LuaValue, _ name: String) throws -> LuaValue {
    if case .object(let object) = value, let tensor = object.value(as: Tensor.self), !tensor.isContiguous {
      throw LuaError("gfnet.nn.module: the elements of '\(name)' do not lie in order; :clone() it")
    }
    return value
  }

  private static func buffers(_ value: LuaValue) throws -> [(name: String, buffer: Buffer)] {
    guard let table = value.asTable else {
      throw LuaError("gfnet.nn.module: buffers must be a table name → tensor, got \(value.described)")
    }
    return try table.pairs().map { key, value in
      guard let name = key.asString, case .object(let object) = value,
        let tensor = object.value(as: Tensor.self)
      else {
        throw LuaError(
          "gfnet.nn.module: buffers must be a table name → tensor, got \(value.described) at \(key.describedAsKey)"
        )
      }
      return (name, Buffer(sharing: try tensor.rowMajorCopy()))
    }
  }
}
