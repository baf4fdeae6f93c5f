import Backbones
import GlanceFocus

extension Definition {
  /// The program's own exit rules, samplers and backbones.
  static func builtIn() -> [Definition] {
    ExitRules.table.map { row in
      builtIn(.exits, row.name, row.summary, row.parameters) { try row.make($0) }
    }
      + Samplers.table.map { row in
        builtIn(.samplers, row.name, row.summary, row.parameters) { try row.make($0) }
      }
      + BackboneRegistry.entries.map { row in builtIn(.backbones, row.name, row.summary, []) { _ in row } }
  }

  private static func builtIn(
    _ kind: DefinitionKind, _ name: String, _ summary: String, _ parameters: [ParameterDescription],
    make: @escaping @Sendable ([String: GlanceFocus.ParameterValue]) throws -> Any
  ) -> Definition {
    Definition(
      kind: kind, name: name, summary: summary, parameters: parameters.map(ParameterSpec.init),
      implementation: .native { try make($0.compactMapValues(\.native)) }, origin: "built in")
  }
}

extension ParameterSpec {
  /// The declaration of a built-in rule's or sampler's parameter.
  init(_ description: ParameterDescription) {
    let kind: Kind =
      switch description.kind {
      case .number: .number
      case .integer: .integer
      case .numberOrList: .numberOrList
      }
    let value: LuaHost.ParameterValue =
      switch description.defaultValue {
      case .number(let number): kind == .integer ? .integer(Int(number)) : .number(number)
      case .numbers(let numbers): .list(numbers.map { .number($0) })
      }
    self.init(
      name: description.name, kind: kind, default: value,
      minimum: description.minimum.isFinite ? description.minimum : nil,
      maximum: description.maximum.isFinite ? description.maximum : nil,
      allowsInfinity: description.allowsInfinity, help: description.help)
  }
}

extension ParameterValue {
  /// The value as built-in rules and samplers take it; nil for other kinds of values.
  fileprivate var native: GlanceFocus.ParameterValue? {
    switch self {
    case .integer(let value): .number(Double(value))
    case .number(let value): .number(value)
    case .list(let values): .numbers(values.compactMap(\.asNumber))
    case .boolean, .string: nil
    }
  }
}
