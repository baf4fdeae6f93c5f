import LuaHost
import Support
import TestSupport
import Testing

/// Models of clips, as scripts use them.
@Suite struct ClipModelScriptTests {
  /// A square that goes to the right or to the left, and a model that sees it.
  static let setup = """
    local clips, labels = gfnet.tensor.zeros(12, 4, 1, 64, 64), {}
    for n = 1, 12 do
      labels[n] = 1 + n % 2
      for f = 1, 4 do
        local c = 10 + 8 * (n % 2 == 0 and f or 5 - f)
        clips[{n, f, 1, {3 * n, 3 * n + 9}, {c, c + 9}}] = 1
      end
    end
    local data = gfnet.dataset("tensors", {clips = clips, labels = labels, classes = {"right", "left"}})
    local model = gfnet.model{backbone = "resnet_tiny_16", patch_size = 24, steps = 3, dataset = data, seed = 3}

    """

  private func shown(_ source: String) throws -> String {
    let bench = try ScriptBench(Self.setup + source)
    #expect(bench.message == "")
    return bench.shown
  }

  /// Whatever holds the clips, the steps by hand are those of the trace, to the last bit.
  @Test func stepsByHandGiveTheTracesLogits() throws {
    let output = try shown(
      """
      local trace = model:trace(data, {batch = 12})
      local entries, list = {}, {}
      for i = 1, #data do entries[i] = data[i] list[i] = data[i].clip end
      local batch = data:batches{size = 12}()
      for _, given in ipairs{data, batch, entries, list, clips, {clips = clips}, batch.clips} do
        local seen = model:glance(given)
        local worst = (seen.logits - trace.logits[1]):abs():max()
        for t = 2, model.steps do
          local patches = model:crop(given, (model:propose(seen.memory)))
          assert(tostring(patches.shape) and patches:size(2) == 4 and patches:size(4) == 24)
          seen = model:focus(patches, seen.memory)
          worst = math.max(worst, (seen.logits - trace.logits[t]):abs():max())
        end
        print(worst)
      end
      """)
    #expect(output == String(repeating: "0.0\n", count: 7))
  }

  @Test func episodesAnswersAndStreamsAreThoseOfImages() throws {
    let output = try shown(
      """
      local trace = model:trace(data, {batch = 4})
      local all = model:infer(data, {batch = 4, exit = gfnet.exits.length{steps = 3}})
      print(#all, all[1].steps, all.accuracy == trace:accuracy()[3])
      local one = model:infer(data[2])
      local same = model:infer(clips[2])
      print(one.steps == same.steps, one.prediction == same.prediction)
      local i = 0
      local answers = model:stream(function() i = i + 1 return i <= 5 and data[i] or nil end, {exit = 0})
      local count = 0
      for answer in answers do count = count + 1 assert(answer.steps == 1) end
      print(count)
      local steps = 0
      for s in model:episode(data, {batch = 4}) do steps = steps + 1 end
      print(steps > 0)
      for _, name in ipairs{"saliency", "contrast", "random", "center", "grid"} do
        assert(#model:trace(data, {sampler = gfnet.samplers[name]{}}):accuracy() == 3, name)
      end
      """)
    #expect(output == "12\t3\ttrue\ntrue\ttrue\n5\ntrue\n")
  }

  // MARK: A place for each frame

