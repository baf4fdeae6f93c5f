import Foundation

// The numbers written at bars and into the cells of heat maps.
extension AxesLayout {
  var valueSize: Double { style.fontSize * 0.85 }

  /// The rectangles of bars on the page; nil where a value is missing.
  func boxes(_ bars: Layer.Bars) -> [Rect?] {
    bars.top.indices.map { i in
      let floor = yMap.scale == .log ? yMap.lower : bars.foot[i]
      let foot = bars.foot[i] > 0 || yMap.scale == .linear ? bars.foot[i] : floor
      let (a, b) = (
        Point(xMap(bars.left[i]), yMap(foot)), Point(xMap(bars.right[i]), yMap(bars.top[i]))
      )
      guard a.isFinite, b.isFinite else { return nil }
      return Rect(left: min(a.x, b.x), top: min(a.y, b.y), right: max(a.x, b.x), bottom: max(a.y, b.y))
    }
  }

  /// What is written at each bar; nil where there is none.
  func texts(_ bars: Layer.Bars) throws(FigureError) -> [TextLayout?] {
    let places = AxesLayout.places(valued.flatMap(\.values))
    return try bars.values.map { value throws(FigureError) in
      value.isFinite ? try setter.line(AxesLayout.short(value, places: places), size: valueSize) : nil
    }
  }

  private var valued: [Layer.Bars] {
    axes.layers.compactMap { if case .bars(let bars) = $0, bars.showValues { bars } else { nil } }
  }

  /// Turns the values upright where they would touch, and finds the room that they need beyond the ends of the bars,
  /// as parts of the axis' length.
  mutating func valueRoom() throws(FigureError) -> (before: Double, after: Double) {
    valuesUpright = false
    let layers = valued
    guard !layers.isEmpty else { return (0, 0) }
    var centers: [Double] = []
    var widest = 0.0
    for bars in layers where !bars.isStacked || bars.foot.allSatisfy({ $0 == 0 }) {
      centers += boxes(bars).compactMap { $0?.center.x }
      for text in try texts(bars) { widest = max(widest, text?.width ?? 0) }
    }
    for bars in layers where bars.isStacked {
      for text in try texts(bars) { widest = max(widest, text?.width ?? 0) }
    }
    centers.sort()
    let pitch = zip(centers, centers.dropFirst()).map { $1 - $0 }.filter { $0 > 1e-6 }.min() ?? area.width
    valuesUpright = widest > pitch - 1.5
    if valuesUpright {
      let need = valueSize * 0.9
      if pitch < need {
        let width = area.width * need / max(pitch, 1e-9)
        if width <= Figure.widest * 0.9 {
          needs.width = max(needs.width, width)
        } else {
          obstacle = "\(centers.count) bars are too many for their values to be read"
        }
      }
    }
    let head = (valuesUpright ? widest : setter.digitHeight * valueSize) + 5
    needs.height = max(needs.height, head * 3)
    var (top, bottom) = (area.height, area.height)
    for bars in layers where !bars.isStacked {
      for (i, box) in boxes(bars).enumerated() {
        guard let box else { continue }
        let ends = errorEnds(bars, i)
        if bars.values[i] < 0 {
          bottom = min(bottom, area.bottom - max(box.bottom, ends?.bottom ?? box.bottom))
        } else {
          top = min(top, min(box.y, ends?.top ?? box.y) - area.y)
        }
      }
    }
    let part = head / area.height
    guard part < 0.5 else { return (0, 0) }
    // A side that the user fixed stays; the value then stands inside the bar.
    var (before, after) = (0.0, 0.0)
    for _ in 0..<4 {
      if axes.y.upper == nil { after = max(0, (part * (1 + before) - top / area.height) / (1 - part)) }
      if axes.y.lower == nil { before = max(0, (part * (1 + after) - bottom / area.height) / (1 - part)) }
    }
    return (before, after)
  }

  /// Where the error of a bar ends on the page.
  func errorEnds(_ bars: Layer.Bars, _ i: Int) -> (top: Double, bottom: Double)? {
    guard let ends = bars.error?.ends(i, around: bars.top[i]) else { return nil }
    let (low, high) = (yMap(ends.lower), yMap(ends.upper))
    guard high.isFinite else { return nil }
    return (high, low.isFinite ? low : area.bottom)
  }

  /// The size of the numbers in the cells of a heat map; asks for a larger area where they would not fit.
  mutating func numberRoom() throws(FigureError) {
    guard let map = axes.heatMap, let digits = map.options.digits else { return }
    let widest = try widestNumber(map, digits: digits)
    let size = AxesLayout.smallestNumber
    let width = Double(map.columns) * (widest * size + 2.5)
    let height = Double(map.rows) * size / 0.55
    if width <= Figure.widest * 0.9, height <= Figure.widest {
      needs.width = max(needs.width, width)
      needs.height = max(needs.height, height)
    } else {
      obstacle =
        "a heat map of \(map.rows)×\(map.columns) cells has no room for its numbers; they are left out"
    }
  }

  static let smallestNumber = 4.5

  /// In units of the font size, of the number with the most digits.
  func widestNumber(_ map: Layer.HeatMap, digits: Int) throws(FigureError) -> Double {
    let finite = map.values.filter(\.isFinite)
    var widest = 0.0
    for value in [finite.min(), finite.max()].compactMap({ $0 }) {
      widest = max(widest, try setter.line(AxesLayout.number(value, digits), size: 1).width)
    }
    return widest
  }

  /// A number in a cell: a long one takes the form with a power of ten.
  static func number(_ value: Double, _ digits: Int) -> String {
    abs(value) < 1e7 ? Ticks.number(value, places: digits) : short(value, places: digits)
  }

  /// Decimal places, the same for all bars: as many as the values have, up to three digits in all, and so many that
  /// the smallest does not become 0.
  static func places(_ values: [Double]) -> Int {
    let finite = values.filter(\.isFinite)
    let largest = finite.map(abs).max() ?? 0
    let digits = largest >= 100 ? 0 : largest >= 10 ? 1 : largest >= 0.1 ? 2 : 3
    // What is smaller is written with a power of ten.
    let smallest = finite.map(abs).filter { $0 >= 1e-3 }.min() ?? 1
    let most = max(digits, smallest < 1 ? Int((-log10(smallest)).rounded(.up)) : 0)
    for places in 0..<most {
      let scale = pow(10, Double(places))
      if finite.allSatisfy({ abs($0 * scale - ($0 * scale).rounded()) < 1e-6 }) { return places }
    }
    return most
  }

  static func short(_ value: Double, places: Int) -> String {
    let size = abs(value)
    guard size >= 1e6 || size > 0 && size < 1e-3 else { return Ticks.number(value, places: places) }
    let exponent = Int(log10(size).rounded(.down))
    return Ticks.number(value.timesTen(to: -exponent), places: 1) + Ticks.factor(exponent)
  }
}
