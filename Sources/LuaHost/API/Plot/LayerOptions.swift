import Figures

/// The options that several layers share: their name and colour, and how lines look.
enum LayerOptions {
  static let label = ArgumentKey<String?>("label", "its name in the legend")
  static let color = PlotArgument.parsed(
    "color",
    "a name, such as \"blue\" or CSS's \"crimson\", or \"#rrggbb\"; left out: the next of the palette"
  ) { (text: String) throws(FigureError) -> Color in try Color(named: text) }

  private static let width = ArgumentKey<Double?>("width", "line width in points", in: 0...100)
  private static let dash = PlotArgument.named(
    "dash", "the pattern, by name or as \"--\", \":\", \"-.\"", Dash.self)
  private static let marker = PlotArgument.named("marker", "the sign at each point", Marker.self)
  private static let markerSize = ArgumentKey<Double?>(
    "marker_size", "diameter of the markers in points", in: 0...100)
  private static let opacity = ArgumentKey<Double>(
    "opacity", default: 1, "0 (invisible) to 1", in: 0...1)

  /// The rows of layers that join or mark points.
  static let lineRows: [any ArgumentRow] = [label, color, width, dash, marker, markerSize, opacity]

  /// The rows of lines that have no points to mark.
  static let ruleRows: [any ArgumentRow] = [label, color, width, dash, opacity]

  /// How the points of a layer with the ``lineRows`` look.
  static func lineStyle(_ call: LuaCall) throws -> LineStyle {
    LineStyle(
      color: try call[color], width: try call[width], dash: try call[dash], marker: try call[marker],
      markerSize: try call[markerSize], opacity: try call[opacity])
  }

  /// How a line with the ``ruleRows`` looks.
  static func ruleStyle(_ call: LuaCall) throws -> LineStyle {
    LineStyle(
      color: try call[color], width: try call[width], dash: try call[dash], opacity: try call[opacity])
  }
}
