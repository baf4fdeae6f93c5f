import LuaHost
import TestSupport
import Testing

@Suite struct HostilePluginTests {
  /// Every plugin is loaded or named, in one short line that a terminal can show, and the script runs.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func badPluginsAreNamedInOneLine(_ seed: UInt64) throws {
    var hostile = HostilePlugins(seed: seed)
    let folder = try PluginFolder()
    let count = 80
    for number in 100..<100 + count {
      try folder.plugin(
        "p\(number)", manifest: hostile.manifest(named: "p\(number)"), initialise: hostile.initialiser())
    }
    var limits = LuaState.Limits()
    limits.clock = SteppingClock().clock
    let state = try LuaState(limits: limits)
    try Catalog.standard.install(in: state)
    let loader = PluginLoader(folders: [folder.root], secondsToLoad: 60)
    let outcome = try loader.loadAll(into: state, catalog: .standard)
    #expect(outcome.loaded.count + outcome.problems.count == count)
    #expect(outcome.problems.count > count / 2)
    for problem in outcome.problems {
      #expect(problem.hasPrefix("plugin 'p1") && problem.contains("' skipped: ") && problem.count < 600)
      #expect(
        problem.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }, "\(problem.debugDescription)"
      )
    }
    // What was skipped left nothing behind: the rule belongs to the plugin that was loaded, if any was.
    let owners = outcome.loaded.map { "plugin " + $0.manifest.name }
    let rule = (try? state.context.definitions.find(.exits, "h")) ?? nil
    #expect(owners == (rule.map { [$0.origin] } ?? []))
  }
}
