import GlanceFocus
import Support
import Video
import Vision

/// The options of `model:stream` for the frames of videos.
enum FrameKeys {
  private static let video = ArgumentKey<LuaValue>(
    .optional(
      "video", .either([.string, .object("video"), .table]),
      "the video whose frames are answered: a path, a video of gfnet.video, or a list of these, which run together"
    ))
  private static let source = ArgumentKey<LuaValue>(
    .optional(
      "source", .function,
      "in place of video: returns the next frame at each call, 1 or 3 × height × width with values from 0 to 1, of the"
        + " model's image size, and when it is shown, in seconds; nil at the end"))
  private static let every = ArgumentKey<Int>(
    "every", default: 1, "of so many frames of the video the first is taken", in: 1...1e9)
  private static let window = ArgumentKey<Int?>(
    "window", "the answer is about the last so many frames; default: the model's frames",
    in: 1...Double(FrameOptions.longestWindow))
  private static let hold = ArgumentKey<Float>(
    "hold", default: 0.1,
    "how far the sampler may point from where the frame before was looked at, in row or column, for the patch to stay",
    in: 0...1)
  private static let own = ArgumentKey<Bool>(
    "own", default: false,
    "result.own also says what the frame alone is taken for: {prediction=, name=, confidence=}")
  private static let stride = ArgumentKey<Int?>(
    "stride", "slides a window of the model's frames over the video, so many frames on each time",
    in: 1...Double(FrameOptions.longestWindow))

  static let rows: [any ArgumentRow] = [video, source, every, window, hold, own, stride]

  /// Those that say where frames come from.
  static let kinds = [video.parameter.name, source.parameter.name]

  /// The first option that is given of those that only frames have.
  static func named(in call: LuaCall) throws -> String? { try first(of: rows, in: call) }

  private static func first(of rows: [any ArgumentRow], in call: LuaCall) throws -> String? {
    try rows.map(\.parameter.name).first { try call.has($0) }
  }

  /// Which option says where frames come from; nil where there are none.
  static func kind(of call: LuaCall) throws -> String? {
    let given = try kinds.filter { try call.has($0) }
    if given.count > 1 { throw LuaError("model:stream: either video or source, not both") }
    return given.first
  }

  /// A stream of frames.
  static func stream(_ model: ModelHandle, _ call: LuaCall) throws -> StreamHandle {
    if let odd = try first(of: [ModelStream.passes], in: call) {
      throw LuaError("model:stream: \(odd) is for data sets: a video is gone through once")
    }
    let feeds = try feeds(model.configuration, call)
    let deadline = try call[RunOptions.deadline]
    let names = ModelImages.classNames(model.configuration)
    guard let stride = try call[stride] else {
      try requireAnswersByFrame(model)
      if let odd = try first(of: [RunOptions.batch], in: call) {
        throw LuaError("model:stream: \(odd) is for images and windows: frames are answered one by one")
      }
      let (runner, rule, check) = try RunSetup.live(model, call, "model:stream", batch: feeds.count)
      let options = FrameOptions(window: try call[window], hold: try call[hold], saysOwn: try call[own])
      let stream = try runner.frames(feeds.map(\.feed), rule: rule, deadline: deadline, options: options)
      return StreamHandle(stream, of: model, check: check) { _ in
        try stream.next().map { answer in
          answer.fields(source: feeds[answer.stream].name, classNames: names)
        }
      }
    }
    guard feeds.count == 1 else {
      throw LuaError("model:stream: stride is for one video, got \(feeds.count)")
    }
    if let odd = try first(of: [window, hold, own], in: call) {
      throw LuaError(
        "model:stream: \(odd) is for frames that are answered one by one, not for windows of stride")
    }
    let (runner, rule, check) = try RunSetup.live(model, call, "model:stream")
    let windows = try WindowSource(feeds[0].feed, for: model.configuration, stride: stride)
    let stream = try runner.stream(windows, rule: rule, deadline: deadline)
    return StreamHandle(stream, of: model, check: check) { _ in
      try stream.next().map { result in
        let end = windows.takeEnd(of: result.index)
        return result.fields(
          source: feeds[0].name, classNames: names,
          more: place(stream: 0, frame: end?.number ?? result.index, time: end?.seconds))
      }
    }
  }

  private static func requireAnswersByFrame(_ model: ModelHandle) throws {
    guard let objection = model.network.objectionToFrames else { return }
    let (configuration, frames) = (model.configuration, model.configuration.frames)
    let remedy =
      configuration.layers == nil
      ? "gfnet.backbones.\(configuration.backbone){frames = \(frames), past_only = true}"
      : "nn.temporal_shift(\(frames), {past = true})"
    throw LuaError(
      "model:stream: the model \(objection): stride = \(max(frames / 2, 1)) answers windows of \(frames) frames, and a"
        + " model made with \(remedy) answers each frame")
  }

  // MARK: Where frames come from

  private static func feeds(_ configuration: Configuration, _ call: LuaCall) throws -> [(
    feed: any FrameFeed, name: FilePath
  )] {
    if case .function(let function) = try call[source] {
      if try call[every] != 1 {
        throw LuaError("model:stream: every is of video = …; a function gives the frames that it wants")
      }
      return [(LuaFrameFeed(function, for: configuration, in: call.state), "source")]
    }
    let given = try call[video]
    try VideoLibrary.ensure { call.context.note("model:stream: \($0)") }
    let list = try given.asTable?.elements() ?? [given]
    guard !list.isEmpty else { throw LuaError("model:stream: video is an empty list") }
    return try list.map { value in
      let path = try path(value, call)
      return (try VideoFeed(path, for: configuration, every: call[every]), path)
    }
  }

  private static func path(_ value: LuaValue, _ call: LuaCall) throws -> FilePath {
    if case .object(let object) = value, let video = object.value(as: VideoHandle.self) {
      return video.file.path
    }
    guard value.asString != nil else {
      throw LuaError("model:stream: video must be a path or a video, got \(value.described)")
    }
    try call.claim(.readFiles)
    guard let path = value.asPath, !path.isEmpty else {
      throw LuaError("model:stream: video must be the path of a file, got \(value.described)")
    }
    return try call.readable(path)
  }

  fileprivate static func place(stream: Int, frame: Int, time: Double?) -> [(String, any LuaPushable)] {
    [("stream", stream + 1), ("frame", frame + 1), ("time", time)]
  }
}

extension FrameStream.Answer {
  /// The answer as scripts see it.
  fileprivate func fields(source: FilePath, classNames: [String]) -> LuaFields {
    let alone = own.map { own in
      LuaFields([
        "prediction": own.prediction + 1,
        "name": classNames.indices.contains(own.prediction) ? classNames[own.prediction] : nil,
        "confidence": own.confidence,
      ])
    }
    return result.fields(
      source: source, classNames: classNames,
      more: FrameKeys.place(stream: stream, frame: frame, time: time) + [("own", alone)])
  }
}
