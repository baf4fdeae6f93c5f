import Figures

/// The methods that fill a stretch of an axis: `hspan` and `vspan`.
enum SpanMethods {
  private static let from = ArgumentKey<Double>("from", "one end; -math.huge: the frame")
  private static let to = ArgumentKey<Double>("to", "the other; math.huge: the frame")
  private static let opacity = ArgumentKey<Double>("opacity", default: 0.15, "0 (invisible) to 1", in: 0...1)

  static let hspan = span("hspan", "Fills between two values of y, across the axes.") { axes, span in
    try axes.hspan(span.from, span.to, label: span.label, color: span.color, opacity: span.opacity)
  }

  static let vspan = span("vspan", "Fills between two values of x, from frame to frame.") { axes, span in
    try axes.vspan(span.from, span.to, label: span.label, color: span.color, opacity: span.opacity)
  }

  private static func span(
    _ name: String, _ summary: String, draw: @escaping @Sendable (inout Axes, Span) throws -> Void
  ) -> LayerMethod {
    LayerMethod(
      name, summary, [from, to, .options([LayerOptions.label, LayerOptions.color, opacity])],
      example: "line({1, 2, 3}, {1, 2, 3}):\(name)(1.5, 2, {label = \"warm-up\", color = \"gold\"})"
    ) { call in
      let span = try Span(call)
      return { try draw(&$0, span) }
    }
  }

  /// The arguments of both methods.
  private struct Span {
    let from: Double
    let to: Double
    let label: String?
    let color: Color?
    let opacity: Double

    init(_ call: LuaCall) throws {
      (from, to) = (try call[SpanMethods.from], try call[SpanMethods.to])
      (label, color) = (try call[LayerOptions.label], try call[LayerOptions.color])
      opacity = try call[SpanMethods.opacity]
    }
  }
}