  /// The three ways to give places in Lua mean the same as crops by hand.
  @Test func samplersInLuaMayGiveOnePlaceForEachFrame() throws {
    let output = try shown(
      """
      local function place(f) return (f - 1) / 3, f % 2 end
      local one = gfnet.samplers.define{name = "one_by_one", propose = function(s)
        assert(s.focus_frames == 4 and s.glance_frames == 4 and s.glance:size(1) == 12)
        local places = {}
        for f = 1, s.focus_frames do places[f] = {place(f)} end
        if s.step == 3 then
          local before = s.locations[1]
          assert(#s.locations == 1 and #before == 4 and math.abs(before[2][1] - places[2][1]) < 1e-6 and before[2][2] == 0)
        end
        return places
      end}
      local whole = gfnet.samplers.define{name = "all_at_once", propose_batch = function(b)
        local places = gfnet.tensor.zeros(b.count, b.focus_frames, 2)
        for f = 1, b.focus_frames do places[{{}, f, 1}], places[{{}, f, 2}] = place(f) end
        if b.step == 3 then assert(b.locations == places:unsqueeze(2)) end
        return places
      end}
      local tensors = function(s)
        local places = gfnet.tensor.zeros(4, 2)
        for f = 1, 4 do places[{f, 1}], places[{f, 2}] = place(f) end
        return places
      end
      local first = model:trace(data, {sampler = one{}, batch = 5})
      print(first.logits == model:trace(data, {sampler = whole{}, batch = 5}).logits)
      print(first.logits == model:trace(data, {sampler = tensors, batch = 5}).logits)
      print(table.concat(first.places.shape, "×"), #first.coordinates[2][3], table.unpack(first.coordinates[2][3][4]))
      local places = first.places[1]
      local seen = model:glance(data)
      local patches = model:crop(data, places)
      for f = 1, 4 do
        local alone = model:crop(clips[{{}, f}]:unsqueeze(2):expand(12, 4, 1, 64, 64), {place(f)})
        assert(patches[{{}, f}] == alone[{{}, f}], f)
      end
      local after = model:focus(patches, seen.memory)
      print(after.logits:allclose(first.logits[2], {atol = 1e-4}))
      local live = model:infer(data, {sampler = one{}, batch = 3})
      print(#live[5].path, #live[5].path[1], live[5].path[1][3][1] == first.coordinates[2][5][3][1])
      for _, sampler in ipairs{function() return 0.5, 0.25 end, function() return gfnet.tensor{{0.5, 0.25}}:expand(4, 2) end} do
        print(model:trace(data, {sampler = sampler}).logits[3][1][1])
      end
      """)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 7)
    guard lines.count == 7 else { return }
    #expect(lines[0] == "true" && lines[1] == "true")
    #expect(lines[2] == "2×12×4×2\t4\t41\t1", "\(lines[2])")
    #expect(lines[3] == "true" && lines[4] == "2\t4\ttrue")
    #expect(lines[5...6].count == 2 && lines[5] == lines[6])
  }

  @Test func placesThatDoNotFitTheFramesAreRefused() throws {
    let output = try shown(
      """
      local function problem(f, ...) return (select(2, pcall(f, ...))) end
      print(problem(model.trace, model, data, {sampler = function() return {{0, 0}, {1, 1}, {0, 1}} end}))
      print(problem(model.trace, model, data, {sampler = function() return {{0, 0}, {1, 1}, {0, 1}, {2, 0}} end}))
      print(problem(model.trace, model, data, {sampler = function() return "here" end}))
      print(problem(model.crop, model, data, gfnet.tensor.zeros(12, 3, 2)))
      print(problem(model.trace, model, data, {sampler = gfnet.samplers.define{name = "w",
        propose_batch = function(b) return gfnet.tensor.zeros(b.count, 3, 2) end}{}}))
      print(problem(model.trace, model, data, {sampler = gfnet.samplers.define{name = "t",
        propose_batch = function(b) return gfnet.tensor.zeros(2, b.count) end}{}}))
      """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(lines.count == 6)
    guard lines.count == 6 else { return }
    #expect(lines[0].contains("or a list of 4 {row, column}, one for each frame, and returned"))
    #expect(lines[1].contains("(2.0, 0.0)") && lines[1].contains("must lie in [0, 1]"))
    #expect(lines[2].contains("and returned the string"), "\(lines[2])")
    #expect(lines[3].contains("places must be 12×2 (row, column), or 12×4×2 with a place for each frame"))
    #expect(lines[4].contains("or of 12 × 4 × 2 with a place for each frame, and returned numbers of 12×3×2"))
    #expect(lines[0].contains("and returned numbers of 3×2"), "\(lines[0])")
    #expect(lines[5].contains("and returned numbers of 2×12"), "\(lines[5])")
  }

  @Test func stepsAndSteppersTakeAPlaceForEachFrame() throws {
    let output = try shown(
      """
      local given = gfnet.tensor.rand(12, 4, 2)
      for s in model:episode(data, {batch = 12}) do
        if s.step == 1 then s:look(given) print(s.places == given) end
        if s.step == 2 then print(table.concat(s.locations.shape, "×"), s.locations:reshape(12, 4, 2) == given) end
        if s.step == 3 then print(table.concat(s.locations.shape, "×")) end
      end
      local st = model:stepper(data:subset{1}, {sampler = "motion", exit = gfnet.exits.length{steps = 3}})
      st:run()
      print(#st.decisions[2].place, #st.decisions[2].place[1], #st.result.path[1], #st.s.locations[1])
      """)
    #expect(output == "true\n12×1×4×2\ttrue\n12×2×4×2\n4\t2\t4\t4\n")
  }

  @Test func trainingInLuaAndBuiltInGoThroughTheThreeStages() throws {
    let output = try shown(
      """
      for stage = 1, 3 do
        local m = gfnet.train{model = model, dataset = data, stage = stage, epochs = 1, batch = 6, checkpoint = false,
          reward = stage == 2 and "contrastive" or nil}
        print(#m, #m[1].accuracy)
      end
      local _, g = gfnet.value_and_grad(function()
        local seen = model:glance(data)
        return gfnet.nn.cross_entropy(seen.logits, gfnet.tensor(labels))
      end, model.global_encoder)
      print(g ~= nil)
      """)
    let lines = output.split(separator: "\n").filter { !$0.hasPrefix("stage ") }
    #expect(lines == ["1\t3", "1\t3", "1\t3", "true"], "\(output)")
  }

  @Test func optionsSayHowClipsAreSeen() throws {
    let output = try shown(
      """
      local plain = gfnet.model{backbone = "resnet_tiny_16", patch_size = 24, steps = 2, dataset = data,
        temporal_shift = false, glance_frames = 2, focus_frames = 3}
      local whole = gfnet.model{backbone = gfnet.backbones.resnet_tiny_16{frames = 4, shift_place = "block"}, patch_size = 24,
        steps = 2, dataset = data}
      print(plain.madds[1] < whole.madds[1], model.madds[1] == whole.madds[1])
      print(#plain:trace(data):accuracy(), #whole:trace(data):accuracy())
      print(pcall(gfnet.model, {backbone = "resnet_tiny_16", dataset = data, frames = 5}))
      print(pcall(gfnet.model, {backbone = "resnet_tiny_16", classes = 2, glance_frames = 2}))
      print(pcall(gfnet.model, {backbone = "densenet121", dataset = data, temporal_shift = true, patch_size = 64}))
      print(pcall(model.infer, model, gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 1, 64, 64), labels = {1, 2}})))
      print(pcall(model.glance, model, gfnet.tensor.zeros(2, 3, 1, 64, 64)))
      print(pcall(gfnet.model, {backbone = gfnet.backbones.resnet_tiny_16{frames = 3}, patch_size = 24, dataset = data}))
      print(pcall(gfnet.model, {backbone = "resnet_tiny_16", glance_backbone = gfnet.backbones.resnet_tiny_16{frames = 5},
        patch_size = 24, dataset = data}))
      """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(Array(lines.prefix(2)) == ["true\ttrue", "2\t2"])
    #expect(lines.count == 9)
    let expected = [
      "gfnet.model: frames is 5, the items of tensors have 4",
      "gfnet.model: glance_frames is about clips, and the model sees single images",
      "has no residual blocks that a temporal shift is known for",
      "tensors has single images, the model was made for clips of 4 frames",
      "got clips of 3 frames, the model takes clips of 4 frames here",
      "gfnet.model: backbone is gfnet.backbones.resnet_tiny_16{frames = 3}, and the model's clips have 4 frames",
      "gfnet.model: glance_backbone is gfnet.backbones.resnet_tiny_16{frames = 5}, and the model's clips have 4 frames",
    ]
    for (line, text) in zip(lines.dropFirst(2), expected) {
      #expect(line.hasPrefix("false\t") && line.contains(text), "\(line)")
    }
  }

  /// A model whose glance has another encoder, size and frames goes through everything that a model goes through.
  @Test func theGlanceMayHaveItsOwnEncoderSizeAndFrames() throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/own.safetensors"
    let output = try shown(
      """
      local own = gfnet.model{backbone = "resnet_tiny_16", patch_size = 24, steps = 2, dataset = data, seed = 3,
        glance_backbone = "resnet_tiny_24", glance_size = 40, separate_frames = true, glance_frames = 1, classifier = "sum",
        policy = "normalized", policy_units = 12, interpolation = "nearest"}
      print(own.glance_backbone, own.backbone, own.glance_size, own.patch_size, own.glance_frames, own.focus_frames)
      print(table.concat(own.frame_parts, "+"), own.classifier, #own.madds, own.costs.glance > 0)
      local trace = own:trace(data, {batch = 12})
      local seen = own:glance(data)
      local worst = (seen.logits - trace.logits[1]):abs():max()
      local patches = own:crop(data, (own:propose(seen.memory)))
      print(patches:size(2), patches:size(5))
      local after = own:focus(patches, seen.memory, {auxiliary = true})
      worst = math.max(worst, (after.logits - trace.logits[2]):abs():max())
      print(worst, (after.logits - after.auxiliary - seen.logits):abs():max() < 1e-5)
      print(own:resize(data[1].clip:unsqueeze(1)):size(5))
      for _, name in ipairs{"saliency", "contrast", "random", "center", "grid"} do
        assert(#own:trace(data, {sampler = gfnet.samplers[name]{}}):accuracy() == 2, name)
      end
      print(own:infer(data, {exit = 0}).madds == own.madds[1], #trace:thresholds{q = 1})
      local features, map = own.global_encoder(own:resize(data[1].clip[{{1, 1}}]))
      local logits, memory = own.sequence_classifier(features)
      local _, _, next = own.policy(map, memory)
      print(pcall(own.policy.propose, own.policy, gfnet.tensor.zeros(1, 3, 2, 2)))
      own:save("\(file)")
      local read = gfnet.load("\(file)")
      print((read:trace(data, {batch = 12}).logits - trace.logits):abs():max(), #read.frame_parts)
      for stage = 1, 3 do
        gfnet.train{model = own, dataset = data, stage = stage, epochs = 1, batch = 6, checkpoint = false,
          reward = stage == 2 and "contrastive" or nil}
      end
      local deep = gfnet.model{backbone = "resnet_tiny_16", patch_size = 24, steps = 4, image_size = 64, classes = 3,
        glance_backbone = "resnet_tiny_24", glance_size = 32}
      print(#deep:trace(gfnet.dataset("tensors", {images = gfnet.tensor.rand(3, 3, 64, 64), labels = {1, 2, 3}})):accuracy())
      """)
    let lines = output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("stage ") }
    #expect(
      Array(lines.prefix(6)) == [
        "resnet_tiny_24\tresnet_tiny_16\t40\t24\t1\t3", "1+3\tsum\t2\ttrue", "3\t24", "0.0\ttrue", "40",
        "true\t2",
      ], "\(output)")
    #expect(lines.count == 9, "\(output)")
    #expect(lines[6].hasPrefix("false") && lines[6].contains("policy:propose: map must be n×"))
    #expect(lines[7] == "0.0\t2" && lines[8] == "4")
  }

  @Test func aGlanceThatDoesNotFitIsToldInOneLine() throws {
    let output = try shown(
      """
      local function try(options) print(select(2, pcall(gfnet.model, options))) end
      try{backbone = "resnet_tiny_16", dataset = data, separate_frames = true, glance_frames = 4}
      try{backbone = "resnet_tiny_16", frames = 4, image_size = 64, separate_frames = true}
      try{backbone = "resnet_tiny_16", classes = 2, glance_size = 5000}
      try{backbone = "resnet_tiny_16", classes = 2, glance_backbone = "resnet_tiny_99"}
      """)
    let lines = output.split(separator: "\n").map(String.init)
    let expected = [
      "4 frames of the glance and 0 others do not make the clips of 4 frames",
      "say glance_frames and focus_frames",
      "glance_size", "resnet_tiny_99",
    ]
    #expect(lines.count == expected.count, "\(output)")
    for (line, text) in zip(lines, expected) { #expect(line.contains(text), "\(line)") }
  }
}
