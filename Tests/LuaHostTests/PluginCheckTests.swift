import LuaHost
import Support
import TestSupport
import Testing

/// What `plugins check` finds.
@Suite struct PluginCheckTests {
  private func check(_ folder: PluginFolder, _ name: String) throws -> [PluginFinding] {
    let candidate = try #require(folder.loader.candidates().first { $0.name == name })
    return try PluginCheck(candidate, folder.loader, seconds: 600, clock: StillClock().clock).run()
  }

  private func failures(_ folder: PluginFolder, _ name: String) throws -> [PluginFinding] {
    try check(folder, name).filter { $0.verdict == .failed }
  }

  private static func rule(_ body: String, _ more: String = "") -> String {
    "gfnet.exits.define{name = 'bad', \(more)\n  decide = function(s, p)\n    \(body)\n  end}"
  }

  @Test func aGoodPluginPasses() throws {
    let folder = try PluginFolder()
    try folder.plugin("gap")
    try folder.write("gap/test.lua", "assert(gfnet.exits.gap{}.params.threshold == 0.5)")
    let findings = try check(folder, "gap")
    #expect(findings.map(\.part) == ["manifest", "init.lua", "test.lua", "exit rule gap"])
    #expect(findings.allSatisfy { $0.verdict == .passed }, "\(findings)")
    #expect(findings.last?.message.hasSuffix("with 2 other sets of parameters") == true, "\(findings)")
    #expect(findings.dropFirst().allSatisfy { $0.seconds != nil && $0.bytes != nil })
  }

  @Test(arguments: [
    (rule("return 'yes'"), "bad/init.lua:2:", "must return true or false"),
    (rule("return s.marign > 0.5"), "bad/init.lua:3:", "no field 'marign'; did you mean 'margin'?"),
    (rule("calls = (calls or 0) + 1 return calls % 3 == 0"), "", "it does otherwise a second time"),
    (rule("return gfnet.random.uniform() > 0.5"), "", "it does otherwise a second time"),
    (
      rule("assert(p.k < 9, 'nine') return true", "params = {k = {default = 1, min = 0, max = 9}},"),
      "bad/init.lua:3:", "nine (exit rule 'bad', image 1, step 1) (with k = 9)"
    ),
    (
      rule("assert(s.entropy > 0, 'certain') return true"), "bad/init.lua:3:",
      "certain (exit rule 'bad', image 2"
    ),
    ("error('no way')", "bad/init.lua:1:", "no way"),
    ("x = 1", "", "its manifest provides the exit rule 'bad', and init.lua does not define it"),
    ("x = = 1", "bad/init.lua:1:", "unexpected symbol"),
  ])
  func badRulesAreNamedWithTheirPlace(_ source: String, _ place: String, _ expected: String) throws {
    let folder = try PluginFolder()
    try folder.plugin("bad", initialise: source)
    let failures = try failures(folder, "bad")
    let found = failures.first {
      (place.isEmpty || $0.message.contains(place)) && $0.message.contains(expected)
    }
    #expect(found != nil && found?.message.contains("\n") == false, "\(failures.map(\.message))")
    #expect(failures.allSatisfy { !$0.message.hasPrefix("check:") }, "\(failures.map(\.message))")
  }

