import Figures
import Support

/// `gfnet.plot.figure`.
enum FigureFunction {
  private static let size = ArgumentKey<FigureSize?>(
    .optional(
      "size", .either([.string, .list(.number)]),
      "\"one-column\" (3.5 × 2.6 in), \"two-columns\", or {width, height} in inches; left out: the style's")
  ) { call, name in try figureSize(call, name) }

  private static let style = PlotArgument.parsed(
    "style",
    "\"paper\" (serif, one column), \"paper2\" (two columns), \"screen\" (sans serif, small), \"web\" or \"slides\""
  ) { (text: String) throws(FigureError) -> FigureStyle in try FigureStyle(named: text) }

  private static let font = ArgumentKey<FontChoice?>(
    .optional("font", .string, "\"paper\", \"sans\" or a font file")
  ) { call, name in
    guard var file = try call.optionalPath(name) else { return nil }
    if !["paper", "sans"].contains(file) {
      try call.claim(.readFiles)
      file = try call.readable(file)
    }
    return try call.checked(name) { () throws(FigureError) in try FontChoice(named: file) }
  }

  private static let palette = PlotArgument.named("palette", "colours of successive series", Palette.self)
  private static let theme = PlotArgument.named(
    "theme", "dark ink on a light page, or the other way round", FigureTheme.self)
  private static let fontSize = ArgumentKey<Double?>(
    "font_size", "of tick labels and legend, in points", in: 3...40)
  private static let lineWidth = ArgumentKey<Double?>(
    "line_width", "of lines without a width of their own, in points", in: 0...20)
  private static let rows = ArgumentKey<Int>("rows", default: 1, "rows of panels", in: 1...30)
  private static let columns = ArgumentKey<Int>("columns", default: 1, "columns of panels", in: 1...30)
  private static let shareX = ArgumentKey<Bool>(
    "share_x", default: false, "the same x limits in all panels")
  private static let shareY = ArgumentKey<Bool>(
    "share_y", default: false, "the same y limits in all panels")
  private static let shareLegend = ArgumentKey<Bool>(
    "share_legend", default: false, "one legend for all panels")

  private static let ownRows: [any ArgumentRow] = [
    size, style, theme, font, palette, fontSize, lineWidth, rows, columns, shareX, shareY, shareLegend,
  ]

  static let entry = FunctionEntry(
    "figure", "A new figure; draw into it with its methods, show it as a cell's last expression.",
    [.options(AxesOptions.rows + ownRows + FigureNameOptions.rows)],
    returns: "figure",
    example: "gfnet.plot.figure{xlabel = \"step\", ylabel = \"accuracy (%)\"}:line({1, 2, 3}, {62, 71, 74})",
    discussion: """
      With rows and columns the figure has several panels: fig[1], fig[2], … row by row. Axis options are then those \
      of every panel, and the title stands above all. What was asked for is always shown: a figure whose labels and \
      legends would leave its axes less than half of it becomes higher. docs/figures.md says what else is promised.
      """, mayTouch: [.readFiles]
  ) { call in
    var figure = try emptyFigure(call)
    let (rowCount, columnCount) = (figure.rows, figure.columns)
    let isGrid = rowCount * columnCount > 1
    figure.sharesX = try call[shareX]
    figure.sharesY = try call[shareY]
    figure.sharesLegend = try call[shareLegend]
    if isGrid { figure.title = try call[AxesOptions.title] ?? "" }
    let change = try AxesOptions.change(call)
    for panel in figure.panels.indices {
      try change.apply(
        to: &figure.panels[panel], withTitle: !isGrid,
        xLabel: !figure.sharesX || panel / columnCount == rowCount - 1,
        yLabel: !figure.sharesY || panel % columnCount == 0)
    }
    let result = ScriptFigure(figure)
    for panel in figure.panels.indices { result.tickTexts.keep(change, panel: panel, isRight: false) }
    result.name = try call[FigureNameOptions.name]
    result.caption = try call[FigureNameOptions.caption]
    return Pushed(result)
  }

  private static func emptyFigure(_ call: LuaCall) throws -> Figure {
    let style = try figureStyle(call)
    let (rowCount, columnCount) = (try call[rows], try call[columns])
    let asked = try call[size]
    var figure =
      try rowCount * columnCount == 1
      ? Figure(size: asked, style: style)
      : Figure(rows: rowCount, columns: columnCount, size: asked, style: style)
    figure.isSizeAsked = asked != nil
    return figure
  }

  private static func figureStyle(_ call: LuaCall) throws -> FigureStyle {
    var result: FigureStyle = try call[style] ?? .paper
    if try call[theme] == .dark { result = result.dark }
    if let fonts = try call[font] { result.fonts = fonts }
    if let colors = try call[palette] { result.palette = colors }
    if let size = try call[fontSize] {
      let factor = size / result.fontSize
      (result.fontSize, result.labelSize) = (size, result.labelSize * factor)
      result.titleSize *= factor
    }
    if let width = try call[lineWidth] { result.lineWidth = width }
    return result
  }

  private static func figureSize(_ call: LuaCall, _ name: String) throws -> FigureSize? {
    guard try call.has(name) else { return nil }
    if let text = try call.value(name).asString {
      return try call.checked(name) { () throws(FigureError) in try FigureSize(named: text) }
    }
    let inches = try call.numbers(name)
    guard inches.count == 2, inches.allSatisfy({ $0 >= 0.5 && $0 <= 100 }) else {
      throw LuaError("\(call.place(name)) must be {width, height} in inches, each from 0.5 to 100")
    }
    return .inches(inches[0], inches[1])
  }
}
