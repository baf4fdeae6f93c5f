import Figures
import Support

/// The classes `figure`, `axes` (one panel of a figure) and `picture`.
enum FigureClass {
  private static let row = ArgumentKey<Int>("row", "1 is the upper")
  private static let column = ArgumentKey<Int>("column", "1 is the left")
  private static let sample = "gfnet.plot.figure{}:line({1, 2}, {3, 4})"

  static let figure = LuaClass<ScriptFigure>(
    "figure", "A figure with one or several panels.",
    discussion: """
      Its drawing methods return the figure, so calls can be chained, and draw into the first panel; fig[i] is the \
      i-th. As the value of a cell it is shown and saved with its numbers.
      """,
    properties: [
      .init("rows", "integer", "rows of panels") { figure, _ in figure.figure.rows },
      .init("columns", "integer", "columns of panels") { figure, _ in figure.figure.columns },
    ],
    methods: LayerMethod.methods(of: ScriptFigure.self, "gfnet.plot.figure{}") + [
      LuaMethod(
        "panel", "One panel by its row and column.", [row, column],
        returns: "axes", example: "gfnet.plot.figure{rows = 2, columns = 2}:panel(2, 1)"
      ) { figure, call in
        let (row, column) = (try call[FigureClass.row], try call[FigureClass.column])
        guard (1...figure.figure.rows).contains(row), (1...figure.figure.columns).contains(column) else {
          throw LuaError(
            "figure:panel: no row \(row), column \(column) in \(figure.figure.rows)×\(figure.figure.columns) panels"
          )
        }
        return Pushed(ScriptAxes(figure, (row - 1) * figure.figure.columns + column - 1))
      },
      saving(sample: sample),
    ],
    describe: { figure in
      let size = figure.figure.size.size
      let panels = figure.figure.panels.count
      return "figure of \(Int(size.width.rounded()))×\(Int(size.height.rounded())) points"
        + (panels > 1 ? " with \(panels) panels" : "")
    },
    show: { figure, state in [.figure(try figure.picture(state.context))] },
    index: { figure, stack in
      let key = try stack.value(at: 2)
      let panels = figure.figure.panels
      guard let number = key.asInteger, (1...panels.count).contains(number) else {
        throw LuaError("figure: no panel \(key.described); expected 1 to \(panels.count)")
      }
      try Pushed(ScriptAxes(figure, number - 1)).push(onto: stack)
    },
    count: { $0.figure.panels.count }, sample: sample
  ).entry

  static let axes = LuaClass<ScriptAxes>(
    "axes", "One panel of a figure.",
    properties: [
      .init("figure", "figure", "the figure it belongs to") { axes, _ in Pushed(axes.owner) }
    ],
    methods: LayerMethod.methods(of: ScriptAxes.self, "gfnet.plot.figure{columns = 2}[1]"),
    describe: { $0.words },
    show: { axes, state in [.figure(try axes.owner.picture(state.context))] }
  ).entry

  static let picture = LuaClass<ScriptPicture>(
    "picture", "Images, as gfnet.plot.images, gfnet.plot.glimpses and gfnet.plot.filmstrip make them.",
    methods: [saving(sample: "gfnet.plot.images{gfnet.tensor.rand(8, 8)}")],
    describe: { "picture (\($0.words))" },
    show: { picture, state in [.figure(try picture.picture(state.context))] }
  ).entry

  private static let file = ArgumentKey<FilePath>.outputPath(
    "file",
    "the path, whose ending says the format; without one it is .\(PictureFormat.all.first?.ending ?? "")")
  private static let dpi = ArgumentKey<Int>(
    "dpi", default: 300, "pixels per inch; in files of shapes those of enlarged images", in: 20...2400)

  /// The formats of files, as in "PNG, SVG or PDF".
  private static let formatNames = words(PictureFormat.all.map(\.name))

  private static func words(_ list: [String]) -> String {
    list.dropLast().joined(separator: ", ") + (list.count > 1 ? " or " : "") + (list.last ?? "")
  }

  /// The method `save` of everything that is drawn.
  private static func saving<Value: StillDrawing>(sample: String) -> LuaMethod<Value> {
    LuaMethod(
      "save", "Writes a file (\(formatNames)), and beside it the numbers as CSV.",
      [file, .options([dpi])], example: "\(sample):save(\"accuracy.svg\")", touches: [.writeFiles]
    ) { drawing, call in
      let path = try call[file]
      let ending = path.ending
      guard let format = ending.isEmpty ? PictureFormat.all.first : PictureFormat.named(ending) else {
        let endings = words(PictureFormat.all.map { "." + $0.ending })
        throw LuaError("\(call.place(file)) must be a path ending in \(endings), got \"\(path)\"")
      }
      try format.prepare { call.context.note("\(path): \($0)") }
      let stem = ending.isEmpty ? path : path.removingEnding
      let target = ending.isEmpty ? path.adding("." + format.ending) : path
      for remark in try drawing.save(to: target, stem: stem, as: format, dpi: call[dpi]) {
        call.context.note("\(path): \(remark)")
      }
    }
  }
}
