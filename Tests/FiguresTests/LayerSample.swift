import Figures
import Testing

/// A layer as its method makes it, and what must be true of it.
///
/// A new kind of layer is one more row of ``all``.
struct LayerSample: Sendable, CustomTestStringConvertible {
  let name: String
  /// The kind in the CSV file, and the number of its rows.
  let kind: String
  let rows: Int
  /// False for layers that have no place in a legend.
  var takesLabel = true
  let draw: @Sendable (inout Axes, String?) throws -> Void

  var testDescription: String { name }

  private static let errors = Errors(
    x: Spread([0.5, 0.5, 0.5]), y: Spread(lower: [1, 2, 3], upper: [4, 5, 6]))

  static let all: [LayerSample] = [
    LayerSample(name: "line", kind: "line", rows: 3) { axes, label in
      try axes.line(x: [1, 2, 3], y: [4, -2, 9], label: label)
    },
    LayerSample(name: "step", kind: "step", rows: 3) { axes, label in
      try axes.step(x: [1, 2, 3], y: [4, -2, 9], label: label)
    },
    LayerSample(name: "scatter", kind: "scatter", rows: 3) { axes, label in
      try axes.scatter(x: [1, 2, 3], y: [4, -2, 9], label: label)
    },
    LayerSample(name: "scatter with errors", kind: "scatter", rows: 3) { axes, label in
      try axes.scatter(x: [1, 2, 3], y: [4, -2, 9], label: label, errors: LayerSample.errors)
    },
    LayerSample(name: "band", kind: "band", rows: 2) { axes, label in
      try axes.band(x: [1, 2], lower: [-3, 1], upper: [2, 8], label: label)
    },
    LayerSample(name: "hline", kind: "hline", rows: 1) { axes, label in try axes.hline(7, label: label) },
    LayerSample(name: "vline", kind: "vline", rows: 1) { axes, label in try axes.vline(-7, label: label) },
    LayerSample(name: "hspan", kind: "hspan", rows: 1) { axes, label in try axes.hspan(2, 7, label: label) },
    LayerSample(name: "vspan", kind: "vspan", rows: 1) { axes, label in
      try axes.vspan(-7, 2, label: label, opacity: 0.5)
    },
    LayerSample(name: "arrow", kind: "arrow", rows: 2) { axes, label in
      try axes.arrow(from: (1, 5), to: (-3, 9), label: label)
    },
    LayerSample(name: "text", kind: "text", rows: 1, takesLabel: false) { axes, _ in
      try axes.text("here", x: 0.5, y: 1.2)
    },
    LayerSample(name: "note", kind: "note", rows: 1, takesLabel: false) { axes, _ in
      axes.annotate("here", x: 3, y: 5)
    },
    LayerSample(name: "bars", kind: "bar", rows: 2) { axes, label in
      try axes.bar(
        categories: ["a", "b"], series: [Series(label, [-3, 5], error: Spread([1, 1]))],
        options: BarOptions(showValues: true))
    },
    LayerSample(name: "level bars", kind: "barh", rows: 2) { axes, label in
      try axes.bar(
        categories: ["a", "b"], series: [Series(label, [-3, 5], error: Spread([1, 1]))],
        options: BarOptions(showValues: true, isHorizontal: true))
    },
    LayerSample(name: "boxes", kind: "box", rows: 7) { axes, label in
      try axes.distribution(
        .box, categories: ["a", "b"], series: [DistributionSeries(label, [[1, 2, 3, 40], [4, 5, -6]])],
        options: DistributionOptions(showsMean: true))
    },
    LayerSample(name: "violins", kind: "violin", rows: 7) { axes, label in
      try axes.distribution(
        .violin, categories: ["a", "b"], series: [DistributionSeries(label, [[1, 2, 3, 40], [4, 5, -6]])],
        options: DistributionOptions(isHorizontal: true))
    },
    LayerSample(name: "pareto", kind: "pareto", rows: 4) { axes, label in
      try axes.pareto(
        x: [1, 2, 3, 4], y: [60, 70, 65, 75], label: label,
        options: ParetoOptions(names: ["a", "b", "c", "d"]))
    },
    LayerSample(name: "contour", kind: "contour", rows: 12, takesLabel: false) { axes, _ in
      try axes.contour([0, 1, 2, 3, 1, 5, 6, 4, 2, 4, 3, 1], x: [1, 2, 3, 5], y: [-1, 0, 2])
    },
    LayerSample(name: "filled contour", kind: "contour", rows: 12, takesLabel: false) { axes, _ in
      try axes.contour(
        [0, 1, 2, 3, 1, 5, 6, 4, 2, 4, 3, 1], x: [1, 2, 3, 5], y: [-1, 0, 2],
        options: ContourOptions(isFilled: true, color: .black))
    },
    LayerSample(name: "reliability", kind: "reliability", rows: 4) { axes, label in
      try axes.reliability(
        confidence: [0.3, 0.6, 0.9, 0.95], correct: [false, true, true, false], bins: 4, label: label)
    },
    LayerSample(name: "confusion", kind: "heatmap", rows: 4, takesLabel: false) { axes, _ in
      try axes.confusion(
        truth: [1, 1, 2], predicted: [1, 2, 2], options: ConfusionOptions(showsCounts: true))
    },
    LayerSample(name: "heat map over an image", kind: "heatmap", rows: 6, takesLabel: false) { axes, _ in
      let image = try Pixels(width: 4, height: 2, channels: 1, bytes: [0, 10, 20, 30, 40, 50, 60, 70])
      try axes.heatMap(
        [[1, 2, 3], [4, 5, 6]], options: HeatMapOptions(fades: true, image: image, smooth: true))
    },
    LayerSample(name: "histogram", kind: "histogram", rows: 2) { axes, label in
      try axes.histogram([0.5, 1, 1.5], label: label, options: HistogramOptions(edges: [0, 1, 2]))
    },
    LayerSample(name: "bins", kind: "histogram", rows: 2) { axes, label in
      try axes.histogram(edges: [0, 1, 3], heights: [4, 2], label: label)
    },
    LayerSample(name: "heat map", kind: "heatmap", rows: 6, takesLabel: false) { axes, _ in
      try axes.heatMap([[1, 2, 3], [4, 5, 6]], options: HeatMapOptions(digits: 0))
    },
  ]

  /// A figure with nothing but the layer.
  func figure(label: String? = nil) throws -> Figure {
    var figure = LayerSample.empty
    try draw(&figure.axes, label)
    return figure
  }

  /// A figure without grid, marks and numbers, whose legend stands inside.
  static var empty: Figure {
    var figure = Figure()
    figure.axes.grid = .none
    (figure.axes.x.hidden, figure.axes.y.hidden) = (true, true)
    figure.axes.legend.place = .upperRight
    return figure
  }
}
