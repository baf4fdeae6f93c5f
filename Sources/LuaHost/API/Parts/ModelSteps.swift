import GlanceFocus
import Tensor

/// The steps of a model as values: `model:glance`, `model:focus`, `model:propose`, `model:crop`, `model:resize`.
enum ModelSteps {
  static var methods: [LuaMethod<ModelHandle>] { [glance, focus, propose, crop, resize] }

  private static let auxiliary = ArgumentKey<Bool>(
    "auxiliary", default: false, "also asks the encoder's own classifier, as the loss of training does")
  private static let memory = ArgumentKey<MemoryHandle>("memory", "of the step before")

  private static let sample = """
    local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
    local images = gfnet.dataset("clutter-fashion", {limit = 4})  \
    local seen = model:glance(images)  local places = model:propose(seen.memory)  \
    local next = model:focus(model:crop(images, places), seen.memory)  print(next.probabilities)
    """

  private static let evaluation = """
    While gfnet.grad records, the parts are evaluated op by op, so that gradients flow to parameters and images; else \
    by plans, as in model:infer, to the same bits where images are of 8-bit levels.
    """

  private static var glance: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "glance", "Step 1: looks at the whole images, resized to glance_size.",
      [PartImages.key, .options([auxiliary] + PartMode.rows)], returns: "step_result", example: sample,
      discussion: "The model normalises images itself. " + evaluation
    ) { model, call in
      let place = "model:glance"
      let images = try PartImages.read(call[PartImages.key], for: model, call, call.place(PartImages.key))
      try requireFrames(images, model.configuration.frames, call.place(PartImages.key))
      let mode = try PartMode(call, model)
      return try step(model, images, .glance, memory: nil, mode, auxiliary: call[auxiliary], place)
    }
  }

  private static var focus: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "focus", "A further step: looks at one patch of each image.",
      [PartImages.patches, memory, .options([auxiliary])], returns: "step_result", example: sample,
      discussion: "The memory stays as it is: another patch can be tried from it. " + evaluation
    ) { model, call in
      let place = "model:focus"
      let memory = try call[memory]
      try memory.require(model, place)
      let images = try PartImages.read(
        call[PartImages.patches], for: model, call, call.place(PartImages.patches))
      try requireFrames(images, model.configuration.frames(.patch), call.place(PartImages.patches))
      let side = model.configuration.patchSize
      guard images.height == side, images.width == side else {
        throw LuaError(
          "\(place): patches must be n × 1 or 3 × \(side) × \(side), got"
            + " \(images.count)×\(images.channels)×\(images.height)×\(images.width)")
      }
      guard images.count == memory.count else {
        throw LuaError("\(place): \(images.count) patches for the memory of \(memory.count) images")
      }
      return try step(model, images, .patch, memory: memory, memory.mode, auxiliary: call[auxiliary], place)
    }
  }

  private static func requireFrames(_ images: NetworkImages, _ frames: Int, _ place: String) throws {
    guard images.frames == frames else {
      throw LuaError(
        "\(place): got \(Configuration.items(images.frames)), the model takes \(Configuration.items(frames)) here"
      )
    }
  }

  private static func step(
    _ model: ModelHandle, _ images: NetworkImages, _ look: Look, memory: MemoryHandle?, _ mode: PartMode,
    auxiliary: Bool, _ place: String
  ) throws -> Pushed<StepResultHandle> {
    try naming(place) {
      let parts = try model.parts(look, mode, place)
      let input = try model.encoderInput(images, look, mode, side: model.configuration.side(look))
      let (result, next) = try model.running {
        try parts.step(input, look, memory: memory?.network(place), auxiliary: auxiliary)
      }
      let carried = MemoryHandle(
        model, step: (memory?.step ?? 0) + 1, count: images.count, map: next.map, classifier: next.classifier,
        policy: next.policy, mode: mode)
      return Pushed(StepResultHandle(result, memory: carried))
    }
  }

  // MARK: Places

  private static let numbers = RandomNumbers.key(
    "places are drawn around the policy's, as training does: normal, clipped to 0…1")

  private static var propose: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "propose", "Where the policy would look next.", [memory, .options([numbers, PolicyPart.deviation])],
      returns:
        "tensor: places, n × (row, column) in 0…1; the critic's values, n; the means of the places, n × 2",
      example: sample,
      discussion: """
        0, 0 is the top left, 1, 1 the bottom right. Asking again gives the same. Without rng places and means are the \
        same tensor.
        """
    ) { model, call in
      let place = "model:propose"
      let memory = try call[memory]
      try memory.require(model, place)
      let output = try naming(place) { try memory.proposed(place) }
      let deviation = try call[PolicyPart.deviation]
      let places = try call[numbers].map {
        try Rollout.sampleActions(around: output.mean, $0.take(), deviation: deviation)
      }
      return LuaResults(places ?? output.mean, output.value, output.mean)
    }
  }

  private static let places = ArgumentKey<Tensor>.operand(
    "places", PlacesArgument.help + "; as model:propose gives them")
  private static let size = ArgumentKey<Int?>(
    "size", "side of the patches in pixels; default: patch_size", in: 1...65536)

  private static let interpolate = ArgumentKey<Bool>(
    "interpolate", default: false,
    "places are not rounded to pixels: bilinear interpolation, with gradients to the places")

  private static var crop: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "crop", "Cuts a patch out of each image at its place.",
      [PartImages.key, places, size, .options([interpolate])],
      returns:
        "tensor: n × channels × patch_size × patch_size; of clips n × frames × channels × patch_size × patch_size",
      example: sample,
      discussion:
        """
        The top-left pixel is at ⌊place · (side − patch)⌋. Of clips a place is for all frames; n × frames × 2 places give each \
        of the frames that patches are cut from its own. Gradients flow to the images, not to the places; with interpolate, \
        where the top-left pixel is at place · (side − patch) itself, they flow to both. size may be left out: crop(images, \
        places, {interpolate = true}).
        """
    ) { model, call in
      let place = "model:crop"
      let images = try PartImages.read(call[PartImages.key], for: model, call, call.place(PartImages.key))
      let side = try call[size] ?? model.configuration.patchSize
      // Of clips as the model takes them the frames that patches are cut from; of others all.
      let frames =
        images.frames == model.configuration.frames ? model.configuration.framePlaces(.patch) : nil
      let given = try call[places]
      let locations = try PlacesArgument.read(
        given, count: images.count, frames: frames?.count ?? images.frames, place)
      return try naming(place) {
        guard try call[interpolate] else {
          return try images.patches(at: locations, side: side, frames: frames).tensor()
        }
        return try images.patches(interpolatingAt: given, side: side, frames: frames)
      }
    }.led(by: ["interpolate"])
  }

  private static let side = ArgumentKey<Int?>(
    "size", "side of the images in pixels; default: glance_size", in: 1...65536)

  private static var resize: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "resize", "The whole images at another size, resized as the model's glance is.",
      [PartImages.key, side], returns: "tensor: n × channels × size × size",
      example: """
        local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
        model:resize(gfnet.dataset("clutter-fashion", {limit = 2}), 64)
        """
    ) { model, call in
      let images = try PartImages.read(call[PartImages.key], for: model, call, call.place(PartImages.key))
      let side = try call[side] ?? model.configuration.side(.glance)
      return try images.resized(for: model.configuration, side: side)
    }
  }
}
