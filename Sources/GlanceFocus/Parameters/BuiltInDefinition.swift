import Support

/// What is built in under a name: an exit rule or a sampler, with its parameters and constructor.
public struct BuiltInDefinition<Product>: Sendable {
  public let name: String
  /// One line: when images leave, or where patches are taken.
  public let summary: String
  public let parameters: [ParameterDescription]
  /// What it is, for messages, such as `exit rule`.
  let kind: String
  private let make: @Sendable (Parameters) throws -> Product

  init(
    kind: String, name: String, summary: String, parameters: [ParameterDescription],
    make: @escaping @Sendable (Parameters) throws -> Product
  ) {
    self.kind = kind
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.make = make
  }

  /// One with the given parameter values, defaults for the others.
  /// - Throws: ``EpisodeError`` for unknown names and unfit values.
  public func make(_ given: [String: ParameterValue] = [:]) throws -> Product {
    try make(Parameters(given, of: parameters, owner: "\(kind) '\(name)'"))
  }

  /// The one called `name` in `table`, with the given parameters.
  /// - Throws: ``EpisodeError`` for an unknown name, naming the nearest known, and for unfit parameters.
  static func make(
    _ name: String, _ given: [String: ParameterValue], from table: [BuiltInDefinition], kind: String
  ) throws -> Product {
    guard let definition = table.first(where: { $0.name == name }) else {
      throw EpisodeError("no \(kind) is called '\(name)'" + NearestName.hint(name, in: table.map(\.name)))
    }
    return try definition.make(given)
  }
}
