import Figures

/// `gfnet.plot`: figures for papers and reports.
enum PlotModule {
  static let module = LuaModule(
    "gfnet.plot", "Figures: lines, bars, histograms, heat maps, images.",
    functions: [figure, images, glimpses])

  private static let figure = FunctionEntry(
    "figure", "A new figure; draw into it with its methods, show it as a cell's last expression.",
    [
      .options(
        Parameter.axesOptions + [
          .optional(
            "size", .either([.string, .list(.number)]),
            "\"one-column\" (3.5 × 2.6 in), \"two-columns\", or {width, height} in inches"),
          .optional("style", .string, "\"paper\" (serif) or \"screen\" (sans serif)"),
          .optional("font", .string, "\"paper\", \"sans\" or a font file"),
          .named("palette", "colours of successive series", Palette.self),
          .optional("font_size", .number, "of tick labels and legend, in points", in: 3...40),
          .optional("line_width", .number, "of lines without a width of their own, in points", in: 0...20),
          Parameter("rows", .integer, default: 1, "rows of panels", in: 1...30),
          Parameter("columns", .integer, default: 1, "columns of panels", in: 1...30),
          Parameter("share_x", .boolean, default: false, "the same x limits in all panels"),
          Parameter("share_y", .boolean, default: false, "the same y limits in all panels"),
          Parameter("share_legend", .boolean, default: false, "one legend for all panels"),
        ] + Parameter.fileOptions)
    ],
    returns: "figure",
    example: "gfnet.plot.figure{xlabel = \"step\", ylabel = \"accuracy (%)\"}:line({1, 2, 3}, {62, 71, 74})",
    discussion: """
      With rows and columns the figure has several panels: fig[1], fig[2], … row by row. Axis options are then those \
      of every panel, and the title stands above all. What was asked for is always shown: a figure whose labels and \
      legends would leave its axes less than half of it becomes higher. docs/figures.md says what else is promised.
      """, mayTouch: [.readFiles]
  ) { call in
    var figure = try emptyFigure(call)
    figure.isSizeAsked = try call.has("size")
    let (rows, columns) = (figure.rows, figure.columns)
    let isGrid = rows * columns > 1
    figure.sharesX = try call.boolean("share_x")
    figure.sharesY = try call.boolean("share_y")
    figure.sharesLegend = try call.boolean("share_legend")
    if isGrid { figure.title = try call.optionalString("title") ?? "" }
    let change = try call.axesChange()
    for panel in figure.panels.indices {
      try change.apply(
        to: &figure.panels[panel], withTitle: !isGrid,
        xLabel: !figure.sharesX || panel / columns == rows - 1,
        yLabel: !figure.sharesY || panel % columns == 0)
    }
    let result = ScriptFigure(figure)
    result.name = try call.fileStem()
    result.caption = try call.string("caption")
    return Pushed(result)
  }

  private static func emptyFigure(_ call: LuaCall) throws -> Figure {
    var style = FigureStyle.paper
    if let name = try call.optionalString("style") {
      style = try call.checked("style") { () throws(FigureError) in try FigureStyle(named: name) }
    }
    if var font = try call.optionalPath("font") {
      if !["paper", "sans"].contains(font) {
        try call.claim(.readFiles)
        font = call.context.found(font)
      }
      style.fonts = try call.checked("font") { () throws(FigureError) in try FontChoice(named: font) }
    }
    if let palette = try call.named("palette", as: Palette.self) { style.palette = palette }
    if let size = try call.optionalNumber("font_size") {
      let factor = size / style.fontSize
      (style.fontSize, style.labelSize) = (size, style.labelSize * factor)
      style.titleSize *= factor
    }
    if let width = try call.optionalNumber("line_width") { style.lineWidth = width }
    let (rows, columns) = (try call.integer("rows"), try call.integer("columns"))
    let size = try size(call)
    if rows * columns == 1 { return Figure(size: size ?? .oneColumn, style: style) }
    return try Figure(rows: rows, columns: columns, size: size ?? .twoColumns, style: style)
  }

  private static func size(_ call: LuaCall) throws -> FigureSize? {
    guard try call.has("size") else { return nil }
    if let name = try call.value("size").asString {
      return try call.checked("size") { () throws(FigureError) in try FigureSize(named: name) }
    }
    let inches = try call.numbers("size")
    guard inches.count == 2, inches.allSatisfy({ $0 >= 0.5 && $0 <= 100 }) else {
      throw LuaError("\(call.place("size")) must be {width, height} in inches, each from 0.5 to 100")
    }
    return .inches(inches[0], inches[1])
  }

