/// One coordinate system of a figure: what is drawn in it, its two axes, its legend.
public struct Axes: Sendable {
  public var title = ""
  public var x = AxisOptions()
  public var y = AxisOptions()
  public var legend = LegendOptions()
  public var grid: GridLines = .both

  private(set) var layers: [Layer] = []
  /// Names of the positions 1, 2, … on the x axis, set by bar charts.
  private(set) var categories: [String] = []
  private var nextCycle = 0

  public init() {}

  /// True when nothing was added yet.
  public var isEmpty: Bool { layers.isEmpty }

  // MARK: Lines and points

  /// Joins the points (`x[i]`, `y[i]`) in order. A point that is not a number breaks the line.
  ///
  /// Without a style, lines of up to 16 points carry markers. Throws ``FigureError`` for unequal lengths.
  public mutating func line(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle(), errors: Errors = Errors()
  ) throws(FigureError) {
    try add(.straight, "line", x, y, label, style, errors)
  }

  /// Like ``line(x:y:label:style:)``, but level from each point to the x of the next, as for anytime accuracy.
  public mutating func step(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle(), errors: Errors = Errors()
  ) throws(FigureError) {
    try add(.steps, "step", x, y, label, style, errors)
  }

  /// Marks the points without joining them.
  ///
  /// - Parameter name: what errors call it.
  public mutating func scatter(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle(),
    errors: Errors = Errors(), calledAs name: String = "scatter"
  ) throws(FigureError) {
    try add(.not, name, x, y, label, style, errors)
  }

  private mutating func add(
    _ joined: Layer.Line.Joined, _ what: String, _ x: [Double], _ y: [Double], _ label: String?,
    _ style: LineStyle, _ errors: Errors
  ) throws(FigureError) {
    guard x.count == y.count else {
      throw FigureError("\(what): x has \(x.count) values and y has \(y.count); they must be equally many")
    }
    try Axes.check(style, what)
    for (name, spread) in [("x errors", errors.x), ("y errors", errors.y)] {
      try spread?.check("\(what): \(name)", count: x.count)
    }
    let cycle = takeCycle(style.color)
    layers.append(
      .line(
        Layer.Line(
          x: x, y: y, joined: joined, label: label, style: style, cycle: cycle, xError: errors.x,
          yError: errors.y)))
  }

  /// Fills between `lower` and `upper`, in the colour of the line added last unless told.
  public mutating func band(
    x: [Double], lower: [Double], upper: [Double], label: String? = nil, color: Color? = nil,
    opacity: Double = 0.18
  ) throws(FigureError) {
    guard x.count == lower.count, x.count == upper.count else {
      throw FigureError(
        "band: x has \(x.count) values, lower \(lower.count), upper \(upper.count); they must be equally many"
      )
    }
    var inherited = color
    if color == nil,
      case .line(let line)? = layers.last(where: { if case .line = $0 { true } else { false } })
    {
      inherited = line.style.color
    }
    let cycle = max(nextCycle - 1, 0)
    layers.append(
      .band(
        Layer.Band(
          x: x, lower: lower, upper: upper, label: label, color: inherited, opacity: opacity, cycle: cycle)))
  }

  /// A level line across the axes at `y`.
  public mutating func hline(
    _ y: Double, label: String? = nil, style: LineStyle = LineStyle()
  ) throws(FigureError) {
    try Axes.check(style, "hline")
    layers.append(.rule(Layer.Rule(value: y, horizontal: true, label: label, style: style)))
  }

  /// An upright line across the axes at `x`.
  public mutating func vline(
    _ x: Double, label: String? = nil, style: LineStyle = LineStyle()
  ) throws(FigureError) {
    try Axes.check(style, "vline")
    layers.append(.rule(Layer.Rule(value: x, horizontal: false, label: label, style: style)))
  }

  /// Writes `text` beside the point (x, y); see ``TextLayout`` for superscripts.
  public mutating func annotate(_ text: String, x: Double, y: Double, options: NoteOptions = NoteOptions()) {
    layers.append(.note(Layer.Note(text: text, x: x, y: y, options: options)))
  }

  // MARK: For the other kinds of layers

  mutating func append(_ layer: Layer) { layers.append(layer) }

  mutating func name(categories names: [String]) { categories = names }

  /// The next colour's place; a series with a colour of its own takes none.
  mutating func takeCycle(_ color: Color?) -> Int? {
    guard color == nil else { return nil }
    nextCycle += 1
    return nextCycle - 1
  }

  /// The axes with the places of a cycle that goes on over several of them; equal labels keep their place.
  func recycled(next: inout Int, known: inout [String: Int]) -> Axes {
    var places: [Int: Int] = [:]
    func place(_ old: Int, _ label: String?) -> Int {
      if let place = places[old] { return place }
      let place = label.flatMap { known[$0] } ?? next
      if place == next { next += 1 }
      if let label { known[label] = place }
      places[old] = place
      return place
    }
    var copy = self
    for (i, layer) in layers.enumerated() {
      switch layer {
      case .line(var line):
        line.cycle = line.cycle.map { place($0, line.label) }
        copy.layers[i] = .line(line)
      case .bars(var bars):
        bars.cycle = bars.cycle.map { place($0, bars.label) }
        copy.layers[i] = .bars(bars)
      case .band, .rule, .note, .heatMap: break
      }
    }
    // A band looks like the line before it.
    for (i, layer) in layers.enumerated() {
      guard case .band(var band) = layer else { continue }
      band.cycle = place(band.cycle, band.label)
      copy.layers[i] = .band(band)
    }
    return copy
  }

  private static func check(_ style: LineStyle, _ what: String) throws(FigureError) {
    for (name, value) in [("width", style.width), ("marker size", style.markerSize)] {
      if let value, !(value >= 0 && value <= 100) {
        throw FigureError("\(what): \(name) must be 0 to 100 points, not \(value)")
      }
    }
  }
}

/// What one axis shows; nil is chosen from the data.
public struct AxisOptions: Sendable, Hashable {
  public var label = ""
  public var lower: Double?
  public var upper: Double?
  public var scale: Scale = .linear
  /// Marks whole numbers only, as for step numbers.
  public var integers = false
  /// Values to mark instead of the chosen ones, with their texts (or none, for the numbers).
  public var ticks: [Double]?
  public var tickLabels: [String]?
  /// At most this many marks.
  public var maximumTicks = 9
  public var minorTicks = true
  /// Free space at both ends as a part of the data's range.
  public var margin = 0.05
  /// The power of ten written once at the axis end; 0 never, nil for very large and very small numbers.
  public var exponent: Int?
  /// No labels and no marks, for heat maps and pictures.
  public var hidden = false

  public init() {}

  public init(label: String) { self.label = label }
}

/// Which grid lines are drawn.
public enum GridLines: String, NamedOption {
  case both, x, y, none
  public static let optionName = "grid"
}

/// Where the legend goes and how it looks.
public struct LegendOptions: Sendable, Hashable {
  public enum Place: String, NamedOption {
    /// Where it hides least.
    case best
    case upperRight = "upper-right"
    case upperLeft = "upper-left"
    case lowerLeft = "lower-left"
    case lowerRight = "lower-right"
    case right, left, lower, upper, center
    /// Beside the axes.
    case outside
    /// Above or below the axes, in one or more rows.
    case above, below
    case none

    public static let optionName = "legend place"
  }

  public var place: Place = .best
  /// Nil takes one, or more where one column would hide data.
  public var columns: Int?
  public var frame = true

  public init(place: Place = .best) { self.place = place }
}
