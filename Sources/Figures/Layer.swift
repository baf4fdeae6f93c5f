/// How a line or a set of points looks; nil takes the next of the style's cycle.
public struct LineStyle: Sendable, Hashable {
  public var color: Color?
  /// In points.
  public var width: Double?
  public var dash: Dash?
  public var marker: Marker?
  /// Diameter in points.
  public var markerSize: Double?
  /// 0…1; faded curves continue what another model takes over.
  public var opacity: Double

  public init(
    color: Color? = nil, width: Double? = nil, dash: Dash? = nil, marker: Marker? = nil,
    markerSize: Double? = nil,
    opacity: Double = 1
  ) {
    self.color = color
    self.width = width
    self.dash = dash
    self.marker = marker
    self.markerSize = markerSize
    self.opacity = opacity
  }
}

/// One thing drawn into axes: its numbers and how they look.
enum Layer: Sendable {
  case line(Line)
  case bars(Bars)
  case band(Band)
  case rule(Rule)
  case note(Note)
  case heatMap(HeatMap)

  /// Points, and what joins them.
  struct Line: Sendable {
    enum Joined: Sendable { case straight, steps, not }
    var x: [Double]
    var y: [Double]
    var joined: Joined
    var label: String?
    var style: LineStyle
    /// Place in the cycle of colours, dashes and markers; nil with a colour of its own.
    var cycle: Int?
    var xError: Spread?
    var yError: Spread?
  }

  /// Upright rectangles: bars and histograms.
  struct Bars: Sendable {
    /// Sides, foot and top of each bar.
    var left: [Double]
    var right: [Double]
    var foot: [Double]
    var top: [Double]
    /// Category of each bar; empty for a histogram.
    var names: [String]
    /// What each bar stands for (its height, also where it is stacked).
    var values: [Double]
    var label: String?
    var color: Color?
    var opacity: Double
    var showValues: Bool
    /// Nil with a colour of its own.
    var cycle: Int?
    /// Stands on the bars of the series before.
    var isStacked = false
    var error: Spread?
    /// Of the values that were counted into bins: those that no bin took.
    var uncounted = Uncounted()
  }

  /// How many values of a histogram are in no bin.
  struct Uncounted: Sendable {
    var infinite = 0
    var notNumbers = 0
    /// Below the first edge or above the last.
    var outside = 0
  }

  struct Band: Sendable {
    var x: [Double]
    var lower: [Double]
    var upper: [Double]
    var label: String?
    var color: Color?
    var opacity: Double
    var cycle: Int
  }

  /// A line across the axes at one value.
  struct Rule: Sendable {
    var value: Double
    var horizontal: Bool
    var label: String?
    var style: LineStyle
  }

  struct Note: Sendable {
    var text: String
    var x: Double
    var y: Double
    var options: NoteOptions
  }

  struct HeatMap: Sendable {
    /// Row by row from the top.
    var values: [Double]
    var rows: Int
    var columns: Int
    var options: HeatMapOptions
  }

  var label: String? {
    switch self {
    case .line(let line): line.label
    case .bars(let bars): bars.label
    case .band(let band): band.label
    case .rule(let rule): rule.label
    case .note, .heatMap: nil
    }
  }
}

/// Where a text stands relative to its point.
public enum Anchor: String, NamedOption {
  case right, left, above, below, center
  case aboveRight = "above-right"
  case aboveLeft = "above-left"
  case belowRight = "below-right"
  case belowLeft = "below-left"

  public static let optionName = "anchor"

  /// −1, 0, 1: left/above, centred, right/below of the point.
  var direction: (x: Double, y: Double) {
    switch self {
    case .right: (1, 0)
    case .left: (-1, 0)
    case .above: (0, -1)
    case .below: (0, 1)
    case .center: (0, 0)
    case .aboveRight: (1, -1)
    case .aboveLeft: (-1, -1)
    case .belowRight: (1, 1)
    case .belowLeft: (-1, 1)
    }
  }
}

/// How an annotation looks.
public struct NoteOptions: Sendable, Hashable {
  public var anchor: Anchor
  /// Gap between the point and the text, in points.
  public var distance: Double
  /// Draws an arrow from the text to the point.
  public var arrow: Bool
  public var color: Color?
  public var fontSize: Double?

  public init(
    anchor: Anchor = .aboveRight, distance: Double = 3, arrow: Bool = false, color: Color? = nil,
    fontSize: Double? = nil
  ) {
    self.anchor = anchor
    self.distance = distance
    self.arrow = arrow
    self.color = color
    self.fontSize = fontSize
  }
}

/// How a heat map is coloured and labelled.
public struct HeatMapOptions: Sendable, Hashable {
  public var colors: ColorMap
  /// Values of the first and the last colour; nil takes the smallest and the largest.
  public var lower: Double?
  public var upper: Double?
  /// Text beside the colour bar.
  public var label: String
  public var colorBar: Bool
  /// Decimal places of the numbers in the cells; nil shows none.
  public var digits: Int?
  public var rowNames: [String]
  public var columnNames: [String]
  /// Cells as high as wide; nil when one side has at most three times as many as the other.
  public var squareCells: Bool?

  public init(
    colors: ColorMap = .viridis, lower: Double? = nil, upper: Double? = nil, label: String = "",
    colorBar: Bool = true, digits: Int? = nil, rowNames: [String] = [], columnNames: [String] = [],
    squareCells: Bool? = nil
  ) {
    self.squareCells = squareCells
    self.colors = colors
    self.lower = lower
    self.upper = upper
    self.label = label
    self.colorBar = colorBar
    self.digits = digits
    self.rowNames = rowNames
    self.columnNames = columnNames
  }
}

/// Colours for a range of values, given by equally spaced stops.
public enum ColorMap: String, NamedOption {
  case viridis, magma, blues, grays
  /// Blue – white – red, for values around a middle.
  case diverging

  public static let optionName = "colour map"

  private var stops: [UInt32] {
    switch self {
    case .viridis:
      [
        0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B, 0xFDE725,
      ]
    case .magma:
      [
        0x000004, 0x180F3D, 0x440F76, 0x721F81, 0x9E2F7F, 0xCD4071, 0xF1605D, 0xFD9668, 0xFECA8D, 0xFCFDBF,
      ]
    case .blues: [0xF7FBFF, 0xDEEBF7, 0xC6DBEF, 0x9ECAE1, 0x6BAED6, 0x4292C6, 0x2171B5, 0x08519C, 0x08306B]
    case .grays: [0xFFFFFF, 0x000000]
    case .diverging:
      [
        0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B,
        0x67001F,
      ]
    }
  }

  /// The colour at `t`, 0…1.
  public func color(_ t: Double) -> Color {
    let stops = stops
    let place = min(max(t.isNaN ? 0 : t, 0), 1) * Double(stops.count - 1)
    let i = min(Int(place), stops.count - 2)
    return Color(stops[i]).mixed(with: Color(stops[i + 1]), place - Double(i))
  }
}
