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

  static func exitsPerBudget() throws -> Figure {
    var figure = Figure()
    figure.axes.x.label = "mean Multiply–Adds (millions)"
    figure.axes.y.label = "images (%)"
    let budgets = ["45", "60", "80", "100", "120", "140", "160", "180"]
    var series: [Series] = []
    for step in 1...3 {
      series.append(
        Series(
          "exit at step \(step)",
          (0..<8).map { i in
            let q = Double(i) / 7 * 1.6 + 0.1
            return 100 * pow(q, Double(step)) / (q + q * q + q * q * q)
          }))
    }
    try figure.bar(categories: budgets, series: series, options: BarOptions(mode: .stacked))
    figure.axes.y.upper = 100
    figure.axes.legend.place = .above
    return figure
  }

  static func bars() throws -> Figure {
    var figure = Figure()
    figure.axes.y.label = "top-1 accuracy (%)"
    figure.axes.y.lower = 60
    figure.axes.y.upper = 84
    try figure.bar(
      categories: ["MobileNetV3", "RegNetY", "EfficientNet", "ResNet", "DenseNet"],
      series: [
        Series("static", [75.4, 76.3, 79.8, 76.1, 76.0]), Series("GFNet", [75.5, 76.5, 79.8, 76.7, 76.5]),
      ], options: BarOptions(showValues: true))
    return figure
  }

  static func confidences() throws -> Figure {
    var figure = Figure()
    figure.axes.x.label = "confidence"
    figure.axes.y.label = "images"
    figure.axes.x.lower = 0
    figure.axes.x.upper = 1
    let right = (0..<4000).map { 1 - pow((Double($0) + 0.5) / 4000, 3) }
    let wrong = (0..<1300).map { 0.12 + 0.75 * pow((Double($0) + 0.5) / 1300, 1.4) }
    try figure.histogram(
      series: [Series("right", right, color: .blue), Series("wrong", wrong, color: .orange)],
      options: HistogramOptions(bins: 20, mode: .stacked))
    try figure.vline(0.62, label: "threshold η_{1}")
    return figure
  }

  static func seeds() throws -> Figure {
    var figure = Figure(style: .screen)
    figure.axes.title = "five seeds, mean and range"
    figure.axes.x.label = "epoch"
    figure.axes.x.integers = true
    figure.axes.y.label = "validation loss"
    for (name, level) in [("random", 1.4), ("learned", 1.0)] {
      let epochs = (0...60).map(Double.init)
      let mean = epochs.map { level * exp(-$0 / 18) + 0.3 * level + 0.03 * sin($0 * 1.7) }
      try figure.line(x: epochs, y: mean, label: name)
      try figure.band(x: epochs, lower: mean.map { $0 * 0.92 }, upper: mean.map { $0 * 1.1 })
    }
    try figure.hline(0.4, label: "target")
    figure.annotate(
      "warm restart", x: 30, y: 0.68, options: NoteOptions(anchor: .above, distance: 26, arrow: true))
    return figure
  }

  static func logarithmic() throws -> Figure {
    var figure = Figure()
    figure.axes.x.label = "latency (ms)"
    figure.axes.y.label = "Multiply–Adds"
    figure.axes.x.scale = .log
    figure.axes.y.scale = .log
    let names = ["MobileNetV3", "RegNetY", "EfficientNet", "ResNet", "DenseNet"]
    for (i, name) in names.enumerated() {
      let x = (0..<5).map { (4.0 + 5 * Double(i)) * pow(1.7, Double($0)) }
      try figure.scatter(x: x, y: x.map { $0 * 1.1e7 * (1 + Double(i) / 3) }, label: name)
    }
    return figure
  }

  static func confusion() throws -> Figure {
    var figure = Figure(size: .points(width: 252, height: 215))
    let names = [
      "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot",
    ]
    let values: [[Double]] = (0..<10).map { r in
      (0..<10).map { (c: Int) -> Double in
        r == c ? 80 + Double((r * 7) % 17) : Double((r * 13 + c * 7) % 11) / 4
      }
    }
    figure.axes.x.label = "predicted"
    figure.axes.y.label = "true"
    try figure.heatMap(
      values,
      options: HeatMapOptions(
        colors: .blues, label: "images (%)", digits: 0, rowNames: names, columnNames: names))
    return figure
  }

  static func policyMap() throws -> Figure {
    var figure = Figure(size: .points(width: 200, height: 170))
    figure.axes.title = "where step 2 looks"
    figure.axes.x.label = "column (pixels)"
    figure.axes.y.label = "row (pixels)"
    let values: [[Double]] = (0..<97).map { r in
      (0..<97).map { (c: Int) -> Double in
        let (v, u) = (Double(r) - 38, Double(c) - 52)
        return exp(-v * v / 500 - u * u / 260) * 4200
      }
    }
    try figure.heatMap(values, options: HeatMapOptions(colors: .magma, label: "images"))
    return figure
  }

  static func multiples() throws -> Figure {
    var figure = try Figure(rows: 2, columns: 3, size: .points(width: 515, height: 280))
    figure.title = "Budgeted classification by backbone"
    figure.sharesX = true
    figure.sharesY = true
    figure.sharesLegend = true
    for (i, name) in ["MobileNetV3", "RegNetY", "EfficientNet", "ResNet", "DenseNet", "all"].enumerated() {
      let x = (0..<12).map { 0.4e8 + Double($0) * 0.45e8 }
      let y = (0..<12).map { 66 + Double(i) + 9 * (1 - exp(-Double($0) / 3)) }
      figure.panels[i].title = name
      try figure.panels[i].line(x: x, y: y, label: "GFNet")
      try figure.panels[i].line(x: x, y: y.map { $0 - 3 }, label: "static")
      if i >= 3 { figure.panels[i].x.label = "Multiply–Adds" }
      if i % 3 == 0 { figure.panels[i].y.label = "top-1 (%)" }
    }
    return figure
  }

  static func strange() throws -> Figure {
    var figure = try Figure(rows: 2, columns: 4, size: .points(width: 515, height: 250))
    figure.panels[0].title = "empty"
    figure.panels[1].title = "one point"
    try figure.panels[1].line(x: [3], y: [7], label: "single")
    figure.panels[2].title = "constant"
    try figure.panels[2].line(x: [1, 2, 3], y: [5, 5, 5])
    figure.panels[3].title = "gaps"
    try figure.panels[3].line(x: [1, 2, .nan, 4, 5, 6, 7], y: [1, 2, 3, 4, .infinity, 3, 2])
    figure.panels[4].title = "huge"
    try figure.panels[4].line(x: [-1e308, 0, 1e308], y: [1e-300, 1e-301, 5e-300])
    figure.panels[5].title = "close"
    try figure.panels[5].line(x: [1e9, 1e9 + 1, 1e9 + 2], y: [1, 1 + 1e-9, 1 - 1e-9])
    figure.panels[6].title = "log of nothing"
    figure.panels[6].y.scale = .log
    try figure.panels[6].line(x: [1, 2, 3], y: [0, -1, .nan])
    figure.panels[7].title = "a title much too long for such a small panel"
    try figure.panels[7].line(
      x: [1, 2, 3], y: [1e5, 3e5, 2e5],
      label: "a label that is far too long for any legend & <b>&lt;</b> 漢字 ψ²")
    return figure
  }

  static func calibration() throws -> Figure {
    var figure = Figure(size: .points(width: 190, height: 187))
    figure.axes.x.label = "confidence"
    figure.axes.y.label = "accuracy"
    (figure.axes.x.lower, figure.axes.x.upper) = (0, 1)
    (figure.axes.y.lower, figure.axes.y.upper) = (0, 1)
    let edges = (0...10).map { Double($0) / 10 }
    try figure.histogram(
      edges: edges, heights: edges.dropLast().map { ($0 + 0.05) * (0.8 + 0.15 * $0) }, label: "GFNet",
      color: Color(0x56B4E9))
    try figure.line(
      x: [0, 1], y: [0, 1], label: "perfect",
      style: LineStyle(color: .black, dash: .dashed, marker: Marker.none))
    return figure
  }

  /// A picture with something to look for, 128×128 pixels.
  static func scene(_ seed: Int) throws -> Pixels {
    var bytes: [UInt8] = []
    let (cx, cy) = (40 + Double(seed * 37 % 50), 40 + Double(seed * 23 % 50))
    for y in 0..<128 {
      for x in 0..<128 {
        let (u, v) = (Double(x), Double(y))
        let sky = [120 + v * 0.6, 165 + v * 0.4, 225 - v * 0.2]
        let ground = 0.5 + 0.5 * sin(u * 0.21 + Double(seed)) * sin(v * 0.17)
        let d = hypot(u - cx, v - cy) + 3 * sin(6 * atan2(v - cy, u - cx))
        var rgb = v > 80 ? [70 + 60 * ground, 100 + 50 * ground, 60 + 20 * ground] : sky
        if d < 20 { rgb = d < 9 ? [60, 40, 30] : [210, 120 + 4 * d, 40] }
        if abs(u - 100) < 5 && v > 30 { rgb = [80, 60, 50] }
        bytes += rgb.map { UInt8(min(max($0, 0), 255)) }
      }
    }
    return try Pixels(width: 128, height: 128, channels: 3, bytes: bytes)
  }

  static func glimpses(_ options: GlimpseOptions = GlimpseOptions()) throws -> GlimpseGrid {
    var groups: [GlimpseGrid.Group] = []
    let titles = [
      "698 – palace", "65 – sea snake", "281 – tabby, tabby cat", "Boot", "497 – church, church building",
    ]
    for exit in 1...4 {
      var images: [Glimpse] = []
      for k in 0..<(exit == 3 ? 7 : 5) {
        let seed = exit * 7 + k
        var steps = [
          Glimpse.Step(confidence: 0.31 + Double(seed % 5) * 0.1, isCorrect: exit == 1 || k % 3 == 0)
        ]
        for t in 1..<max(exit, 1) {
          let patch = Glimpse.Patch(
            row: Double((seed * 41 + t * 53) % 81), column: Double((seed * 67 + t * 31) % 81), size: 48)
          steps.append(
            Glimpse.Step(
              patch: patch, confidence: 0.5 + 0.12 * Double(t), isCorrect: t == exit - 1 || k % 2 == 0))
        }
        images.append(Glimpse(pixels: try scene(seed), title: titles[seed % 5], steps: steps))
      }
      groups.append(GlimpseGrid.Group(heading: "exit at step \(exit)", items: images))
    }
    return GlimpseGrid(groups: groups, options: options)
  }

  static func blueOrangeGlimpses() throws -> GlimpseGrid {
    var options = GlimpseOptions()
    options.colors = .blueOrange
    options.dim = 0.45
    options.interpolation = .nearest
    options.columns = 2
    options.width = 252
    var grid = try glimpses(options)
    grid.groups = [grid.groups[1], grid.groups[3]]
    return grid
  }

  /// Every kind of picture by name.
  static let all: [(name: String, make: @Sendable () throws -> any Drawing)] = [
    ("accuracy-vs-cost", { try accuracyAgainstCost() }), ("cycles", { try cycles() }),
    ("exits-per-budget", { try exitsPerBudget() }), ("bars", { try bars() }),
    ("confidences", { try confidences() }), ("seeds", { try seeds() }),
    ("logarithmic", { try logarithmic() }),
    ("confusion", { try confusion() }), ("policy-map", { try policyMap() }),
    ("multiples", { try multiples() }),
    ("calibration", { try calibration() }), ("strange", { try strange() }), ("glimpses", { try glimpses() }),
    ("glimpses-blue-orange", { try blueOrangeGlimpses() }),
  ]
}
