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
    LayerSample(name: "note", kind: "note", rows: 1, takesLabel: false) { axes, _ in
      axes.annotate("here", x: 3, y: 5)
    },
    LayerSample(name: "bars", kind: "bar", rows: 2) { axes, label in
      try axes.bar(
        categories: ["a", "b"], series: [Series(label, [-3, 5], error: Spread([1, 1]))],
        options: BarOptions(showValues: true))
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
