import NeuralNet

/// A layer as data: what is composed, and what a model file keeps, so that it loads by itself.
///
/// In a file it is an object with one field, named after the kind of layer.
public struct LayerDescription: Codable, Sendable, Equatable, CustomStringConvertible {
  let layer: any DescribedLayer

  init(_ layer: any DescribedLayer) { self.layer = layer }

  /// The layer as it is composed: `sequential{conv(3, 16, 3×3), batch_norm(16), relu}`.
  public var description: String { layer.description }

  /// The size of the result for an input of `size`; messages say by `path` where the layer stands.
  ///
  /// - Throws: ``LayerError``, naming the layer that does not fit.
  public func size(for size: MapSize, path: String = "") throws(LayerError) -> MapSize {
    try self.size(for: size, path: path, anySide: false)
  }

  /// The same; where `anySide` is true, only channels are asked about, and layers that are made for one height and width
  /// take any.
  func size(for size: MapSize, path: String, anySide: Bool) throws(LayerError) -> MapSize {
    try LayerPlace(path: path, of: self, anySide: anySide).size(of: self, for: size)
  }

  /// The layer, with weights that are zero until initialised or loaded.
  func build() throws -> any Layer { try layer.build() }

  /// Whether two layers are of one kind and have the same numbers.
  public static func == (one: LayerDescription, other: LayerDescription) -> Bool {
    one.layer.isEqual(to: other.layer)
  }

  // MARK: Files

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let rows = container.allKeys.compactMap { key in
      DescribedLayers.table.first { $0.storedName == key.stringValue }
    }
    guard let row = rows.first, rows.count == 1 else {
      throw DecodingError.typeMismatch(
        LayerDescription.self,
        DecodingError.Context(
          codingPath: container.codingPath, debugDescription: "\(rows.count) known layers, expected one"))
    }
    layer = try Self.decode(row, from: container)
  }

  private static func decode<Row: DescribedLayer>(
    _ row: Row.Type, from container: KeyedDecodingContainer<Key>
  ) throws -> any DescribedLayer {
    try container.decode(row, forKey: Key(stringValue: row.storedName))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(layer, forKey: Key(stringValue: type(of: layer).storedName))
  }
}