  // MARK: Pictures

  static let gridOptions: [Parameter] =
    [
      .optional("columns", .integer, "images side by side; left out: as many as fit", in: 1...20),
      Parameter("width", .number, default: 7.16, "width of the picture in inches", in: 0.7...100),
      .named("interpolation", "how pixels are enlarged", ImageScaling.self),
    ] + Parameter.fileOptions

  private static let images = FunctionEntry(
    "images", "Images side by side.",
    [
      Parameter(
        "images", .either([.object("tensor"), .table]),
        "a list of images, each H×W or C×H×W with 1 or 3 channels, or one tensor N×C×H×W"),
      .options(
        [
          .optional("titles", .list(.string), "one text above each image"),
          .optional(
            "range", .list(.number),
            "{low, high}: the numbers that are black and white; left out: 0 and 1, or the extremes of images beyond"
          ),
          .optional("title", .string, "above all images"),
        ] + gridOptions),
    ],
    returns: "picture", example: "gfnet.plot.images({gfnet.tensor.rand(8, 8), gfnet.tensor.rand(3, 8, 8)})"
  ) { call in
    let images = try ImageReader(call).images("images")
    let titles = try call.strings("titles")
    guard titles.isEmpty || titles.count == images.count else {
      throw LuaError("\(call.place("titles")): \(titles.count) texts for \(images.count) images")
    }
    let heading = try call.optionalString("title") ?? ""
    let glimpses = images.enumerated().map { index, pixels in
      Glimpse(pixels: pixels, title: titles.isEmpty ? "" : titles[index], steps: [])
    }
    let grid = GlimpseGrid(
      groups: [.init(heading: heading, images: glimpses)], options: try gridOptions(call))
    return Pushed(
      ScriptPicture(
        grid, name: try call.fileStem(), caption: try call.string("caption"), hasNumbers: false,
        words: heading.isEmpty ? "images" : heading))
  }

  private static let glimpses = FunctionEntry(
    "glimpses", "Images with the patches that were looked at, and the confidence after each step.",
    [
      Parameter(
        "images", .either([.object("trace"), .list(.table)]),
        "a trace, or a list of {image=, title=, group=, steps = {{confidence=, correct=, prediction=, row=, column=, size=}, …}}"
      ),
      .options(
        TraceGlimpses.options + [
          .named("colors", "right, wrong and unknown steps", GlimpseOptions.Colors.self),
          Parameter("dim", .number, default: 0, "darkens what no patch shows, 0 to 1", in: 0...1),
          Parameter(
            "captions", .boolean, default: false, "list each step's prediction and confidence below the image"
          ),
          .optional("range", .list(.number), "{low, high}: the numbers that are black and white"),
        ] + gridOptions),
    ],
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
      colour of its own.
      """, mayTouch: [.readFiles]
  ) { call in
    if case .object(let object) = try call.value("images"), let trace = object.value(as: TraceHandle.self) {
      return Pushed(try picture(of: TraceGlimpses.groups(trace, call), call))
    }
    for option in TraceGlimpses.options where try call.has(option.name) {
      throw LuaError("gfnet.plot.glimpses: the option '\(option.name)' is for traces only")
    }
    return Pushed(try picture(of: GlimpseReader(call).groups("images"), call))
  }

  /// The picture of glimpses that were gathered anywhere, with the options of `gfnet.plot.glimpses`.
  static func picture(of groups: [GlimpseGrid.Group], _ call: LuaCall) throws -> ScriptPicture {
    var options = try gridOptions(call)
    if let colors = try call.named("colors", as: GlimpseOptions.Colors.self) { options.colors = colors }
    options.dim = try call.number("dim")
    options.hasCaptions = try call.boolean("captions")
    return ScriptPicture(
      GlimpseGrid(groups: groups, options: options), name: try call.fileStem(),
      caption: try call.string("caption"), words: "glimpses")
  }

  /// Reads ``gridOptions``.
  static func gridOptions(_ call: LuaCall) throws -> GlimpseOptions {
    var options = GlimpseOptions()
    options.columns = try call.optionalInteger("columns")
    options.width = try call.number("width") * 72
    if let interpolation = try call.named("interpolation", as: ImageScaling.self) {
      options.interpolation = interpolation
    }
    return options
  }
}
