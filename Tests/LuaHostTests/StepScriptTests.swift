import GlanceFocus
import TestSupport
import Testing

/// Rules and samplers written in Lua: what they read of a step, and what is said when they misbehave.
@Suite struct StepScriptTests {
  /// Whatever columns there are: functions of one image, functions of a batch and traces say the same of them.
  @Test func everyColumnIsReadInEveryWay() throws {
    let names = StepColumns.names.map { "'\($0)'" }.joined(separator: ", ")
    let output = try shown(
      """
      local trace = model:trace(data)
      local function same(a, b) return a == b or (a ~= a and b ~= b) or math.abs(a - b) < 1e-6 end
      local columns, seen = {\(names)}, 0
      trace:evaluate(function(s)
        for _, name in ipairs(columns) do
          assert(same(s[name], trace[name][s.step][s.image]), name)
          seen = seen + 1
        end
        return false
      end)
      trace:evaluate(gfnet.exits.define{name = 'reads', stateful = true, decide_batch = function(b)
        for _, name in ipairs(columns) do
          local values = b[name]
          for i = 1, b.count do assert(same(values[i], trace[name][b.step][b.image[i]]), name) end
          seen = seen + b.count
        end
        return b.margin:gt(2)
      end}{})
      print(seen >= 2 * 3 * 12 * #columns)
      """)
    #expect(output == "true\n")
  }

  /// Rules and samplers that misbehave are named with the image and the step.
  @Test(arguments: [
    ("function(s) return nil end", "test.lua:4: the function must return true or false, and returned nil"),
    (
      "function(s) return 'yes' end",
      "and returned the string \"yes\" (exit rule 'function', image 1, step 1)"
    ),
    (
      "function(s) return s.image == 3 and 1 or false end",
      "returned 1 (exit rule 'function', image 3, step 1)"
    ),
    ("function(s) return s.margn > 1 end", "test.lua:4: s has no field 'margn'; did you mean 'margin'?"),
    (
      "function(s) if s.step == 2 then error('boom') end return false end",
      "test.lua:4: boom (exit rule 'function', image 1, step 2)"
    ),
    ("function(s) return s.elapsed > 1 end", "test.lua:4: attempt to compare number with nil"),
    ("function(s) s.step = 1 return true end", "test.lua:4: "),
    (
      "gfnet.exits.define{name = 'odd', decide_batch = function(b) return b.margin[1] end}{}",
      "decide_batch must return a tensor of 12 booleans, and returned"
    ),
    (
      "gfnet.exits.define{name = 'odd', decide_batch = function(b) return gfnet.tensor{1, 0} end}{}",
      "must return one boolean for each of the 12 images, and returned 2 (exit rule 'odd', step 1)"
    ),
    (
      "gfnet.exits.define{name = 'odd', decide_batch = function(b) return b.margin end}{}",
      "must return booleans (0 or 1), and element 1 is"
    ),
    (
      "gfnet.exits.define{name = 'odd', decide_batch = function(b) error('inside') end}{}",
      "test.lua:4: inside (exit rule 'odd', step 1)"
    ),
  ])
  func rulesThatMisbehaveAreNamed(_ rule: String, _ expected: String) throws {
    for call in ["model:trace(data):evaluate(rule)", "model:infer(data, {exit = rule})"] {
      // Traces know no time; live runs do.
      if rule.contains("elapsed") && call.contains("infer") { continue }
      let message = try failure("\nlocal rule = \(rule)\n" + call)
      #expect(message.contains(expected), "\(message)")
      #expect(!message.contains("\n"))
    }
  }

  @Test(arguments: [
    ("function(s) return 0.5 end", "test.lua:4: the function must return 2 numbers, and result 2 is nil"),
    (
      "function(s) return 0.5, '0.5' end",
      "result 2 is the string \"0.5\" (sampler 'function', image 1, step 2)"
    ),
    (
      "function(s) return 0.5, 1.5 end",
      "the sampler 'function' proposed (0.5, 1.5) for image 1 at step 2: row and column must lie in [0, 1]"
    ),
    ("function(s) return 0/0, 0 end", "the sampler 'function' proposed ("),
    ("function(s, p, rng) return rng:uniform(2), 0 end", "result 1 is a "),
    ("function(s) error('boom') end", "test.lua:4: boom (sampler 'function', image 1, step 2)"),
    (
      "gfnet.samplers.define{name = 'odd', propose_batch = function(b) return gfnet.tensor.zeros(3, 2) end}{}",
      "must return a tensor of 12 × 2 places (row, column), and returned numbers of 3×2 (sampler 'odd', step 2)"
    ),
    (
      "gfnet.samplers.define{name = 'odd', propose_batch = function(b, p, rng) return rng:uniform() end}{}",
      "name how many numbers each image gets, as in rng:uniform(2)"
    ),
  ])
  func samplersThatMisbehaveAreNamed(_ sampler: String, _ expected: String) throws {
    let message = try failure("\nlocal sampler = \(sampler)\nmodel:trace(data, {sampler = sampler})")
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func aKeptStateAnswersNothing() throws {
    let message = try failure(
      """
      local kept
      model:trace(data):evaluate(function(s) kept = s return true end)
      print(kept.margin)
      """)
    #expect(message.contains("s.margin can be read only while"), "\(message)")
  }

  @Test(arguments: [
    "model:trace(data):evaluate(endless)", "pcall(model.infer, model, data, {exit = endless})",
    "pcall(model.trace, model, data, {sampler = endless})",
  ])
  func anEndlessFunctionIsStopped(_ source: String) throws {
    let endless = "local function endless() print('asked') while true do end end\n"
    // The clock moves on with each look at it: what the network does before must not use the time up.
    let bench = try ScriptBench(tinyModel + endless + source, seconds: 20, clock: SteppingClock())
    #expect(bench.shown == "asked\n")
    #expect(bench.message.hasPrefix("time limit reached: cell 1 may run 20 s and ran "))
  }
}
