import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// One image, decision by decision.
@Suite struct StepperScriptTests {
  @Test func aStepperThatNobodyChangesEndsAsInferDoes() throws {
    let output = try shown(
      """
      local function same(options, image)
        local a = model:infer(image, options)
        for _, stop in ipairs{"both", "before", "after"} do
          local own = {stop = stop}
          for k, v in pairs(options) do if k ~= "batch" then own[k] = v end end
          local st, stops = model:stepper(image, own), {}
          while not st.over do stops[#stops + 1] = st.at st:next() end
          local b = st.result
          local equal = a.prediction == b.prediction and a.steps == b.steps and a.madds == b.madds and a.label == b.label
            and a.confidence == b.confidence and #a.path == #b.path
          for k, place in ipairs(a.path) do equal = equal and place[1] == b.path[k][1] and place[2] == b.path[k][2] end
          print(equal, table.concat(stops, ", "))
          assert(model:stepper(image, own):run().result.confidence == a.confidence)
        end
      end
      same({batch = 1, exit = 1, steps = 3}, data[3])
      same({batch = 1, exit = function(s) return s.step == 2 end, sampler = "random", seed = 4}, data[1].image)
      same({batch = 1, exit = 0}, data[2])
      """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "true\tbefore exit, after exit, before place, after place, before exit, after exit, before place, after place",
        "true\tbefore exit, before place, before exit, before place",
        "true\tafter exit, after place, after exit, after place",
        "true\tbefore exit, after exit, before place, after place, before exit, after exit",
        "true\tbefore exit, before place, before exit",
        "true\tafter exit, after place, after exit",
        "true\tbefore exit, after exit", "true\tbefore exit", "true\tafter exit",
      ])
  }

  @Test func whatTheRuleReadsCanBeChanged() throws {
    let output = try shown(
      """
      local st = model:stepper(data[1], {exit = 0.9})
      local real = st.s.confidence
      print(real < 0.9, st.at, st.leaving, st.s.step, st.s.label == data[1].label, st.s.image)
      st.s.confidence = 0.95
      st:next()
      print(st.at, st.leaving, #st.decisions)
      st.s.confidence = 0.2                 -- taken anew
      print(st.leaving, st.s.confidence < 0.21)
      st.params.threshold = 0.1
      print(st.leaving, st.params.threshold)
      st:run()
      print(st.result.steps, math.abs(st.result.confidence - real) < 1e-6, table.concat(st.decisions[1].changed))
      """)
    #expect(
      output == """
        true	before exit	nil	1	true	1
        after exit	true	0
        false	true
        true	0.1
        1	true	confidence

        """)
  }

  @Test func aRuleInLuaIsCalledWithTheChangedValues() throws {
    let output = try shown(
      """
      local rule = gfnet.exits.define{name = "watched", params = {least = {default = 0.5}}, decide = function(s, p)
        print(("asked: %.2f %.2f %d %.2f %.1f"):format(s.confidence, s.margin, s.prediction, s.probabilities[4], p.least))
        return s.value > p.least
      end}
      local st = model:stepper(data[1], {exit = rule})
      st.s.probabilities = {0, 0, 0, 0.75, 0.25, 0, 0, 0, 0, 0}
      st.s.value = 0.7
      st:next()
      print(st.leaving, st.s.prediction)
      st.params.least = 0.8
      print(st.leaving)
      st.s.prediction = 9
      st:decide(true)
      st.s.margin = 0
      print(st.leaving, st.decisions[1])
      """)
    #expect(
      output == """
        asked: 0.75 0.50 4 0.75 0.5
        true	4
        asked: 0.75 0.50 4 0.75 0.8
        false
        asked: 0.75 0.50 9 0.75 0.8
        true	nil

        """)
  }

  @Test func placesAreChangedByHandAndByWhatTheSamplerReads() throws {
    let output = try shown(
      """
      local room = model.image_size - model.patch_size
      local st = model:stepper(data[1], {exit = 1, stop = "before"})
      st:next()
      print(st.at, st.s.step, #st.s.policy)
      st.s.policy = {0.25, 0.75}
      st:next()
      print(st.s.locations[1][1], st.s.locations[1][2])
      st:next()
      st:look(1, 0)
      st:run()
      local path = st.result.path
      print(path[1][1] == room // 4 + 1, path[2][1] == room + 1, path[2][2], st.decisions[2].by_hand, st.decisions[4].by_hand)
      local grid = model:stepper(data[1], {sampler = function(s, p, rng) return s.map[1][1][1] > 5 and 1 or 0, 0.5 end, stop = "before"})
      grid:next()
      local map = grid.s.map
      map[1][1][1] = 7
      grid.s.map = map
      grid:next()
      print(grid.s.locations[1][1], grid.s.policy)
      """)
    #expect(
      output == """
        before place	2	2
        0.25	0.75
        true	true	1	false	true
        1.0	nil

        """)
  }

  @Test func goingBackBringsEverythingBack() throws {
    let output = try shown(
      """
      local st = model:stepper(data[1], {exit = 0.99, sampler = "random", seed = 2})
      local first = st.s.confidence
      st:next():next():next()               -- after place
      local place = st.place
      st:next()
      local second = st.s.confidence
      st.s.confidence = 0.5
      st.params.threshold = 0.4
      st:next()
      print(st.leaving, st.at)
      st:back()
      print(st.at, st.s.confidence == 0.5, st.params.threshold)
      st:back()
      print(st.at, st.place[1] == place[1])
      st:look(0, 0):next()
      print(st.s.confidence ~= second, st.params.threshold)
      st:back():back():back():back():back():back()
      print(st.at, st.s.confidence == first, #st.decisions)
      st:run():back()
      print(st.at, st.step, st.result)
      local again = model:stepper(data[1], {exit = 0.99, sampler = "random", seed = 2}):run()
      print(again.result.path[1][1] == math.floor(place[1] * (model.image_size - model.patch_size)) + 1)
      """)
    #expect(
      output == """
        true	after exit
        before exit	true	0.4
        after place	true
        true	0.99
        before exit	true	0
        after place	3	nil
        true

        """)
  }

  @Test func aRuleThatFailsLeavesTheStepperWhereItStood() throws {
    let output = try shown(
      """
      local st = model:stepper(data[1], {exit = function(s) return s.confidence > limit end})
      print(pcall(st.next, st))
      limit = 0
      print(st.at, st:next().leaving)
      """)
    #expect(output.contains("false\t") && output.hasSuffix("before exit\ttrue\n"))
  }

  @Test func aCellShowsACard() throws {
    let bench = try ScriptBench(
      tinyModel + """
        -- %%
        local st = model:stepper(data[1], {exit = 0.99})
        st
        -- %%
        st:next():next():look(0.5, 0.25):next():next()
        """)
    #expect(bench.message == "")
    var tables: [Notebook.Table] = []
    for output in bench.notebook.cells.flatMap(\.outputs) {
      if case .table(let table) = output { tables.append(table) }
    }
    #expect(bench.shown.components(separatedBy: "figure:stepper").count == 3)
    #expect(tables.count == 2)
    #expect(tables[0].rows.count == 1 && tables[0].caption == "before exit, after step 1 of 4")
    #expect(tables[1].rows.count == 3 && tables[1].caption == "before exit, after step 2 of 4")
    #expect(tables[1].rows[1].contains(.text("hand")) && tables[1].rows[1].contains(.text("0.50, 0.25")))
  }

  @Test(arguments: [
    ("model:stepper(data)", "model:stepper: takes one image, got 12; data[i] is one of a data set"),
    ("model:stepper(data[1], {stop = 'never'})", "stop"),
    (
      "model:stepper(data[1]):look(0, 0)",
      "stepper:look: the decision at hand is the exit, not where it looks"
    ),
    (
      "model:stepper(data[1], {exit = 0}):run():decide(true)",
      "stepper:decide: the image has left: nothing is left to decide"
    ),
    (
      "model:stepper(data[1]).s.confidence = 'high'",
      "stepper_state.confidence: expected a number, got the string \"high\""
    ),
    (
      "model:stepper(data[1]).s.confidenc = 1",
      "a stepper_state has no field 'confidenc'; did you mean 'confidence'?"
    ),
    ("model:stepper(data[1]).s.step = 1", "stepper_state.step is read-only"),
    (
      "model:stepper(data[1]).s.prediction = 11",
      "stepper_state.prediction: expected a whole number from 1 to 10, got 11"
    ),
    ("model:stepper(data[1]).s.probabilities = {1}", "expected 10 numbers, one for each class"),
    (
      "model:stepper(data[1]).s.map = gfnet.tensor.zeros(1)",
      "stepper_state.map: nobody reads it at this decision"
    ),
    (
      "model:stepper(data[1], {exit = 0.9}).params.treshold = 1",
      "unknown parameter 'treshold'; did you mean 'threshold'?"
    ),
    (
      "model:stepper(data[1], {exit = 0.9}).params.threshold = 2",
      "gfnet.exits.confidence: parameter 'threshold'"
    ),
    ("model:stepper(data[1]).params.threshold = 2", "what decides here has no parameters"),
    ("model:stepper(data[1], {batch = 2})", "unknown option 'batch'"),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try failure(source)
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }
}
