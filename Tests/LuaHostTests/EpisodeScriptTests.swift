import LuaHost
import Support
import TestSupport
import Testing

/// Episodes in the hands of a script.
@Suite struct EpisodeScriptTests {
  @Test func anEpisodeThatNobodyChangesIsWhatInferGives() throws {
    let output = try shown(
      """
      local function same(options, refill)
        local a = model:infer(data, options)
        options.refill = refill
        local b = model:episode(data, options)
        local steps = {}
        for s in b do steps[#steps + 1] = s.step .. ":" .. s.count end
        local equal = #a == #b and a.madds == b.madds and a.accuracy == b.accuracy
        for i = 1, #a do
          equal = equal and a[i].prediction == b[i].prediction and a[i].steps == b[i].steps and b.predictions[i] == a[i].prediction
            and a[i].source == b[i].source and a[i].image == b[i].image and #a[i].path == #b[i].path
          for k, place in ipairs(a[i].path) do
            equal = equal and place[1] == b[i].path[k][1] and place[2] == b[i].path[k][2]
          end
        end
        for t, n in ipairs(a.exits) do equal = equal and n == b.exits[t] end
        print(equal, b.over, table.concat(steps, " "))
      end
      same({batch = 12}, false)
      same{batch = 12, exit = 0.105, sampler = "random", seed = 5}
      same({batch = 5, sampler = "center", steps = 2, precision = "f32"}, false)
      same{batch = 5, exit = gfnet.exits.margin{threshold = 0.005}}
      same{batch = 12, exit = function(s) return s.step == 2 and s.image % 2 == 0 end, sampler = function(s) return 0.25, 0.75 end}
      """)
    let lines = output.split(separator: "\n")
    try #require(lines.count == 5)
    for line in lines { #expect(line.hasPrefix("true\ttrue\t")) }
    #expect(lines[0].hasSuffix("\t1:12 2:12 3:12 4:12"))
    #expect(lines[2].hasSuffix("\t1:5 2:5 1:5 2:5 1:2 2:2"))
    #expect(lines[4].hasSuffix("\t1:12 2:12 3:6 4:6"))
  }

  @Test func aBatchIsRefilledAsImagesLeave() throws {
    let output = try shown(
      """
      local steps, images = {}, {}
      local rule = function(s) return s.image % 2 == 0 end
      for s in model:episode(data, {batch = 4, exit = rule}) do steps[#steps + 1] = s.step .. ":" .. s.count end
      local a, b = model:infer(data, {batch = 4, exit = rule}), model:episode(data, {batch = 4, exit = rule}):run()
      local equal = #a == #b
      for i = 1, #a do equal = equal and a[i].prediction == b[i].prediction and a[i].image == b[i].image end
      print(table.concat(steps, " "), equal, b.over)
      """)
    #expect(output.contains("2:4") && output.hasSuffix("\ttrue\ttrue\n"))
  }

  @Test func aStepShowsWhatATraceKeeps() throws {
    let output = try shown(
      """
      local trace = model:trace(data, {batch = 12})
      local function far(tensor, list) return (tensor - gfnet.tensor(list)):abs():max() end
      for s in model:episode(data, {batch = 12}) do
        local t = s.step
        print(t, (s.logits - trace.logits[t]):abs():max(), far(s.confidence, trace.confidence[t]), far(s.margin, trace.margin[t]),
          far(s.prediction, trace.prediction[t]), far(s.label, trace.labels), s.madds == trace.madds[t], #s, s.last)
        if not s.last then assert(far(s.value, trace.value[t]) == 0) end
        assert(s.map:size(1) == 12 and s.glance:size(3) == 48 and s.locations:size(2) == t - 1)
        assert((s.probabilities:sum(2) - 1):abs():max() < 1e-5 and s.confidences:size(2) == t)
      end
      """)
    #expect(
      output == (1...4).map { "\($0)\t0.0\t0.0\t0.0\t0.0\t0.0\ttrue\t12\t\($0 == 4)\n" }.joined())
  }

