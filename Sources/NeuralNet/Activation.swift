import Tensor

/// A named element-wise function between layers.
///
/// An activation is a row that points at a function of `Tensor`: a new one takes a static constant and its
/// place in ``all``. Files keep its name.
public struct Activation: Hashable, Sendable {
  /// The name by which files know it.
  public let name: String
  private let function: @Sendable (Tensor) throws -> Tensor

  private init(_ name: String, _ function: @escaping @Sendable (Tensor) throws -> Tensor) {
    self.name = name
    self.function = function
  }

  /// The input itself.
  public static let identity = Activation("identity") { $0 }
  /// max(x, 0).
  public static let relu = Activation("relu") { try $0.relu() }
  /// min(max(x, 0), 6).
  public static let relu6 = Activation("relu6") { try $0.relu6() }
  /// 1 / (1 + e⁻ˣ).
  public static let sigmoid = Activation("sigmoid") { try $0.sigmoid() }
  /// The hyperbolic tangent.
  public static let tanh = Activation("tanh") { try $0.tanh() }
  /// x · relu6(x + 3) / 6.
  public static let hardSwish = Activation("hardSwish") { try $0.hardSwish() }
  /// relu6(x + 3) / 6.
  public static let hardSigmoid = Activation("hardSigmoid") { try $0.hardSigmoid() }
  /// x · sigmoid(x).
  public static let silu = Activation("silu") { try $0.silu() }

  /// All activations.
  public static let all: [Activation] = [
    identity, relu, relu6, sigmoid, tanh, hardSwish, hardSigmoid, silu,
  ]

  /// The activation of that ``name``; nil where there is none.
  public static func named(_ name: String) -> Activation? { all.first { $0.name == name } }

  /// The function of each element; a tensor of the same shape.
  public func callAsFunction(_ x: Tensor) throws -> Tensor { try function(x) }

  /// Whether two activations have the same name.
  public static func == (a: Activation, b: Activation) -> Bool { a.name == b.name }

  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Activation: Codable {
  /// - Throws: `DecodingError` where the text is no activation's name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let known = Activation.named(name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "Cannot initialize Activation from invalid String value \(name)")
    }
    self = known
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
