import Support

/// Checked parameter values: every described parameter has one, given or default.
public struct Parameters: Sendable, Equatable {
  private let values: [String: ParameterValue]

  /// Checks `given` against the descriptions and adds the defaults.
  /// - Parameters:
  ///   - given: values by name.
  ///   - described: all parameters there are.
  ///   - owner: whose parameters they are, for messages, such as `exit rule 'confidence'`.
  /// - Throws: ``EpisodeError`` for an unknown name (naming the nearest known) and for a value that does not
  ///   fit.
  public init(_ given: [String: ParameterValue], of described: [ParameterDescription], owner: String) throws {
    let names = described.map(\.name)
    for name in given.keys.sorted() where !names.contains(name) {
      throw EpisodeError(
        "the \(owner) has no parameter '\(name)'" + NearestName.hint(name, in: names))
    }
    var values: [String: ParameterValue] = [:]
    for parameter in described {
      let value = given[parameter.name] ?? parameter.defaultValue
      if let objection = parameter.objection(to: value) {
        throw EpisodeError("the parameter '\(parameter.name)' of the \(owner) \(objection)")
      }
      values[parameter.name] = value
    }
    self.values = values
  }

  /// The value called `name`; nil only for a name that was not described.
  public subscript(name: String) -> ParameterValue? { values[name] }

  /// The number called `name`, the first of a list.
  /// - Throws: ``EpisodeError`` for a name that was not described.
  public func number(_ name: String) throws -> Double {
    try numbers(name)[0]
  }

  /// The whole number called `name`.
  /// - Throws: as ``number(_:)``.
  public func integer(_ name: String) throws -> Int { Int(try number(name)) }

  /// The numbers called `name`; a single number is a list of one.
  /// - Throws: as ``number(_:)``.
  public func numbers(_ name: String) throws -> [Double] {
    switch values[name] {
    case .number(let number): [number]
    case .numbers(let numbers) where !numbers.isEmpty: numbers
    default: throw EpisodeError("no parameter '\(name)' is described")
    }
  }
}
