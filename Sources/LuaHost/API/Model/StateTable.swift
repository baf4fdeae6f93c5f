import NeuralNet
import Support
import Tensor

/// Arrays that a script gives for those of a network, in a table by name.
enum StateTable {
  /// Replaces the arrays that the table names, once all of them were found to fit.
  ///
  /// - Parameters:
  ///   - place: the function, which errors name.
  ///   - owner: what has the arrays: model, layer.
  static func load(
    _ table: LuaTable, into entries: [(name: String, entry: StateDeclaration.Entry)], _ place: String,
    _ owner: String, on stack: LuaStack
  ) throws {
    let known = Dictionary(entries.map { ($0.name, $0.entry) }, uniquingKeysWith: { first, _ in first })
    var arrays: [(target: Tensor, source: Tensor)] = []
    // Everything is checked before anything changes.
    for (key, value) in try table.pairs() {
      guard let name = key.asString else {
        throw LuaError("\(place): arrays have names, got the key \(key.described)")
      }
      guard let entry = known[name] else {
        throw LuaError(
          "\(place): the \(owner) has no array '\(name)'" + NearestName.hint(name, in: entries.map(\.name)))
      }
      try value.push(onto: stack)
      defer { stack.pop() }
      let source = try stack.tensor(at: -1, "\(place): '\(name)'")
      guard source.shape == entry.value.shape else {
        throw LuaError("\(place): '\(name)' has shape \(source.shape), expected \(entry.value.shape)")
      }
      arrays.append((entry.value, source))
    }
    for (target, source) in arrays { try target.assign(source) }
  }
}
