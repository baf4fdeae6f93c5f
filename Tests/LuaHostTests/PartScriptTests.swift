import GlanceFocus
import LuaHost
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// The parts of a model as values of a script.
@Suite struct PartScriptTests {
  /// Goes through all steps by the parts.
  private static let byParts = """
    local function steps(images, options)
      local seen = model:glance(images, options)
      local all = {seen}
      for t = 2, model.steps do
        seen = model:focus(model:crop(images, (model:propose(seen.memory))), seen.memory)
        all[t] = seen
      end
      return all
    end

    """

  @Test func aStepByStepEpisodeGivesTheTracesLogitsBitForBit() throws {
    let output = try shown(
      Self.byParts + """
        local trace = model:trace(data, {batch = 12})
        local entries, images = {}, {}
        for i = 1, #data do entries[i] = data[i] images[i] = data[i].image end
        for _, given in ipairs{data, entries, images, gfnet.tensor.stack(images), {images = gfnet.tensor.stack(images)}} do
          local worst = 0
          for t, seen in ipairs(steps(given)) do
            worst = math.max(worst, (seen.logits - trace.logits[t]):abs():max())
          end
          print(worst, #images)
        end
        """)
    #expect(output == String(repeating: "0\t12\n", count: 5))
  }

  @Test func aResultSaysAllOfItsStep() throws {
    let output = try shown(
      """
      local seen = model:glance(data, {auxiliary = true})
      print(seen.count, seen.step, seen.logits:size(1), seen.madds == model.madds[1])
      print(seen.features:size(2), seen.map:size(1), seen.auxiliary:size(2), #seen.memory)
      print((seen.probabilities:sum(2) - 1):abs():max() < 1e-5)
      local r = model:infer(data, {batch = 12, exit = 0})
      local same = true
      for i = 1, #data do same = same and r[i].prediction == seen.predictions[i] end
      print(same)
      print(seen.memory)
      """)
    let lines = output.split(separator: "\n")
    #expect(lines[0] == "12\t1\t12\ttrue")
    #expect(lines[1].hasSuffix("\t12\t10\t12"))
    #expect(lines[2] == "true" && lines[3] == "true")
    #expect(lines[4].hasPrefix("memory of 12 images after 1 step, maps 12×"))
  }

  @Test func imagesThatLeftNeedNoMoreWork() throws {
    let output = try shown(
      """
      local seen = model:glance(data)
      local places = model:propose(seen.memory)
      local all = model:focus(model:crop(data, places), seen.memory)
      local mask = {}
      for i = 1, 12 do mask[i] = i == 2 or i == 7 end
      for _, rows in ipairs{{2, 7}, mask, gfnet.tensor{0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}} do
        local memory = seen.memory:rows(rows)
        local own = model:propose(memory)
        local some = model:focus(model:crop(data:subset{2, 7}, own), memory)
        print(#memory, (own[1] - places[2]):abs():max() < 1e-5, (some.logits[1] - all.logits[2]):abs():max() < 1e-4,
          (some.logits[2] - all.logits[7]):abs():max() < 1e-4, (some.logits[1] - all.logits[7]):abs():max() > 1e-3)
      end
      """)
    #expect(output == String(repeating: "2\ttrue\ttrue\ttrue\ttrue\n", count: 3))
  }

  @Test func theMemoryStaysAsItIs() throws {
    let output = try shown(
      """
      local memory = model:glance(data).memory
      local first, value = model:propose(memory)
      local again = model:propose(memory)
      local a = model:focus(model:crop(data, {0, 0}), memory)
      model:focus(model:crop(data, {1, 1}), memory)
      local b = model:focus(model:crop(data, {0, 0}), memory)
      print((first - again):abs():max(), (a.logits - b.logits):abs():max(), value:size(1), memory.step, b.memory.step)
      """)
    #expect(output == "0.0\t0.0\t12\t1\t2\n")
  }

