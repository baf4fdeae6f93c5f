import Backbones
import GlanceFocus
import Support

extension Definition {
  /// The program's own exit rules, samplers and backbones.
  static func builtIn() -> [Definition] {
    ExitRules.table.map { builtIn(.rule($0), $0.name, $0.summary, $0.parameters) }
      + Samplers.table.map { builtIn(.sampler($0), $0.name, $0.summary, $0.parameters) }
      + BackboneRegistry.entries.map {
        builtIn(
          .backbone($0), $0.name, $0.summary, $0.takesTemporalShift ? TemporalShiftOptions.settings : [])
      }
  }

  private static func builtIn(
    _ implementation: Implementation, _ name: String, _ summary: String, _ parameters: [Setting]
  ) -> Definition {
    Definition(
      name: name, summary: summary, parameters: parameters, implementation: implementation,
      origin: "built in")
  }
}
