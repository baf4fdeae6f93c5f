/// Axes within the plot area of others.
public struct Inset: Sendable {
  /// What is drawn in it.
  public var axes: Axes
  // Its place, labels included, in parts of the plot area, x from the left and y from below.
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double
  /// Shows the layers of the axes around it as well, and marks there what part of them it shows.
  public var zooms: Bool

  /// Throws ``FigureError`` for a place that is not within the plot area.
  public init(
    _ axes: Axes = Axes(), x: Double, y: Double, width: Double, height: Double, zooms: Bool = false
  ) throws(FigureError) {
    let isInside =
      [x, y, width, height].allSatisfy { (0...1).contains($0) } && x + width <= 1.000001
      && y + height <= 1.000001
    guard isInside, width > 0, height > 0 else {
      throw FigureError(
        "inset: its place must be within the axes, which reach from 0 to 1, not (\(x), \(y)) with \(width)×\(height)"
      )
    }
    (self.axes, self.x, self.y, self.width, self.height) = (axes, x, y, width, height)
    self.zooms = zooms
  }

  /// Its place on the page, a little away from the frame.
  func box(in area: Rect) -> Rect {
    Rect(
      x: area.x + x * area.width, y: area.bottom - (y + height) * area.height, width: width * area.width,
      height: height * area.height
    ).inset(by: 3)
  }
}

/// A corner of the plot area in which an inset stands.
public enum InsetPlace: String, NamedOption {
  case upperRight = "upper-right"
  case upperLeft = "upper-left"
  case lowerRight = "lower-right"
  case lowerLeft = "lower-left"
  case center

  public static let optionName = "place of an inset"

  /// The left and the lower side of an inset of that size.
  public func corner(width: Double, height: Double) -> (x: Double, y: Double) {
    let (right, upper) = (1 - width, 1 - height)
    return switch self {
    case .upperRight: (right, upper)
    case .upperLeft: (0, upper)
    case .lowerRight: (right, 0)
    case .lowerLeft: (0, 0)
    case .center: (right / 2, upper / 2)
    }
  }
}

extension LayerHolder {
  /// Puts axes of their own into the plot area.
  public mutating func inset(_ inset: Inset) {
    changeAxes { $0.insets.append(inset) }
  }
}

extension AxesPainter {
  func drawInsets(into list: inout DisplayList) throws {
    for inset in layout.axes.insets {
      let box = inset.box(in: area)
      let inner = try layout(of: inset, in: box)
      if inset.zooms { markZoom(inner, into: &list) }
      list.fill(Path(box), style.background)
      try AxesPainter(layout: inner).draw(into: &list)
    }
  }

  /// The inset's axes, solved within its box.
  private func layout(of inset: Inset, in box: Rect) throws -> AxesLayout {
    var axes = inset.axes
    if inset.zooms {
      // Layers of its own lie over those that it enlarges.
      var both = layout.axes
      both.keepLayers { !($0 is NoteLayer || $0 is TextLayer) }
      both.addAll(of: axes)
      (both.x, both.y, both.title) = (axes.x, axes.y, axes.title)
      both.x.scale = layout.axes.x.scale
      both.y.scale = layout.axes.y.scale
      (both.twin, both.insets) = (nil, [])
      axes = both
      axes.legend.place = .none
    }
    // A small frame has room for few numbers.
    axes.x.maximumTicks = min(axes.x.maximumTicks, 5)
    axes.y.maximumTicks = min(axes.y.maximumTicks, 5)
    var small = style
    (small.fontSize, small.labelSize, small.titleSize) = (
      style.fontSize * 0.85, style.labelSize * 0.85, style.titleSize * 0.85
    )
    (small.tickLength, small.minorTickLength) = (style.tickLength * 0.75, style.minorTickLength * 0.75)
    small.markerSize = style.markerSize * 0.85
    let (xMaps, yMaps) = (try Axes.xMaps([axes], shared: false), try Axes.yMaps([axes], shared: false))
    var result = try AxesLayout(axes, style: small, setter: setter, xMap: xMaps[0], yMap: yMaps[0])
    if axes.legend.place == .best, !inset.zooms { result.legendPlace = .best }
    result.panel = Size(width: box.width, height: box.height)
    var plot = box.inset(by: 2)
    for _ in 0..<6 {
      let room = try result.begin(width: plot.width, height: plot.height)
      let margins = try result.measure(room: room)
      plot = Rect(
        left: box.x + margins.left + 2, top: box.y + margins.top + 1, right: box.right - margins.right - 2,
        bottom: box.bottom - margins.bottom - 1)
      guard plot.width >= 12, plot.height >= 12 else {
        throw FigureError(
          "inset: its labels leave nothing of its \(Int(box.width))×\(Int(box.height)) points")
      }
    }
    result.move(to: plot)
    return result
  }

  /// Frames what an inset enlarges, and joins the frame with it.
  private func markZoom(_ inner: AxesLayout, into list: inout DisplayList) {
    let (xMap, yMap) = (layout.xMap, layout.yMap)
    let (x0, x1) = (xMap(inner.xMap.lower), xMap(inner.xMap.upper))
    let (y0, y1) = (yMap(inner.yMap.lower), yMap(inner.yMap.upper))
    guard [x0, x1, y0, y1].allSatisfy(\.isFinite) else { return }
    let frame = Rect(left: min(x0, x1), top: min(y0, y1), right: max(x0, x1), bottom: max(y0, y1))
    let stroke = Stroke(style.ink.mixed(with: style.background, 0.45), width: style.axisWidth)
    list.clip(to: inside)
    list.stroke(Path(frame), stroke)
    // Two lines join corners so that they cross neither frame: those on both sides of the diagonal between the two.
    let (a, b) = (frame, inner.area)
    let falls = (b.center.x - a.center.x) * (b.center.y - a.center.y) > 0
    let corners: [(Point, Point)] =
      falls
      ? [(Point(a.right, a.y), Point(b.right, b.y)), (Point(a.x, a.bottom), Point(b.x, b.bottom))]
      : [(Point(a.x, a.y), Point(b.x, b.y)), (Point(a.right, a.bottom), Point(b.right, b.bottom))]
    for (from, to) in corners { list.stroke(Path([from, to]), stroke) }
    list.endClip()
  }
}