  @Test func theSinglePartsMakeUpAStep() throws {
    let output = try shown(
      """
      local seen = model:glance(data)
      local small = model:resize(data)
      local features, map = model.global_encoder(small)
      print(small:size(3), (features - seen.features):abs():max() < 1e-3)
      local logits, memory = model.sequence_classifier(seen.features)
      local places, values, after = model.policy(seen.map, memory)
      local patches = model:crop(data, places)
      local found = model.local_encoder(patches)
      local second = model.sequence_classifier(found, after)
      local next = model:focus(patches, seen.memory)
      print((logits - seen.logits):abs():max(), (second - next.logits):abs():max(), values:size(1))
      print(#model.policy.names, model.policy.names[1], model.local_encoder.names[1]:sub(1, 6), model.sequence_classifier.kind)
      """)
    let lines = output.split(separator: "\n")
    #expect(lines[0] == "48\ttrue")
    #expect(lines[1] == "0.0\t0.0\t12")
    #expect(lines[2].contains("\tpolicy.state_encoder.") && lines[2].hasSuffix("\tmodel.\trecurrent"))
  }

  /// Between pixels a patch is linear in each coordinate of its place, so that differences are exact but for rounding.
  @Test func placesHaveGradientsWherePatchesAreInterpolated() throws {
    let output = try shown(
      """
      local images = gfnet.random.counter("images"):uniform(2, 3, 128, 128)
      local weights = gfnet.random.counter("weights"):normal(2, 3, 48, 48)
      local places = gfnet.tensor{{10.4 / 80, 33.3 / 80}, {70.5 / 80, 0.6 / 80}}
      local function value(p) return (model:crop(images, p, {interpolate = true}) * weights):sum() end
      local g = gfnet.grad(value, places)
      local worst = 0
      for i = 1, 2 do
        for k = 1, 2 do
          local step = gfnet.tensor.zeros(2, 2)
          step[i][k] = 0.1 / 80
          local slope = (value(places + step) - value(places - step)) / (0.2 / 80)
          worst = math.max(worst, math.abs(slope - g[i][k]) / g:abs():max())
        end
      end
      print(worst < 0.01)
      local whole = gfnet.tensor{{0, 1}, {0.5, 0.25}}
      local cut = model:crop(images, whole)
      print((model:crop(images, whole, nil, {interpolate = true}) - cut):abs():max() < 1e-6,
        model:crop(images, {0.5, 0.5}, 32, {interpolate = true}):size(3),
        (model:crop(data, {1, 1}, {interpolate = true}) - model:crop(data, {1, 1})):abs():max() < 1e-6)
      """)
    #expect(output == "true\ntrue\t32\ttrue\n", "\(output)")
  }

  @Test func uncompiledPartsGiveWhatTrainingComputes() throws {
    let folder = try TemporaryFolder()
    let file = folder.path / "mine.safetensors"
    let output = try shown(
      """
      model:save("\(file)")
      local seen = model:glance(data, {compiled = false})
      local counter = gfnet.random.counter("places", {seed = 5})
      local next = model:focus(model:crop(data, counter:uniform(12, 2)), seen.memory)
      local text = {}
      for i = 1, 12 do for k = 1, 10 do text[#text + 1] = ("%.9g"):format(next.logits[i][k]) end end
      print(table.concat(text, " "))
      """)
    let model = try GFNet.load(file).model
    let data = try Datasets.open(name: "clutter-fashion", split: "test", limit: 12)
    let configuration = model.configuration
    let images = try Tensor.images(
      pixels: (0..<12).flatMap { try data.item(at: $0) }, count: 12, height: 128, width: 128, channels: 1,
      mean: configuration.mean, deviation: configuration.standardDeviation)
    let (_, memory) = try model.glance(images, .evaluation)
    let places = try Rollout.uniformActions(12, CounterRandom(seed: 5, stream: "places"))
    let (next, _) = try model.focus(model.patches(images, actions: places), .evaluation, memory: memory)
    #expect(try output.split(separator: " ").compactMap { Float($0.trimmed) } == next.logits.values())
  }

  @Test func anEncoderThatLearnsUpdatesItsStatistics() throws {
    let output = try shown(
      """
      local function statistics()
        local sum = {model_prime = 0, model = 0}
        for name, value in pairs(model:state()) do
          if name:find("running_mean") then
            local part = name:match("^[^.]+")
            sum[part] = sum[part] + value:abs():sum()
          end
        end
        return sum
      end
      local before = statistics()
      model:glance(data)
      print(statistics().model_prime == before.model_prime, model.training)
      model:train()
      print(model.training, model.local_encoder.training)
      model.local_encoder:eval()
      local seen = model:glance(data)
      model:focus(model:crop(data, {0.5, 0.5}), seen.memory)
      local after = statistics()
      print(after.model_prime ~= before.model_prime, after.model == before.model)
      model:eval()
      print(model.global_encoder.training, (model:glance(data).logits - seen.logits):abs():max() > 1e-3)
      """)
    #expect(output == "true\tfalse\ntrue\ttrue\ntrue\ttrue\nfalse\ttrue\n")
  }

