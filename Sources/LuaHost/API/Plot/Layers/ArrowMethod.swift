import Figures

/// The method `arrow`.
enum ArrowMethod {
  private static let x1 = ArgumentKey<Double>("x1", "where it begins")
  private static let y1 = ArgumentKey<Double>("y1", "where it begins")
  private static let x2 = ArgumentKey<Double>("x2", "where it points")
  private static let y2 = ArgumentKey<Double>("y2", "where it points")
  private static let head = PlotArgument.named("head", "which ends have one", ArrowHead.self)

  static let arrow = LayerMethod(
    "arrow", "A straight arrow between two points.",
    [x1, y1, x2, y2, .options(LayerOptions.ruleRows + [head])],
    example: "line({1, 2}, {3, 4}):arrow(1.2, 3.8, 1.9, 3.9, {color = \"crimson\"})"
  ) { call in
    let (from, to) = ((try call[x1], try call[y1]), (try call[x2], try call[y2]))
    let (label, style) = (try call[LayerOptions.label], try LayerOptions.ruleStyle(call))
    let head = try call[head] ?? .end
    return { try $0.arrow(from: from, to: to, head: head, label: label, style: style) }
  }
}
