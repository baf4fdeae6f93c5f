import Figures
import Support

/// `gfnet.plot.glimpses`.
enum GlimpsesFunction {
  private static let images = ArgumentKey<LuaValue>(
    FunctionParameter(
      "images", .either([.object("trace"), .list(.table)]),
      "a trace, or a list of {image=, title=, group=, steps = {{confidence=, correct=, prediction=, row=, column=, size=}, …}}; clip= instead of image= for clips, whose steps may have frames=, places=, heading= too"
    )
  )

  private static let colors = PlotArgument.named(
    "colors", "right, wrong and unknown steps", GlimpseOptions.Colors.self)
  private static let dim = ArgumentKey<Double>(
    "dim", default: 0, "darkens what no patch shows, 0 to 1", in: 0...1)
  private static let captions = ArgumentKey<Bool>(
    "captions", default: false, "list each step's prediction and confidence below the image")

  private static let ownRows: [any ArgumentRow] = [colors, dim, captions, ImageReader.range]

  static let entry = FunctionEntry(
    "glimpses", "Images with the patches that were looked at, and the confidence after each step.",
    [images, .options(TraceGlimpses.options + ownRows + GridOptions.rows)],
    returns: "picture",
    example: """
      gfnet.plot.glimpses({{image = gfnet.tensor.rand(32, 32), title = "7 – bag", steps = {
        {confidence = 0.41, correct = false}, {confidence = 0.93, correct = true, row = 4, column = 10, size = 12}}}})
      """,
    discussion: """
      The first step is the glance, which sees the whole image and has no row, column and size. Those are in pixels: \
      row and column are those of the patch's top-left pixel, from 1. Images of one group stand together under its \
      name, in the order of their first image. Of a trace, images are chosen evenly over each group, and shown up to \
      the step after which they leave. A step whose correct is nil, and every step of images without labels, has a \
      colour of its own. Of a trace of clips each clip is a strip of its frames with a row for each step: rows is how \
      many clips a group shows, columns how many frames stand side by side, frames that a step does not see are pale, and \
      predictions and confidences stand beside them whatever captions says. A list of clips is shown so, too: clip is frames × \
      channels × height × width; frames of a step are the numbers of those that it sees, default all; places instead of \
      row and column gives each of these its own {row, column}; heading stands beside the frames.
      """, mayTouch: [.readFiles]
  ) { call in
    if case .object(let object) = try call[images], let trace = object.value(as: TraceHandle.self) {
      let options = try GlimpsesFunction.options(call)
      return Pushed(try picture(of: TraceGlimpses.drawing(trace, call, options), call))
    }
    for option in TraceGlimpses.options where try call.has(option) {
      throw LuaError("gfnet.plot.glimpses: the option '\(option.parameter.name)' is for traces only")
    }
    return Pushed(
      try picture(of: GlimpseReader(call).drawing(images.parameter.name, options(call)), call))
  }

  private static func options(_ call: LuaCall) throws -> GlimpseOptions {
    var options = try GridOptions.read(call)
    if let palette = try call[colors] { options.colors = palette }
    options.dim = try call[dim]
    options.hasCaptions = try call[captions]
    return options
  }

  private static func picture(of drawing: some Drawing, _ call: LuaCall) throws -> ScriptPicture {
    ScriptPicture(
      drawing, name: try call[FigureNameOptions.name],
      caption: try call[FigureNameOptions.caption], words: "glimpses")
  }
}
