import GlanceFocus
import Support
import Vision

/// `model:stream`: answers as they come, for as many images as there are.
enum ModelStream {
  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "stream", "Classifies a stream of images: for result in model:stream(images, options) do … end.",
      [
        Parameter(
          "images", .either([.object("dataset"), .function, .object("tensor"), .string, .table]),
          "what model:infer takes, or a function that returns the next of that at each call, and nil at the end"
        ),
        .options(
          RunSetup.liveOptions + [
            Parameter(
              "passes", .integer, default: 1, "how often a data set is gone through", in: 1...1_000_000_000)
          ]),
      ],
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
        """, touches: [.clock]
    ) { model, call in
      let (runner, rule, check) = try RunSetup.live(model, call, "model:stream")
      let value = try call.value("images")
      let deadline = try call.optionalNumber("deadline")
      let source: any ImageSource
      let names: [String]
      if case .function(let function) = value {
        names = ModelImages.classNames(model.configuration)
        source = try LuaSource(function, for: model.configuration, in: call.state)
      } else {
        let input = try ModelImages(value, for: model.configuration, on: call.stack, "model:stream")
        names = input.classNames
        source = DatasetSource(input.images, passes: try call.integer("passes"))
      }
      let stream = try runner.stream(source, rule: rule, deadline: deadline)
      return Pushed(StreamHandle(stream, of: model, source: source, classNames: names, check: check))
    }
  }
}

/// Images that a Lua function returns one after the other.
final class LuaSource: ImageSource {
  /// Grey ones are repeated to as many.
  let channels = 3
  let knowsLabels: Bool
  let isPatient = false
  private let function: LuaFunction
  private let state: LuaState
  private let configuration: Configuration
  /// Returned already, but not taken yet.
  private var pending: [SourceImage] = []
  private var count = 0
  private var hasEnded = false

  /// Calls `function` once, to see whether its images have labels.
  init(_ function: LuaFunction, for configuration: Configuration, in state: LuaState) throws {
    self.function = function
    self.state = state
    self.configuration = configuration
    var first = [SourceImage]()
    let images = try Self.read(function, 0, configuration, state)
    if let images { first = Self.entries(of: images, from: 0) }
    knowsLabels = images?.knowsLabels ?? false
    hasEnded = images == nil
    pending = first
    count = first.count
  }

  func next(_ most: Int) throws -> [SourceImage] {
    while pending.count < most, !hasEnded {
      guard let images = try Self.read(function, count, configuration, state) else {
        hasEnded = true
        break
      }
      guard images.knowsLabels == knowsLabels else {
        throw LuaError(
          "model:stream: image \(count + 1) has \(knowsLabels ? "no label" : "a label"), unlike those before")
      }
      pending += Self.entries(of: images, from: count)
      count += images.count
    }
    defer { pending.removeFirst(min(most, pending.count)) }
    return Array(pending.prefix(most))
  }

  private static func read(
    _ function: LuaFunction, _ count: Int, _ configuration: Configuration, _ state: LuaState
  ) throws -> (any ImageDataset)? {
    guard let value = try function.call().first, !value.isNil else { return nil }
    return try ModelImages(
      value, for: configuration, on: state.stack, "model:stream: image \(count + 1)"
    ).images
  }

  private static func entries(of images: any ImageDataset, from first: Int) -> [SourceImage] {
    (0..<images.count).map { SourceImage(dataset: images, index: $0, number: first + $0) }
  }
}

/// A stream of answers in Lua; called, it gives the next one.
final class StreamHandle {
  let stream: EpisodeStream
  private let model: ModelHandle
  private let source: any ImageSource
  private let classNames: [String]
  /// Rule and sampler are asked again after this many answers, or at the end; then it is nil.
  private var check: AnswerCheck?
  private static let checkedAfter = 64

  init(
    _ stream: EpisodeStream, of model: ModelHandle, source: any ImageSource, classNames: [String],
    check: AnswerCheck
  ) {
    self.stream = stream
    self.model = model
    self.source = source
    self.classNames = classNames
    self.check = check
  }

  func next(_ context: HostContext) throws -> LuaFields? {
    let dataset = (source as? DatasetSource)?.dataset
    let result: AdaptiveRunner.Result?
    if let dataset {
      result = try DamageNote.telling(dataset, context) { try model.running { try stream.next() } }
    } else {
      result = try model.running { try stream.next() }
    }
    if result == nil || stream.totals.images == Self.checkedAfter, let check {
      self.check = nil
      try check.tell()
    }
    return result.map { result in
      let name =
        dataset.map { $0.itemPath(at: result.index % $0.count) } ?? FilePath(String(result.index + 1))
      return result.fields(source: name, classNames: classNames)
    }
  }

  static let entry = LuaClass<StreamHandle>(
    "stream", "Answers of model:stream, to be gone through by for.",
    discussion:
      "stream() is the next result, nil after the last. The totals are those of the results so far.",
    properties: [
      .init("images", "integer", "images answered so far", get: { it, _ in it.stream.totals.images }),
      .init(
        "accuracy", "number", "percent of right answers so far; nil without labels",
        get: { it, _ in it.stream.totals.accuracy.map(Percent.of) }),
      .init(
        "madds", "number", "mean Multiply-Adds per image so far", get: { it, _ in it.stream.totals.madds }),
      .init(
        "exits", "list of integers", "images that left after step 1, 2, … so far",
        get: { it, _ in it.stream.totals.exits }),
      .init(
        "seconds", "number", "since the stream was made, up to its end",
        get: { it, _ in it.stream.seconds }),
      .init(
        "late", "integer", "images answered after their deadline", get: { it, _ in it.stream.late }),
      .init(
        "capacity", "integer", "images in memory at most, from the oldest not yet taken to the newest",
        get: { it, _ in it.stream.capacity }),
      .init(
        "pixel_bytes", "integer", "memory for their decoded pixels in bytes",
        get: { it, _ in it.stream.pixelBytes }),
    ],
    operators: [
      .init("__call", "the next result; nil after the last") { stack in
        let handle = try stack.requireObject(at: 1, as: StreamHandle.self, in: "stream")
        return try handle.next(stack.state.context)
      }
    ],
    describe: { it in
      let totals = it.stream.totals
      return "stream: \(totals.images) images answered, exits "
        + totals.exits.map(String.init).joined(separator: " / ")
    }
  ).entry
}
