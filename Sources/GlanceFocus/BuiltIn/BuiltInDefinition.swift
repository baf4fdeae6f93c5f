import Support

/// What is built in under a name: an exit rule or a sampler, with its parameters and constructor.
public struct BuiltInDefinition<Product>: Sendable {
  public let name: String
  /// One line: when images leave, or where patches are taken.
  public let summary: String
  /// The settings that it can be made with, each with a default.
  public let parameters: [Setting]
  private let kind: BuiltInKind<Product>
  private let make: @Sendable (Settings) throws -> Product

  /// - Parameters:
  ///   - kind: what it is.
  ///   - parameters: the settings that `make` reads, each with a default.
  init(
    _ kind: BuiltInKind<Product>, name: String, summary: String, parameters: [Setting] = [],
    make: @escaping @Sendable (Settings) throws -> Product
  ) {
    self.kind = kind
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.make = make
  }

  /// Makes one with the given parameter values, and defaults for the others.
  /// - Throws: ``EpisodeError`` for unknown names and unfit values.
  public func make(_ given: [String: SettingValue] = [:]) throws -> Product {
    try make(checked(given))
  }

  /// The values of all parameters.
  /// - Throws: ``EpisodeError`` for an unknown name, naming the nearest known, and for an unfit value.
  private func checked(_ given: [String: SettingValue]) throws -> Settings {
    let owner = "\(kind.noun) '\(name)'"
    let names = parameters.map(\.name)
    for name in given.keys.sorted() where !names.contains(name) {
      throw EpisodeError("the \(owner) has no parameter '\(name)'" + NearestName.hint(name, in: names))
    }
    var values: [String: SettingValue] = [:]
    for parameter in parameters {
      guard let value = given[parameter.name] ?? parameter.defaultValue else {
        throw EpisodeError("the parameter '\(parameter.name)' of the \(owner) is missing")
      }
      if let objection = parameter.objection(to: value) {
        throw EpisodeError("the parameter '\(parameter.name)' of the \(owner) \(objection)")
      }
      values[parameter.name] = value
    }
    return Settings(values)
  }
}

/// What a table of built-in things holds, such as exit rules.
public struct BuiltInKind<Product>: Sendable {
  /// The word for one of them in messages.
  let noun: String
}
