import GlanceFocus
import Vision

/// `model:stream`: answers as they come, for as many images as there are.
enum ModelStream {
  private static let images = ArgumentKey<LuaValue>(
    FunctionParameter(
      "images", .either([.object("dataset"), .function, .object("tensor"), .string, .table]),
      "what model:infer takes, or a function that returns the next of that at each call, and nil at the end"))
  private static let passes = ArgumentKey<Int>(
    "passes", default: 1, "how often a data set is gone through", in: 1...1_000_000_000)

  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "stream", "Classifies a stream of images: for result in model:stream(images, options) do … end.",
      [images, .options(RunOptions.live + [passes])],
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
        """, touches: [.clock], mayTouch: [.readFiles]
    ) { model, call in
      let (runner, rule, check) = try RunSetup.live(model, call, "model:stream")
      let value = try call[images]
      let deadline = try call[RunOptions.deadline]
      let source: any ImageSource
      let names: [String]
      if case .function(let function) = value {
        names = ModelImages.classNames(model.configuration)
        source = try LuaSource(function, for: model.configuration, in: call.state)
      } else {
        let input = try ModelImages(value, for: model.configuration, on: call.stack, "model:stream")
        names = input.classNames
        source = DatasetSource(input.images, passes: try call[passes])
      }
      let stream = try runner.stream(source, rule: rule, deadline: deadline)
      return Pushed(StreamHandle(stream, of: model, source: source, classNames: names, check: check))
    }
  }
}
