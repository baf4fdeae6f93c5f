import GlanceFocus
import Support
import Vision

/// `model:stream`: answers as they come, for as many images, or frames of videos, as there are.
enum ModelStream {
  private static let images = ArgumentKey<LuaValue>(
    .optional(
      "images", .either([.object("dataset"), .function, .object("tensor"), .string, .table]),
      "what model:infer takes, or a function that returns the next of that at each call, and nil at the end; not with"
        + " video or source"))
  static let passes = ArgumentKey<Int>(
    "passes", default: 1, "how often a data set is gone through", in: 1...1_000_000_000)

  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "stream",
      "Classifies a stream of images, or the frames of a video: for result in model:stream(images, options) do … end.",
      [images, .options(RunOptions.live + [passes] + FrameKeys.rows)],
      returns: "stream",
      example: """
        local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
        for result in model:stream(gfnet.dataset("clutter-fashion", {limit = 8}), {exit = 0.9}) do \
        print(result.image, result.name, result.steps) end
        """,
      discussion: """
        Results are those of model:infer, one for each image in the order of the images. The network runs when a \
        result is asked for; batches are refilled as images leave, and no more images are taken in than there is room \
        for (stream.capacity), however long the stream is. Images are known by their number in the stream. A function \
        is asked for as many images as a batch has before the first result: with batch = 1 one at a time.

        model:stream{video = "clip.mp4", every = 2, deadline = 0.02} answers each frame of a video, or of several at once, \
        when it is there; source = f takes frames from a function. Results also have frame, the number in the video, time in seconds and \
        stream, the number of the video. A model of clips must look at the past alone (gfnet.backbones.NAME{frames = 8, \
        past_only = true}): its encoders take in one frame and keep of the last one what the next needs. An answer is about the last \
        window frames: features are the mean over them, and madds counts what this frame cost. A patch goes on from the one of the frame \
        before where that took the step too, at a place no further away than hold, and stays there; otherwise it begins \
        anew, as the first frame of a clip does. With stride a window of model.frames frames slides over the video instead, \
        whatever the model; a video with fewer has its last frame repeated.
        """, touches: [.clock], mayTouch: [.readFiles]
    ) { model, call in
      let given = try call[images]
      if let kind = try FrameKeys.kind(of: call) {
        guard given.isNil else {
          throw LuaError("model:stream: either images or \(kind) = …, not both")
        }
        return try Pushed(FrameKeys.stream(model, call))
      }
      guard !given.isNil else {
        throw LuaError("model:stream: expected images, or {video = …} or {source = …}")
      }
      if let odd = try FrameKeys.named(in: call) {
        throw LuaError("model:stream: \(odd) is about the frames of video = … and source = …")
      }
      return try Pushed(stream(of: given, model, call))
    }.led(by: FrameKeys.kinds)
  }

  /// A stream of images.
  private static func stream(of value: LuaValue, _ model: ModelHandle, _ call: LuaCall) throws -> StreamHandle
  {
    let (runner, rule, check) = try RunSetup.live(model, call, "model:stream")
    let deadline = try call[RunOptions.deadline]
    guard case .function(let function) = value else {
      let input = try ModelImages(value, for: model.configuration, on: call.stack, "model:stream")
      let (dataset, names) = (input.images, input.classNames)
      let stream = try runner.stream(
        DatasetSource(dataset, passes: try call[passes]), rule: rule, deadline: deadline)
      return StreamHandle(stream, of: model, check: check) { context in
        try DamageNote.telling(dataset, context) { try stream.next() }?
          .fields(sources: { dataset.itemPath(at: $0 % dataset.count) }, classNames: names)
      }
    }
    let names = ModelImages.classNames(model.configuration)
    let stream = try runner.stream(
      LuaSource(function, for: model.configuration, in: call.state), rule: rule, deadline: deadline)
    return StreamHandle(stream, of: model, check: check) { _ in
      try stream.next()?.fields(sources: { FilePath(String($0 + 1)) }, classNames: names)
    }
  }
}

extension AdaptiveRunner.Result {
  fileprivate func fields(sources: (Int) -> FilePath, classNames: [String]) -> LuaFields {
    fields(source: sources(index), classNames: classNames)
  }
}
