import LuaHost
import Testing

/// Rules and samplers whose answers depend on more than the image are found out, once and by name.
@Suite struct RuleIndependenceTests {
  private static func notes(_ source: String) throws -> [String] {
    var notes: [String] = []
    let bench = try ScriptBench(
      tinyModel + "local trace = model:trace(data)\n" + source,
      prepare: { $0.showRemark = { notes.append($0) } })
    #expect(bench.message == "", "\(bench.message)")
    return notes
  }

  /// Each is a rule that depends on the other images of its batch, on their order, or on how often it was asked.
  @Test(
    arguments: [
      "gfnet.exits.define{name = 'rule', decide_batch = function(b) return b.confidence:ge(b.confidence:mean()) end}",
      """
      (function() local n, m = 0, 0.5; return function(s) n = n + 1; m = m + (s.confidence - m) / n
        return s.confidence >= m end end)()
      """,
      "(function() local n = 0; return function(s) n = n + 1 return n % 3 == 0 end end)()",
      """
      gfnet.exits.define{name = 'rule', params = {n = 0}, decide = function(s, p) p.n = p.n + 1
        return p.n % 2 == 0 end}{}
      """,
      "gfnet.exits.define{name = 'rule', decide = function(s) return gfnet.random.uniform() < 0.5 end}",
    ],
    [
      "trace:evaluate(rule)", "model:infer(data, {exit = rule})",
      "model:infer(data, {exit = rule, batch = 1})",
      "for r in model:stream(data, {exit = rule, batch = 1}) do end",
    ])
  func aRuleThatLooksAroundIsTold(_ rule: String, _ run: String) throws {
    let notes = try Self.notes("local rule = \(rule)\n\(run)\n\(run)")
    #expect(notes.count == 1, "\(notes)")
    let note = notes.first ?? ""
    #expect(
      note.hasPrefix("the exit rule '\(rule.contains("define") ? "rule" : "function")' (test.lua:"), "\(note)"
    )
    #expect(note.contains("answered otherwise for ") && note.contains("help gfnet.exits.define"), "\(note)")
    #expect(!note.contains("\n"))
  }

  @Test(
    arguments: [
      """
      gfnet.samplers.define{name = 'place', propose_batch = function(b)
        return gfnet.tensor.ones(b.count, 2) * (b.confidence - b.confidence:mean()):abs():max() end}
      """,
      "(function() local n = 0; return function(s) n = n + 1 return (n % 7) / 7, 0.5 end end)()",
      "function(s) return gfnet.random.uniform(), 0.5 end",
    ],
    [
      "model:trace(data, {sampler = place})", "model:infer(data, {sampler = place, batch = 1})",
      "for r in model:stream(data, {sampler = place}) do end",
    ])
  func aSamplerThatLooksAroundIsTold(_ sampler: String, _ run: String) throws {
    let notes = try Self.notes("local place = \(sampler)\n\(run)\n\(run)")
    #expect(notes.count == 1, "\(notes)")
    #expect(
      notes.first?.contains("the sampler '") == true && notes.first?.contains("answered otherwise") == true)
  }

  /// A rule that cannot answer for a part of its batch is told with what went wrong.
  @Test func aRuleThatFailsOnAPartIsTold() throws {
    let notes = try Self.notes(
      """
      model:infer(data, {exit = gfnet.exits.define{name = 'whole', decide_batch = function(b)
        assert(b.count == 12 or b.step > 1, 'not all images') return b.confidence:ge(1) end}})
      """)
    #expect(
      notes.count == 1 && notes[0].contains("failed when it was asked") && notes[0].contains("not all images")
    )
  }

  /// What depends on the image alone, on captured constants, on time that the image has taken, or says what it is.
  @Test(arguments: [
    "function(s) return s.margin > 0.004 end",
    "gfnet.exits.define{name = 'b', decide_batch = function(b) return b.margin:gt(0.004) end}",
    "gfnet.exits.define{name = 'v', decide = function(s) return s.value > 0 end}",
    "gfnet.exits.define{name = 'i', decide = function(s) return s.image % 3 == 0 end}",
    "gfnet.exits.define{name = 't', decide = function(s) return s.elapsed ~= nil and s.elapsed > 1e-3 end}",
    """
    (function() local n = 0
      return gfnet.exits.define{name = 'n', stateful = true, decide = function(s) n = n + 1 return n % 3 == 0 end}
    end)()
    """,
  ])
  func whatDependsOnTheImageAloneIsNotTold(_ rule: String) throws {
    let notes = try Self.notes(
      """
      local rule = \(rule)
      trace:evaluate(rule)
      for batch = 1, 12, 5 do model:infer(data, {exit = rule, batch = batch}) end
      for r in model:stream(data, {exit = rule, batch = 2, passes = 8}) do end
      """)
    #expect(notes == [])
  }

  @Test(arguments: [
    "function(s, p, rng) return rng:uniform(), s.map:mean() % 1 end",
    "gfnet.samplers.define{name = 'r', propose_batch = function(b, p, rng) return rng:uniform(2) end}",
    "gfnet.samplers.define{name = 'g', propose = function(s) return s.glance:mean() % 1, #s.locations / 4 end}",
    "gfnet.samplers.define{name = 'w', propose = function(s) return 0.5 + 0.1 * math.max(-1, math.min(1, s.value)), 1 end}",
    """
    (function() local n = 0
      return gfnet.samplers.define{name = 'n', stateful = true, propose = function(s) n = n + 1 return n % 2, 0 end}
    end)()
    """,
  ])
  func aSamplerOfTheImageAloneIsNotTold(_ sampler: String) throws {
    let notes = try Self.notes(
      """
      local place = \(sampler)
      model:trace(data, {sampler = place})
      for batch = 1, 12, 5 do model:infer(data, {sampler = place, batch = batch}) end
      """)
    #expect(notes == [])
  }

  /// The questions come after the run: they change nothing of it.
  @Test func askingAgainDoesNotChangeTheRun() throws {
    var notes: [String] = []
    let bench = try ScriptBench(
      tinyModel + """
        local function counter(stateful)
          local n = 0
          return gfnet.exits.define{name = stateful and 'quiet' or 'asked', stateful = stateful,
            decide = function(s) n = n + 1 return n % 5 == 0 end}
        end
        for batch = 1, 12, 5 do
          local a = model:infer(data, {exit = counter(true), batch = batch})
          local b = model:infer(data, {exit = counter(false), batch = batch})
          for i = 1, #data do assert(a[i].steps == b[i].steps) end
        end
        """, prepare: { $0.showRemark = { notes.append($0) } })
    #expect(bench.message == "", "\(bench.message)")
    #expect(notes.count == 1)
  }

  @Test(arguments: [
    (
      "gfnet.exits.define{name = 'both', decide = function() end, decide_batch = function() end}",
      "gfnet.exits.define: both: give decide or decide_batch, not both: one of them would never be asked"
    ),
    (
      "gfnet.samplers.define{name = 'both', propose = function() end, propose_batch = function() end}",
      "give propose or propose_batch, not both"
    ),
    (
      "gfnet.backbones.define{name = 'b', stateful = true, build = function() end}",
      "unknown option 'stateful'"
    ),
  ])
  func definitionsThatContradictThemselvesAreRefused(_ source: String, _ expected: String) throws {
    let message = try ScriptBench(source).message
    #expect(message.contains(expected), "\(message)")
  }

  /// Errors about what a batch function returned name the line where it is defined, as those of other functions do.
  @Test(arguments: [
    ("local r = gfnet.exits.define{name = 'r', decide_batch = function(b) return true end}", "exit = r"),
    ("local r = gfnet.exits.define{name = 'r', decide_batch = function(b) return b.margin end}", "exit = r"),
    ("local r = gfnet.samplers.define{name = 'r', propose_batch = function(b) return 1 end}", "sampler = r"),
  ])
  func batchFunctionsAreNamedWithTheirLine(_ definition: String, _ option: String) throws {
    let bench = try ScriptBench(
      tinyModel + "\n\n" + definition + "\n-- %% run\nmodel:infer(data, {\(option)})")
    let line = (tinyModel + "\n\n").split(separator: "\n", omittingEmptySubsequences: false).count
    #expect(bench.message.hasPrefix("test.lua:\(line): "), "\(bench.message)")
    #expect(bench.message.contains("_batch must return"), "\(bench.message)")
  }
}
