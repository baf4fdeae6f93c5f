/// Every kind of layer that a backbone can be composed of.
public enum DescribedLayers {
  /// The kinds, one row each, in the order in which they are listed.
  static let table: [any DescribedLayer.Type] = [
    ConvolutionDescription.self,
    LinearDescription.self,
    BatchNormDescription.self,
    LayerNormDescription.self,
    GroupNormDescription.self,
    MaxPoolDescription.self,
    AveragePoolDescription.self,
    DropoutDescription.self,
    SqueezeExciteDescription.self,
    TemporalShiftDescription.self,
    AttentionDescription.self,
    PositionalEmbeddingDescription.self,
    EmbeddingDescription.self,
    CellDescription.self,
    SequentialDescription.self,
    ResidualDescription.self,
    ConcatenationDescription.self,
    FlattenDescription.self,
    ActivationDescription.self,
  ]

  /// The names that layers are asked for by, with their parameters.
  public static let forms: [LayerForm] = table.flatMap { $0.forms }

  /// The form of that name; nil where there is none.
  public static func form(_ name: String) -> LayerForm? { forms.first { $0.name == name } }
}
