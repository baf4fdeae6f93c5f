import GlanceFocus
import Support
import Testing

/// What holds of every row in the tables of built-in things.
@Suite struct BuiltInDefinitionTests {
  @Test func exitRulesAreSound() throws { try check(ExitRules.table) { $0.name } }

  @Test func samplersAreSound() throws { try check(Samplers.table) { $0.name } }

  private func check<Product>(_ table: BuiltInTable<Product>, name: (Product) -> String) throws {
    #expect(!table.isEmpty && Set(table.map(\.name)).count == table.count)
    for definition in table {
      let made = try definition.make()
      #expect(name(made) == definition.name)
      #expect(!definition.summary.isEmpty && !definition.summary.hasSuffix("."))
      #expect(Set(definition.parameters.map(\.name)).count == definition.parameters.count)
      for parameter in definition.parameters { try check(parameter, of: definition) }
    }
  }

  /// The default given in words is the default, and every bound is enforced.
  private func check<Product>(_ parameter: Setting, of definition: BuiltInDefinition<Product>) throws {
    let name = parameter.name
    func refuses(_ value: SettingValue) {
      #expect(throws: EpisodeError.self, "\(definition.name): \(name) = \(value.source)") {
        try definition.make([name: value])
      }
    }
    #expect(!parameter.help.isEmpty && !parameter.help.hasSuffix("."))
    let value = try #require(parameter.defaultValue, "\(definition.name): \(name) has no default")
    #expect(throws: Never.self) { try definition.make([name: value]) }
    refuses(.number(.nan))
    refuses([])
    refuses("a")
    if let least = parameter.range?.lowerBound, least.isFinite { refuses(.number(least - 1)) }
    if let most = parameter.range?.upperBound, most.isFinite { refuses(.number(most + 1)) }
    if parameter.kind == .integer {
      refuses(1.5)
      refuses([1, 2])
    }
  }
}
