import LuaHost
import TestSupport
import Testing

/// Batches of a data set, and what else a training loop in Lua is made of.
@Suite struct BatchScriptTests {
  @Test func batchesAreOfEvenSizeUnlessAskedOtherwise() throws {
    let output = try shown(
      """
      local function sizes(options)
        local batches, found = data:batches(options), {}
        for batch in batches do found[#found + 1] = #batch assert(batch.number == #found) end
        assert(batches() == nil and #batches == #found)
        return table.concat(found, " ")
      end
      print(sizes{size = 5})
      print(sizes{size = 5, even = false})
      print(sizes{})
      print(sizes{size = 1})
      print(data:batches{size = 5}, data:batches{size = 5}())
      """)
    #expect(
      output == """
        4 4 4
        5 5 2
        12
        1 1 1 1 1 1 1 1 1 1 1 1
        3 batches of up to 5 images\tbatch 1 of 4 images

        """)
  }

  @Test func aBatchHoldsTheImagesThatItNames() throws {
    let output = try shown(
      """
      local seen, order = {}, {}
      for batch in data:batches{size = 5, shuffle = true, seed = 3} do
        local images, labels = batch.images, batch.labels
        for k, i in ipairs(batch.indices) do
          assert(images[k] == data[i].image and labels[k] == data[i].label)
          seen[i] = true
          order[#order + 1] = i
        end
      end
      print(#seen, #order)
      local expected = gfnet.random.counter("batches", {seed = 3}):child(0):permutation(12)
      print(table.concat(order, " ") == table.concat(expected, " "))
      local second = {}
      for batch in data:batches{size = 5, shuffle = true, seed = 3, epoch = 2} do
        assert(batch.epoch == 2)
        for _, i in ipairs(batch.indices) do second[#second + 1] = i end
      end
      print(table.concat(order, " ") ~= table.concat(second, " "))
      """)
    #expect(output == "12\t12\ntrue\ntrue\n")
  }

  @Test func setsThatDrawNewImagesDoSoByEpoch() throws {
    let output = try shown(
      """
      local train = gfnet.dataset("clutter-fashion", {split = "train", limit = 4})
      local first, again = train:batches{}(), train:batches{}()
      local second = train:batches{epoch = 2}()
      print(first.images == again.images, first.images == second.images, first.labels == second.labels)
      """)
    #expect(output == "true\tfalse\ttrue\n")
  }

  @Test func aLoopThatIsLeftEarlyCanEndThePreparation() throws {
    let output = try shown(
      """
      local batches <close> = data:batches{size = 2}
      for batch in batches do if batch.number == 2 then break end end
      batches:free()
      print(pcall(batches))
      """)
    #expect(output.hasPrefix("false\t"))
  }

  @Test func partsTakeABatchAsTheyTakeItsImages() throws {
    let output = try shown(
      """
      local batch = data:batches{size = 4}()
      local images = batch.images
      for _, compiled in ipairs{true, false} do
        local a, b = model:glance(batch, {compiled = compiled}), model:glance(images, {compiled = compiled})
        print(a.logits == b.logits, model:crop(batch, {0.2, 0.7}) == model:crop(images, {0.2, 0.7}))
      end
      print(model:resize(batch, 32) == model:resize(images, 32))
      """)
    #expect(output == "true\ttrue\ntrue\ttrue\ntrue\n")
  }

  @Test func thePolicyDrawsWithTheDeviationAskedForAndKnowsItsDensity() throws {
    let output = try shown(
      """
      local memory = model:glance(data).memory
      local numbers = gfnet.random.counter("places", {seed = 2})
      local places, _, means = model:propose(memory, {rng = numbers, deviation = 0.25})
      print(places == (means + numbers:normal(12, 2) * 0.25):clamp(0, 1))
      local function expected(deviation)
        return ((places - means) / deviation):square():sum(2) * -0.5 - math.log(2 * math.pi * deviation ^ 2)
      end
      print((model.policy:log_prob(places, means) - expected(0.1)):abs():max() < 1e-4)
      print((model.policy:log_prob(places, means, {deviation = 0.25}) - expected(0.25)):abs():max() < 1e-5)
      local g = gfnet.grad(function(m) return model.policy:log_prob(places, m, {deviation = 0.5}):sum() end, means)
      print((g - (places - means) / 0.25):abs():max() < 1e-5)
      """)
    #expect(output == "true\ntrue\ntrue\ntrue\n")
  }

  @Test func aPolicyStartsAfreshAsThatOfAFreshModel() throws {
    let output = try shown(
      """
      local function fresh(seed) return gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, seed = seed} end
      local function same(a, b)
        local theirs, policy, others = b:state(), true, true
        for name, value in pairs(a:state()) do
          if name:find("^policy") then policy = policy and value == theirs[name]
          else others = others and value == theirs[name] end
        end
        return policy, others
      end
      local a, b = fresh(1), fresh(2)
      print(same(a, b))
      a.policy:reset{seed = 2}
      print(same(a, b))
      """)
    #expect(output == "false\tfalse\ntrue\tfalse\n")
  }

  @Test(arguments: [
    ("data:batches{size = 0}", "option 'size' must be a whole number from 1 to 65536"),
    ("data:batches{suffle = true}", "did you mean 'shuffle'?"),
    ("data:batches{epoch = 0}", "option 'epoch' must be"),
    ("model:propose(model:glance(data).memory, {deviation = 0})", "option 'deviation' must be"),
    (
      "model.policy:log_prob(gfnet.tensor.zeros(3, 2), gfnet.tensor.zeros(2, 2))",
      "policy:log_prob: places and means must both be n×2, got 3×2 and 2×2"
    ),
    (
      "gfnet.grad(function(m) m:reset{} return gfnet.tensor(1) end, model.policy)",
      "policy:reset is called within a function that is recorded"
    ),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try failure(source)
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }
}
