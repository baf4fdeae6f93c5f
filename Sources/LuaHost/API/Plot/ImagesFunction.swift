import Figures

/// `gfnet.plot.images`.
enum ImagesFunction {
  private static let images = ArgumentKey<[Pixels]>(
    FunctionParameter(
      "images", .either([.object("tensor"), .table]),
      "a list of images, each H×W or C×H×W with 1 or 3 channels, or one tensor N×C×H×W")
  ) { call, name in try ImageReader(call).images(name) }

  private static let titles = ArgumentKey<[String]?>("titles", "one text above each image")

  /// The row of ``ImageReader/range``, which says here what leaving it out means.
  private static let range: FunctionParameter = {
    var row = ImageReader.range.parameter
    row.summary += "; left out: 0 and 1, or the extremes of images beyond"
    return row
  }()

  private static let title = ArgumentKey<String?>("title", "above all images")

  static let entry = FunctionEntry(
    "images", "Images side by side.",
    [images, .options([titles, range, title] + GridOptions.rows)],
    returns: "picture", example: "gfnet.plot.images({gfnet.tensor.rand(8, 8), gfnet.tensor.rand(3, 8, 8)})"
  ) { call in
    let pictures = try call[images]
    let texts = try call[titles] ?? []
    guard texts.isEmpty || texts.count == pictures.count else {
      throw LuaError("\(call.place(titles)): \(texts.count) texts for \(pictures.count) images")
    }
    let heading = try call[title] ?? ""
    let glimpses = pictures.enumerated().map { index, pixels in
      Glimpse(pixels: pixels, title: texts.isEmpty ? "" : texts[index], steps: [])
    }
    let grid = GlimpseGrid(
      groups: [.init(heading: heading, items: glimpses)], options: try GridOptions.read(call))
    return Pushed(
      ScriptPicture(
        grid, name: try call[FigureNameOptions.name], caption: try call[FigureNameOptions.caption],
        hasNumbers: false, words: heading.isEmpty ? "images" : heading))
  }
}
