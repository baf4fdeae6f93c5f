import Support

/// How a definition of one kind is tried on random input.
///
/// `MADE` in a piece of Lua stands for the definition with its parameters.
struct DryRun: Sendable {
  /// What is run once before all definitions of the kind.
  let setup: String
  /// What is run with every set of parameters; the text that it returns tells whether two runs did the same.
  let piece: String
  /// What else is run with the defaults, and must give the same; by what an error says of it.
  var same: [(what: String, piece: String)] = []
  /// What else is run with the defaults, to see that it goes through.
  var further: [(what: String, piece: String)] = []
  /// What else was done, as the line of a definition that passed says.
  let done: String
  /// What to do where two runs differ.
  let remedy: String

  /// The piece for a kind.
  static func of(_ kind: DefinitionKind) -> DryRun {
    switch kind {
    case .exits: exits
    case .samplers: samplers
    case .schedulers: schedulers
    case .backbones: backbones
    case .reports: reports
    }
  }

  private static let network = """
    local labels = {}
    for i = 1, 12 do labels[i] = i % 4 + 1 end
    local images = gfnet.tensor.concatenate({gfnet.tensor.zeros(1, 3, 128, 128), gfnet.tensor.ones(1, 3, 128, 128),
      gfnet.random.rand(10, 3, 128, 128)}, 1)
    data = gfnet.dataset("tensors", {images = images, labels = labels, classes = {"a", "b", "c", "d"}})
    model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 3}
    """

  private static let exits = DryRun(
    setup: network,
    piece: decisions, same: [("a second time", decisions)],
    further: [("live", "model:infer(data, {exit = MADE, batch = 5})")],
    done: "decided about 48 images of a random trace, and live",
    remedy:
      "what a rule says of an image must depend on nothing else: no counters, no clock, no gfnet.random; or say stateful = true"
  )

  private static let decisions = """
    local steps = {}
    for i, image in ipairs(trace:evaluate(MADE).per_image) do steps[i] = image.steps end
    return table.concat(steps, " ")
    """

  private static let samplers = DryRun(
    setup: network,
    piece: places(batch: 12), same: [("in batches of 5", places(batch: 5))],
    further: [("live", "model:infer(data, {sampler = MADE, batch = 5})")],
    done: "placed patches in 12 images, in batches of 12 and of 5, and live",
    remedy:
      "places must depend on the image, the parameters and rng alone: no counters, no clock, no gfnet.random; or say stateful = true"
  )

  private static func places(batch: Int) -> String {
    """
    local trace = model:trace(data, {sampler = MADE, batch = \(batch)})
    local places = {}
    for step = 2, trace.steps do
      for i, place in ipairs(trace.coordinates[step]) do places[#places + 1] = place[1] .. "," .. place[2] end
    end
    return table.concat(places, " ")
    """
  }

  private static let schedulers = DryRun(
    setup: network,
    piece: fitted, same: [("a second time", fitted)],
    further: [
      (
        "live, saved and loaded",
        """
        local trace = model:trace(data)
        local rule = MADE
        rule:save(folder .. "/rule.json")
        local function steps(rule)
          local left = {}
          for i, image in ipairs(trace:evaluate(rule).per_image) do left[i] = image.steps end
          return table.concat(left, " ")
        end
        assert(steps(gfnet.exits.load(folder .. "/rule.json")) == steps(rule), "its rule does otherwise once it was saved")
        model:infer(data, {exit = rule, batch = 5})
        """
      )
    ],
    done: "fitted a rule to a random trace, which decided about its 48 images and live",
    remedy:
      "fit must give the same rule for the same trace and parameters: numbers by gfnet.random.counter with a seed"
  )

  private static let fitted = """
    local rule = MADE
    local steps = { tostring(rule) }
    for _, image in ipairs(trace:evaluate(rule).per_image) do steps[#steps + 1] = image.steps end
    return table.concat(steps, " ")
    """

  private static let answers = """
    local made = gfnet.model{backbone = MADE, dataset = data, patch_size = 96, steps = 2}
    local logits = made:trace(data).logits
    assert(logits:abs():max() < math.huge, "its logits are not finite")
    return tostring(made.parameters) .. " " .. tostring(logits:abs():sum())
    """

  private static let backbones = DryRun(
    setup: network,
    piece: answers, same: [("a second time", answers)],
    further: [
      (
        "trained, saved and loaded",
        """
        local made = gfnet.model{backbone = MADE, dataset = data, patch_size = 96, steps = 2}
        local before = made:trace(data).logits
        gfnet.train{model = made, dataset = data, stage = 1, epochs = 1, batch = 6, checkpoint = false, log = function() end}
        local logits = made:trace(data).logits
        assert((logits - before):abs():max() > 0, "training changes nothing")
        assert(logits:abs():max() < math.huge, "its logits are not finite after training")
        made:save(folder .. "/model.safetensors")
        local loaded = gfnet.load(folder .. "/model.safetensors"):trace(data).logits
        assert((loaded - logits):abs():max() < 1e-3, "it answers otherwise after it was saved and loaded")
        """
      )
    ],
    done: "built, traced, trained for an epoch, saved and loaded",
    remedy: "build must return the same layers for the same parameters")

  private static let reports = DryRun(
    setup: network + """

      evaluation = trace:evaluate(gfnet.exits.confidence{threshold = 0.7})
      inference = model:infer(data, {exit = 0.3})
      """,
    piece: "return MADE", same: [("a second time", "return MADE")],
    done: "wrote a section",
    remedy:
      "what a report writes must follow from what it is given: no clock, no numbers that change from call to call"
  )
}
