import NeuralNet

/// The layers inside of one that is being built: new ones, or those that somebody holds already.
final class LayerParts {
  private let given: [any Layer]?
  private var taken = 0

  /// New ones, each of which is built when it is asked for.
  init() { given = nil }

  /// Those that are given, in the order in which they are asked for.
  init(_ given: [any Layer]) { self.given = given }

  /// The layer for `description`.
  func callAsFunction(_ description: LayerDescription) throws -> any Layer {
    guard let given else { return try description.build() }
    guard given.indices.contains(taken) else { throw LayerError("a layer inside is missing") }
    defer { taken += 1 }
    return given[taken]
  }
}