  @Test func theScriptDecidesWhoLeavesAndWhereOthersLook() throws {
    let output = try shown(
      """
      local episode = model:episode(data, {batch = 12, exit = 0})
      for s in episode do
        if s.step == 1 then
          s:stay{1, 2, 3}                       -- the rule lets all others go
        elseif s.step == 2 then
          print(s.count, s.image[1], s.image[3])
          s:decide(gfnet.tensor{1, 0, 0})
          s:look({{0, 0}, {1, 1}}, {2, 3})
          print(s.leaving[1], s.leaving[2], s.places[2][1], s.places[3][2])
        elseif s.step == 3 then
          s:stay()
          s:leave{false, true}
          s:look{0.5, 0.5}
        end
      end
      print(table.concat(episode.exits, " "))
      local room = model.image_size - model.patch_size
      print(episode[2].path[2][1], episode[3].path[2][1] == room + 1, episode[2].path[3][1] == room // 2 + 1, #episode[3].path, #episode[4].path)
      """)
    #expect(output == "3\t1.0\t3.0\n1.0\t0.0\t0.0\t1.0\n9 1 1 1\n1\ttrue\ttrue\t2\t0\n")
  }

  @Test func placesThatTheScriptChoosesAreWhatASamplerWouldHaveChosen() throws {
    let output = try shown(
      """
      local a = model:infer(data, {batch = 12, sampler = function(s) return 0.25, 0.75 end})
      local b = model:episode(data, {batch = 12, sampler = function() error("asked") end})
      for s in b do if not s.last then s:look{0.25, 0.75} end end
      local equal = true
      for i = 1, 12 do equal = equal and a[i].prediction == b[i].prediction and a[i].confidence == b[i].confidence end
      print(equal)
      """)
    #expect(output == "true\n")
  }

  @Test func aLoopThatIsLeftGoesOnWhereItStood() throws {
    let output = try shown(
      """
      local episode = model:episode(data, {batch = 4})
      for s in episode do if s.step == 2 then break end end
      print(#episode, episode.over)
      local first
      for s in episode do first = first or s.step end
      print(first, #episode, episode.over, episode())
      local other = model:episode(data, {batch = 4})
      other()
      other:run()
      print(#other, other.accuracy == episode.accuracy)
      """)
    #expect(output == "0\tfalse\n3\t12\ttrue\tnil\n12\ttrue\n")
  }

  @Test func imagesOfAnyKindAreTaken() throws {
    let output = try shown(
      """
      local one = model:episode(data[3]):run()
      print(#one, one[1].label == data[3].label, one[1].prediction == model:infer(data[3]).prediction)
      local some = model:episode({data[1], data[2]}):run()
      local two = model:episode(gfnet.tensor.stack{data[1].image, data[2].image}):run()
      print(#some, #two, some[2].confidence == two[2].confidence, two.accuracy)
      """)
    #expect(output == "1\ttrue\ttrue\n2\t2\ttrue\tnil\n")
  }

  @Test(arguments: [
    (
      "for s in model:episode(data) do s:stay() end",
      "episode_step:stay: step 4 is the last: every image leaves after it"
    ),
    (
      "for s in model:episode(data) do s:look{0, 0} end",
      "episode_step:look: step 4 is the last: no image looks again"
    ),
    (
      "for s in model:episode(data) do s:look{0, 2} end",
      "episode_step:look: place 1 is (0.0, 2.0): row and column must lie in [0, 1]"
    ),
    (
      "for s in model:episode(data) do s:look(gfnet.tensor.zeros(3, 2)) end",
      "episode_step:look: places must be 12×2 (row, column) for so many images, got 3×2"
    ),
    (
      "for s in model:episode(data) do s:leave{13} end",
      "episode_step:leave: argument 1 'rows': element 1 is 13, expected a whole number from 1 to 12"
    ),
    ("for s in model:episode(data) do s:leave{true, false} end", "a mask of 2 truth values for 12 images"),
    ("for s in model:episode(data) do s:leave(gfnet.tensor{0.5}) end", "a mask of shape 1 for 12 images"),
    (
      "local kept for s in model:episode(data) do kept = kept or s end print(kept.confidence)",
      "the step is over: keep its values, not the step"
    ),
    (
      "local e e = model:episode(data, {sampler = function() e() return 0, 0 end}) for s in e do end",
      "already computing an answer"
    ),
    (
      "for s in model:episode(data) do print(s.confidenc) end",
      "an episode_step has no field 'confidenc'; did you mean 'confidence'?"
    ),
    ("for s in model:episode(data) do s.confidence = 1 end", "episode_step.confidence is read-only"),
    ("print(model:episode(data)[1])", "no image 1: 0 were answered so far"),
    ("model:episode(data, {exits = 0.9})", "unknown option 'exits'; did you mean 'exit'?"),
    ("model:episode(gfnet.tensor.zeros(1, 3, 64, 64))", "128"),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try failure(source)
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }
}