  @Test func aModelThatLearnsProposesAsOneThatDoesNot() throws {
    let output = try shown(
      """
      local memory = model:glance(data, {compiled = false}).memory
      local before = model:propose(memory:rows{1, 2})
      model:train()
      print(model:propose(memory:rows{1, 2}) == before, model.policy(memory.map):size(1))
      local g = gfnet.grad(function()
        local seen = model:glance(data)
        return model:focus(model:crop(data, (model:propose(seen.memory))), seen.memory).logits:mean()
      end, model.local_encoder)
      print(g:norm() > 0)
      """)
    #expect(output == "true\t12\ntrue\n")
  }

  @Test func drawnPlacesAreThoseOfTraining() throws {
    let output = try shown(
      """
      local memory = model:glance(data).memory
      local counter = gfnet.random.counter("train.stage2", {seed = 3}):child(7):child(1)
      local places, values, means = model:propose(memory, {rng = counter})
      local expected = (means + counter:normal(12, 2) * 0.1):clamp(0, 1)
      print((places - expected):abs():max(), (places - means):abs():max() > 0.01, counter)
      print((counter:uniform(3, 2) - counter:uniform(3, 2)):abs():max(), #counter:permutation(5))
      """)
    #expect(output == "0.0\ttrue\trandom counter \"train.stage2/7/1\"\n0.0\t5\n")
  }

  @Test(arguments: [
    (
      "model:glance(gfnet.tensor.zeros(2, 5, 64, 64))",
      "model:glance: argument 1 'images': images must be n × 1 or 3 × height × width, and clips n × frames × 1 or 3 × height × width; got 2×5×64×64"
    ),
    (
      "model:focus(gfnet.tensor.zeros(12, 3, 32, 32), model:glance(data).memory)",
      "model:focus: patches must be n × 1 or 3 × 48 × 48, got 12×3×32×32"
    ),
    (
      "model:focus(gfnet.tensor.zeros(2, 3, 48, 48), model:glance(data).memory)",
      "model:focus: 2 patches for the memory of 12 images"
    ),
    (
      "model:crop(data, gfnet.tensor.zeros(3, 2))",
      "model:crop: places must be 12×2 (row, column) for so many images, got 3×2"
    ),
    ("model:crop(data, {0, 1.5})", "model:crop: place 1 is (0.0, 1.5): row and column must lie in [0, 1]"),
    (
      "model:crop(data, {0, 1.5}, {interpolate = true})",
      "model:crop: place 1 is (0.0, 1.5): row and column must lie in [0, 1]"
    ),
    ("model:crop(data, {0, 1}, {interpolation = true})", "argument 3 'size' must be a whole number"),
    (
      "model:glance(data).memory:rows{13}",
      "memory:rows: argument 1 'rows': element 1 is 13, expected a whole number from 1 to 12"
    ),
    ("model:glance(data).memory:rows{2, 2}", "2 is listed twice"),
    ("model:glance(data).memory:rows{true}", "a mask of 1 truth values for 12 images"),
    ("model.policy(gfnet.tensor.zeros(2, 3, 1, 1))", "policy:propose: map must be n×"),
    ("model.sequence_classifier(gfnet.tensor.zeros(2, 3))", "sequence_classifier:step: features must be n×"),
    (
      "model:propose(gfnet.model{backbone = 'resnet_tiny_16', dataset = data}:glance(data).memory)",
      "model:propose: this memory is of the model resnet_tiny_16, not of this one"
    ),
    ("model:glance(data, {compile = false})", "unknown option 'compile'; did you mean 'compiled'?"),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try failure(source)
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }
}

extension Substring {
  fileprivate var trimmed: Substring { self.drop { $0.isWhitespace }.prefix { !$0.isWhitespace } }
}
