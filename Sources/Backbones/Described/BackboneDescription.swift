import NeuralNet
import Tensor

/// An encoder as data: its layers, and nothing that a model file could not keep.
public struct BackboneDescription: Codable, Sendable, Equatable {
  /// The name that it was defined under.
  public let name: String
  /// The layer from images (B×3×H×W) to the last feature map.
  public let body: LayerDescription
  /// The layer from the pooled map (B×C×1×1) to the features; nil where the pooled map itself is the
  /// features.
  public let head: LayerDescription?

  public init(name: String, body: LayerDescription, head: LayerDescription? = nil) {
    self.name = name
    self.body = body
    self.head = head
  }

  /// The size of the last feature map for RGB inputs of `side`×`side` pixels.
  ///
  /// - Throws: ``LayerError`` where layers do not fit each other or the input.
  public func mapSize(side: Int) throws(LayerError) -> MapSize { try mapSize(side: side, anySide: false) }

  private func mapSize(side: Int, anySide: Bool) throws(LayerError) -> MapSize {
    let input = MapSize(channels: 3, height: side, width: side)
    let size = try body.size(for: input, path: "body", anySide: anySide)
    guard !size.isFlat else {
      throw LayerError("body: gives \(size), expected a feature map; what flattens it belongs into the head")
    }
    return size
  }

  /// The side of inputs that are large enough for any sequence of windows: channels do not depend on the
  /// size.
  private static let ampleSide = 1 << 20

  /// A row like those of the registry.
  ///
  /// - Throws: ``LayerError`` where layers do not fit each other.
  func entry() throws(LayerError) -> BackboneEntry {
    let map = try mapSize(side: Self.ampleSide, anySide: true)
    let pooled = MapSize(channels: map.channels, height: 1, width: 1)
    let size = try head?.size(for: pooled, path: "head") ?? pooled
    let features = size.channels * size.height * size.width
    return BackboneEntry(
      name, family: "described", summary: "composed of layers: \(body)",
      stride: max(Self.ampleSide / map.height, 1), mapSide: { (try? mapSize(side: $0))?.height ?? 0 },
      keys: .own, keyMaps: [],
      build: { classes in
        try DescribedBackbone(
          self, mapChannels: map.channels, featureCount: features, classes: classes)
      })
  }
}

/// An encoder that was described as data.
final class DescribedBackbone: Backbone {
  let featureCount: Int
  let mapChannels: Int
  private let body: any Layer
  private let head: (any Layer)?
  private let classifier: Linear

  init(_ description: BackboneDescription, mapChannels: Int, featureCount: Int, classes: Int) throws {
    self.mapChannels = mapChannels
    self.featureCount = featureCount
    body = try description.body.build()
    head = try description.head?.build()
    classifier = try Linear(featureCount, classes)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("body", body)
    state.child("head", head)
    state.child("classifier", classifier)
  }

  func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    let map = try body(images, pass)
    guard let head else { return Encoding(features: try map.globalAveragePooled(), map: map) }
    let pooled = try map.mean([2, 3], keepingAxes: true)
    return Encoding(features: try head(pooled, pass).flattened(from: 1), map: map)
  }

  func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor { try classifier(features, pass) }
}
