import Figures
import Foundation

/// One figure of every kind, from the numbers published with the method; tests draw them all.
enum Gallery {
  /// Accuracy against mean Multiply-Adds, in the manner of the paper's figure 4.
  static func accuracyAgainstCost() throws -> Figure {
    var figure = Figure()
    figure.axes.x.label = "average budget (Multiply–Adds)"
    figure.axes.y.label = "top-1 accuracy (%)"
    let curve = [
      (45.0, 66.8), (50, 68.0), (55, 69.1), (60, 70.0), (70, 71.0), (80, 71.5), (90, 72.4), (99, 73.1),
      (109, 73.5),
      (128, 73.8), (138, 74.2), (148, 74.7), (157, 75.0), (167, 75.3), (177, 75.4), (186, 75.5),
    ]
    let x = curve.map { $0.0 * 1e6 }
    let y = curve.map(\.1)
    try figure.line(
      x: x, y: y, label: "GFNet (MobileNetV3)",
      style: LineStyle(color: .black, width: 1.6, marker: Marker.none))
    try figure.axes.band(x: x, lower: y.map { $0 - 0.4 }, upper: y.map { $0 + 0.4 })
    try figure.line(
      x: [186e6, 200e6, 230e6], y: [75.5, 75.8, 76.1],
      style: LineStyle(color: .black, width: 1.6, marker: Marker.none, opacity: 0.3))
    try figure.line(
      x: [44e6, 57e6, 69e6, 91e6, 155e6, 217e6], y: [65.4, 67.5, 68.8, 70.4, 73.5, 75.4],
      label: "MobileNetV3",
      style: LineStyle(color: .orange, dash: .dotted, marker: .circle))
    try figure.step(
      x: [73.4e6, 149.2e6, 226.2e6], y: [70.9, 73.4, 74.8], label: "anytime",
      style: LineStyle(color: .blue, dash: .dashed))
    try figure.scatter(
      x: [95e6], y: [67.9], label: "GoogLeNet",
      style: LineStyle(color: Color(0xF0E442), marker: .star, markerSize: 6))
    return figure
  }

  static func cycles() throws -> Figure {
    var figure = Figure()
    figure.axes.title = "one step for every colour, dash and marker"
    figure.axes.x.label = "step"
    figure.axes.x.integers = true
    figure.axes.y.label = "accuracy (%)"
    for (i, name) in ["random", "centre", "corners", "saliency", "learned", "oracle"].enumerated() {
      let steps = (1...5).map(Double.init)
      try figure.line(
        x: steps, y: steps.map { 70 + 1.3 * Double(i) + (3 + Double(i) / 2) * log($0) }, label: name)
    }
    return figure
  }
}