  @Test func aRuleThatNeverEndsIsLeft() throws {
    let folder = try PluginFolder()
    try folder.plugin("bad", initialise: Self.rule("while true do end"))
    let candidate = try #require(folder.loader.candidates().first)
    let findings = try PluginCheck(candidate, folder.loader, seconds: 2, clock: SteppingClock().clock).run()
    #expect(
      findings.contains { $0.verdict == .failed && $0.message.hasPrefix("it did not end within 2 s") },
      "\(findings)")
  }

  @Test func statefulRulesMayDiffer() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "bad", initialise: Self.rule("calls = (calls or 0) + 1 return calls % 3 == 0", "stateful = true,"))
    #expect(try failures(folder, "bad").isEmpty)
  }

  @Test(arguments: [
    (
      "samplers", "propose = function(s, p, rng) return 2, 0.5 end",
      "the sampler 'bad' proposed (2.0, 0.5) for image 1 at step 2: row and column must lie in [0, 1]"
    ),
    ("samplers", "propose = function(s, p, rng) return 'left' end", "bad/init.lua:1:"),
    (
      "samplers", "propose = function(s, p, rng) n = (n or 0) + 1 return (n % 7) / 7, 0.5 end",
      "it does otherwise"
    ),
    ("backbones", "build = function(nn, p) return nn.relu() end", "build must return nn.backbone{…}"),
    (
      "backbones", "build = function(nn, p) return nn.backbone{body = nn.conv(4, 8)} end",
      "is made for 4 channels, gets 3"
    ),
    (
      "backbones",
      "build = function(nn, p) n = (n or 3) + 1 return nn.backbone{body = nn.conv(3, n, {stride = 8})} end",
      "it does otherwise"
    ),
    ("reports", "build = function(data, p) end", "it writes nothing about a trace"),
    ("reports", "build = function(data, p) gfnet.report.text(data.nothing) end", "has no field 'nothing'"),
    (
      "reports",
      "build = function(data, p) gfnet.report.text('n ' .. math.random()) end",
      "it does otherwise"
    ),
  ])
  func otherKindsAreTriedToo(_ kind: String, _ definition: String, _ expected: String) throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "bad",
      manifest: """
        name = "bad" version = "1" summary = "s" requires = "gfnet >= 0.1" provides = {\(kind) = {"bad"}}
        capabilities = {"report"}
        """, initialise: "gfnet.\(kind).define{name = 'bad', \(definition)}")
    let failures = try failures(folder, "bad")
    #expect(failures.contains { $0.message.contains(expected) }, "\(failures.map(\.message))")
  }

  @Test func whatIsAskedForAndNotUsedIsTold() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "gap", capabilities: "'clock', 'files.read', 'report'",
      initialise:
        "local t = os.time() gfnet.exits.define{name = 'gap', decide = function(s) return s.margin > 0.5 end}"
    )
    let findings = try check(folder, "gap")
    let note = try #require(findings.last)
    #expect(note.verdict == .remark && note.part == "capabilities")
    #expect(note.message == "it asks for files.read, report, which nothing used in this check")
    #expect(findings.contains { $0.part == "test.lua" && $0.message == "there is none" })
  }

  @Test func aBadManifestIsNamed() throws {
    let folder = try PluginFolder()
    try folder.plugin("bad", manifest: "name = 'bad' version = '1' limits = {memroy = '1G'}")
    let failures = try failures(folder, "bad")
    #expect(failures.map(\.part) == ["manifest"])
    #expect(failures.first?.message.contains("plugin 'bad'") == false)
  }

  /// Without the user's word a plugin's code does not run, not even to be checked.
  @Test func whatIsNotAllowedIsNotRun() throws {
    let (folder, home) = (try PluginFolder(), try TemporaryFolder())
    let file = folder.path + "/out.safetensors"
    try folder.plugin(
      "sly", capabilities: "'files.write'",
      initialise:
        "gfnet.tensor.save('\(file)', {a = gfnet.tensor{1}}) gfnet.exits.define{name = 'sly', decide = print}"
    )
    let policy = PluginPolicy(environment: ["HOME": home.path.string], program: nil)
    let loader = PluginLoader(folders: [folder.root], secondsToLoad: .infinity, policy: policy)
    let candidate = try #require(loader.candidates().first)
    let findings = try PluginCheck(candidate, loader, seconds: 600, clock: StillClock().clock).run()
    #expect(findings.map(\.verdict) == [.failed])
    #expect(
      findings[0].message.hasPrefix("it asks for files.write, which you have not allowed;"), "\(findings)")
    #expect(!FilePath(file).exists)
  }
}
