import NeuralNet

/// A layer whose numbers and extent were checked when it was composed.
///
/// A layer can stand at several places of another, so a few of them describe a network of any size: whoever walks one
/// needs to know before how large it is. The limit of the depth also bounds how deep its release goes.
public struct ComposedLayer: Sendable {
  /// The layer as data.
  public let description: LayerDescription
  /// The number of layers in all, those inside others included.
  public let count: Int
  private let depth: Int

  /// Composes a layer of `form` from values by the names of the form's parameters; one that is left out has
  /// its default.
  ///
  /// - Throws: ``LayerError``, without the layer's name, where a number is out of its range, a value is missing, or the
  ///   layers inside are too many or too deep.
  public init(_ form: LayerForm, _ values: [String: LayerValue] = [:]) throws {
    let layer = try form.make(LayerArguments(values))
    if let problem = layer.problem { throw LayerError(problem) }
    let parts = form.parameters.flatMap { values[$0.name]?.parts ?? [] }
    depth = (parts.map { $0.depth }.max() ?? -1) + 1
    guard depth <= LayerLimits.depth else {
      throw LayerError("layers are nested more than \(LayerLimits.depth) deep")
    }
    // Each part has at most `LayerLimits.count`, and a list that memory holds cannot overflow the sum.
    count = parts.reduce(1) { $0 + $1.count }
    guard count <= LayerLimits.count else {
      throw LayerError(
        "would be \(count) layers, those inside others included; a network has at most \(LayerLimits.count)")
    }
    description = LayerDescription(layer)
  }

  /// The layer itself, with weights that are zero until initialised or loaded.
  ///
  /// - Parameter parts: the layers inside, in the order of the parameters: whoever holds them shares their weights.
  /// - Throws: ``LayerError`` where there are fewer; `TensorError`.
  public func build(of parts: [any Layer]) throws -> any Layer {
    try description.layer.build(of: LayerParts(parts))
  }
}
