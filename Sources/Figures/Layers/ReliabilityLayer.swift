import Support

/// How often predictions of some confidence are right: a reliability diagram.
struct ReliabilityLayer: PlotLayer {
  /// Predictions whose confidence is between two edges.
  struct Bin {
    var lower: Double
    var upper: Double
    var count = 0
    var confidence = 0.0
    var accuracy = 0.0
  }

  let bins: [Bin]
  /// The expected calibration error, 0…1: the mean distance of accuracy and confidence, weighted by counts.
  let calibrationError: Double
  let name: String?
  let color: Color?
  let form: ReliabilityForm
  /// How many predictions had no confidence from 0 to 1.
  private let outside: Int
  var cycle: Int?

  init(
    _ confidence: [Double], _ correct: [Bool], bins count: Int, label: String?, color: Color?,
    form: ReliabilityForm
  ) throws(FigureError) {
    guard confidence.count == correct.count else {
      throw FigureError(
        "reliability: \(confidence.count) confidences and \(correct.count) answers; they must be equally many"
      )
    }
    guard (1...1000).contains(count) else {
      throw FigureError("reliability: bins must be 1 to 1000, not \(count)")
    }
    var bins = (0..<count).map {
      Bin(lower: Double($0) / Double(count), upper: Double($0 + 1) / Double(count))
    }
    var outside = 0
    for (value, isCorrect) in zip(confidence, correct) {
      guard (0...1).contains(value) else {
        outside += 1
        continue
      }
      // As is usual, the upper edge belongs to a bin.
      let i = Int((value * Double(count)).rounded(.up).clamped(1, Double(count))) - 1
      bins[i].count += 1
      bins[i].confidence += value
      bins[i].accuracy += isCorrect ? 1 : 0
    }
    let total = Double(max(confidence.count - outside, 1))
    var error = 0.0
    for i in bins.indices where bins[i].count > 0 {
      bins[i].confidence /= Double(bins[i].count)
      bins[i].accuracy /= Double(bins[i].count)
      error += Double(bins[i].count) / total * abs(bins[i].accuracy - bins[i].confidence)
    }
    (self.bins, calibrationError, self.outside) = (bins, error, outside)
    (name, self.color, self.form) = (label, color, form)
  }

  var label: String? {
    guard let name else { return nil }
    let error = "ECE " + Ticks.number(100 * calibrationError, places: 1) + " %"
    return name.isEmpty ? error : "\(name) (\(error))"
  }

  var cyclePlace: CyclePlace { color == nil ? .next : .own }

  func extendX(_ extent: inout Extent) { whole(&extent) }
  func extendY(_ extent: inout Extent) { whole(&extent) }

  private func whole(_ extent: inout Extent) {
    extent.add([0, 1])
    extent.sticky += [0, 1]
  }

  func count(in leftOut: inout LeftOut) { leftOut.outside += outside }

  // MARK: Painting

  private var filled: [Bin] { bins.filter { $0.count > 0 } }
  private func ink(_ style: FigureStyle) -> Color { color ?? style.color(cycle ?? 0) }
  private func fill(_ style: FigureStyle) -> Color { ink(style).mixed(with: style.background, 0.45) }
  private var gap: Color { Color.orange.opacity(0.35) }

  private func box(_ bin: Bin, _ from: Double, _ to: Double, _ layout: AxesLayout) -> Rect? {
    let (left, right) = (layout.xMap(bin.lower), layout.xMap(bin.upper))
    let (a, b) = (layout.yMap(from), layout.yMap(to))
    guard left.isFinite, right.isFinite, a.isFinite, b.isFinite else { return nil }
    return Rect(left: left, top: min(a, b), right: right, bottom: max(a, b))
  }

