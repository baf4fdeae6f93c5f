/// Where a layer stands in a composition while sizes are worked out.
struct LayerPlace {
  /// The number of layers that a walk has come to; all places of a walk share it.
  private final class Visits { var count = 0 }

  private let path: String
  /// The layer's own name.
  private let name: String
  private let depth: Int
  private let visits: Visits
  /// True where heights and widths of the walk stand for any.
  let anySide: Bool

  /// The place of the outermost layer, where a walk begins.
  init(path: String, of layer: LayerDescription, anySide: Bool) {
    self.init(path: path, name: layer.layer.name, depth: 0, visits: Visits(), anySide: anySide)
  }

  private init(path: String, name: String, depth: Int, visits: Visits, anySide: Bool) {
    self.anySide = anySide
    self.path = path
    self.name = name
    self.depth = depth
    self.visits = visits
  }

  /// A problem of the layer at this place, which is named.
  func error(_ problem: String) -> LayerError {
    LayerError("\(path.isEmpty ? name : "\(path) (\(name))"): \(problem)")
  }

  /// The size of the result of the layer at this place.
  func size(of layer: LayerDescription, for input: MapSize) throws(LayerError) -> MapSize {
    guard depth <= LayerLimits.depth else {
      throw error("layers are nested more than \(LayerLimits.depth) deep")
    }
    visits.count += 1
    guard visits.count <= LayerLimits.count else { throw error("more than \(LayerLimits.count) layers") }
    if let problem = layer.layer.problem { throw error(problem) }
    return try layer.layer.size(for: input, at: self)
  }

  /// The size of the result of a part of the layer at this place, which messages call by its number, or its parameter.
  func size(
    ofPart part: LayerDescription, _ name: String, for input: MapSize
  ) throws(LayerError) -> MapSize {
    let place = LayerPlace(
      path: path.isEmpty ? name : "\(path).\(name)", name: part.layer.name, depth: depth + 1, visits: visits,
      anySide: anySide)
    return try place.size(of: part, for: input)
  }

  /// Refuses an input of another number of channels.
  func expect(_ channels: Int, in input: MapSize) throws(LayerError) {
    guard channels == input.channels else {
      throw error("is made for \(channels) channels, gets \(input.channels)")
    }
  }

  /// The size of the result where a window moves over the input.
  ///
  /// - Parameters:
  ///   - span: pixels from the window's first to its last, both included.
  ///   - stride: pixels from one window to the next.
  ///   - padding: pixels added on each side.
  func windowed(
    _ input: MapSize, channels: Int, span: Int, stride: Int, padding: Int
  ) throws(LayerError) -> MapSize {
    let (height, width) = (input.height + 2 * padding - span, input.width + 2 * padding - span)
    guard height >= 0, width >= 0 else {
      throw error("a window of \(span) pixels does not fit an input of \(input)")
    }
    return MapSize(channels: channels, height: height / stride + 1, width: width / stride + 1)
  }
}
