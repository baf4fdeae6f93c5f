import NeuralNet
import Support

/// A kind of layer as data: how it is asked for, what it makes of a feature map's size, and how it is built.
///
/// A new kind is a file in `Layers` and a row of ``DescribedLayers/table``. Its `Codable` form is what model files
/// keep, so the coding keys of one that was published stay as they are. The description is one line that shows the
/// composition.
protocol DescribedLayer: Codable, Sendable, Equatable, CustomStringConvertible {
  /// The name that model files keep it under.
  static var storedName: String { get }
  /// The names that it is asked for by, with their parameters; one for most kinds.
  static var forms: [LayerForm] { get }

  /// The name of the form that makes this layer.
  var name: String { get }

  /// What is wrong with the layer's own numbers, whatever it is applied to; nil where nothing is.
  var problem: String? { get }

  /// The size of the result for `input`. It is asked only where ``problem`` is nil.
  ///
  /// - Throws: the error of `place` where the layer does not fit the input.
  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize

  /// The layer, with weights that are zero until initialised or loaded.
  func build() throws -> any Layer

  /// The same of the layers that `parts` hands out for those inside, which it is asked for in the order of the parameters.
  func build(of parts: LayerParts) throws -> any Layer
}

extension DescribedLayer {
  var name: String { Self.forms[0].name }
  var problem: String? { nil }

  func build(of parts: LayerParts) throws -> any Layer { try build() }

  func isEqual(to other: any DescribedLayer) -> Bool { (other as? Self) == self }
}

/// A composition of layers that do not fit together.
public struct LayerError: LineError {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Sizes beyond these are mistakes, or a hostile file's.
enum LayerLimits {
  static let channels = 1...65_536
  static let window = 1...256
  static let padding = 0...256
  static let depth = 64
  /// The most layers of one network, those inside others included; a layer that stands at several places
  /// counts at each.
  static let count = 10_000

  /// What is wrong with a number that has to lie within `limits`; nil where it does.
  static func problem(_ name: String, _ value: Int, _ limits: ClosedRange<Int>) -> String? {
    limits.contains(value)
      ? nil : "\(name) is \(value), expected \(limits.lowerBound) to \(limits.upperBound)"
  }
}
