import Support

/// The built-in things of one kind, one row each.
public struct BuiltInTable<Product>: Sendable, RandomAccessCollection {
  private let kind: BuiltInKind<Product>
  private let rows: [BuiltInDefinition<Product>]

  init(_ kind: BuiltInKind<Product>, _ rows: [BuiltInDefinition<Product>]) {
    self.kind = kind
    self.rows = rows
  }

  public var startIndex: Int { rows.startIndex }
  public var endIndex: Int { rows.endIndex }
  public subscript(position: Int) -> BuiltInDefinition<Product> { rows[position] }

  /// Makes the one called `name` with the given parameters, and defaults for the others.
  /// - Throws: ``EpisodeError`` for an unknown name, naming the nearest known, and for unfit parameters.
  public func make(_ name: String, _ given: [String: SettingValue] = [:]) throws -> Product {
    guard let row = rows.first(where: { $0.name == name }) else {
      throw EpisodeError(
        "no \(kind.noun) is called '\(name)'" + NearestName.hint(name, in: rows.map(\.name)))
    }
    return try row.make(given)
  }
}
