import Figures
import Support

/// The method `annotate`.
enum AnnotateMethod {
  private static let text = ArgumentKey<String>("text", "the text; ^{…} and _{…} raise and lower")
  private static let x = ArgumentKey<Double>("x", "the point's x")
  private static let y = ArgumentKey<Double>("y", "the point's y")
  private static let anchor = PlotArgument.named("anchor", "the side of the point", Anchor.self)
  private static let distance = ArgumentKey<Double?>(
    "distance", "from the point, in points; default 3, with an arrow 18", in: 0...1000)
  private static let arrow = ArgumentKey<Bool>("arrow", default: false, "an arrow to the point")
  private static let fontSize = ArgumentKey<Double?>("font_size", "in points", in: 3...40)

  static let annotate = LayerMethod(
    "annotate", "Writes a text beside a point.",
    [text, x, y, .options([anchor, distance, arrow, LayerOptions.color, fontSize])],
    example: "line({1, 2}, {3, 4}):annotate(\"best\", 2, 4, {anchor = \"left\"})"
  ) { call in
    let options = NoteOptions(
      anchor: try call[anchor] ?? .aboveRight, distance: try call[distance], arrow: try call[arrow],
      color: try call[LayerOptions.color], fontSize: try call[fontSize])
    let (note, pointX, pointY) = (try call[text], try call[x], try call[y])
    return { $0.annotate(note, x: pointX, y: pointY, options: options) }
  }
}