  func paintArea(with painter: AxesPainter, into list: inout DisplayList) throws {
    guard form == .bars else { return }
    for bin in filled {
      guard let bar = box(bin, 0, bin.accuracy, painter.layout),
        let error = box(bin, bin.accuracy, bin.confidence, painter.layout)
      else { continue }
      if bar.height > 0 { list.fill(Path(bar), fill(painter.style)) }
      // What lies between accuracy and confidence is the bin's share of the error.
      if error.height > 0 { list.fill(Path(error), gap) }
      list.stroke(Path(bar), Stroke(ink(painter.style), width: 0.6))
    }
  }

  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {
    let (xMap, yMap, style) = (painter.layout.xMap, painter.layout.yMap, painter.style)
    list.clip(to: painter.inside)
    list.stroke(
      Path([Point(xMap(0), yMap(0)), Point(xMap(1), yMap(1))]),
      Dash.dashed.stroke(style.ink.mixed(with: style.background, 0.35), width: 0.9))
    let points = filled.map { Point(xMap($0.confidence), yMap($0.accuracy)) }.filter(\.isFinite)
    if form == .line, points.count > 1 {
      list.stroke(Path(points), Stroke(ink(style), width: style.lineWidth, cap: .round))
    }
    list.endClip()
    guard form == .line else { return }
    for point in points {
      sign.draw(at: point, size: style.markerSize, color: ink(style), edge: style.background, into: &list)
    }
  }

  private var sign: Marker { cycle.map { Marker.cycle[$0 % Marker.cycle.count] } ?? .circle }

  var mark: LegendMark { form == .bars ? .patch : .stretch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    if form == .bars {
      list.fill(Path(box.swatch), fill(style))
      list.stroke(Path(box.swatch), Stroke(ink(style), width: 0.6))
    } else {
      list.stroke(box.middleLine, Stroke(ink(style), width: style.lineWidth))
      sign.draw(
        at: box.center, size: style.markerSize, color: ink(style), edge: style.background, into: &list)
    }
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    let (xMap, yMap) = (painter.layout.xMap, painter.layout.yMap)
    obstacles.add(along: Point(xMap(0), yMap(0)), Point(xMap(1), yMap(1)), 1)
    for bin in filled {
      obstacles.add(Point(xMap(bin.confidence), yMap(bin.accuracy)), 12)
      if form == .bars, let bar = box(bin, 0, max(bin.accuracy, bin.confidence), painter.layout) {
        obstacles.add(bar, 0.3)
      }
    }
  }

  // MARK: Numbers

  var rowCount: Int { bins.count }
  /// Empty bins have no numbers.
  var typicalRows: Int { rowCount }

  func row(_ i: Int) -> NumbersRow {
    let bin = bins[i]
    let isEmpty = bin.count == 0
    return NumbersRow(
      "reliability", x: isEmpty ? "" : CSV.number(bin.confidence), y: isEmpty ? "" : CSV.number(bin.accuracy),
      lower: CSV.number(bin.lower), upper: CSV.number(bin.upper), value: "\(bin.count)")
  }

  var heldNumbers: Int { 5 * bins.count }
}

/// How a reliability diagram is drawn.
public enum ReliabilityForm: String, NamedOption {
  /// Bars of accuracy, with what they lack of the confidence, or have beyond.
  case bars
  /// A point for each bin, joined: for several networks in one diagram.
  case line

  public static let optionName = "form of a reliability diagram"
}

extension LayerHolder {
  /// Draws how often predictions are right by their confidence, in equal bins from 0 to 1, beside the diagonal of a
  /// calibrated network; returns the expected calibration error, 0…1.
  ///
  /// The legend has the error behind the label; an empty label gives it alone, nil nothing. Throws ``FigureError`` for
  /// unequal lengths.
  @discardableResult
  public mutating func reliability(
    confidence: [Double], correct: [Bool], bins: Int = 15, label: String? = "", color: Color? = nil,
    form: ReliabilityForm = .bars
  ) throws(FigureError) -> Double {
    let layer = try ReliabilityLayer(
      confidence, correct, bins: bins, label: label, color: color, form: form)
    changeAxes { axes in
      if axes.x.label.isEmpty { axes.x.label = "confidence" }
      if axes.y.label.isEmpty { axes.y.label = "accuracy" }
      axes.add(layer)
    }
    return layer.calibrationError
  }
}
