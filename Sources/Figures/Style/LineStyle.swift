/// How a line or a set of points looks; nil takes the next of the style's cycle.
public struct LineStyle: Sendable, Hashable {
  /// The colour of line and markers.
  public var color: Color?
  /// The width in points.
  public var width: Double?
  /// The pattern of the line.
  public var dash: Dash?
  /// The sign at each point.
  public var marker: Marker?
  /// The markers' diameter in points.
  public var markerSize: Double?
  /// The opacity, 0…1; faded curves continue what another model takes over.
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

extension LineStyle {
  /// Throws ``FigureError`` for senseless sizes.
  ///
  /// - Parameter name: what errors call the method.
  func check(_ name: String) throws(FigureError) {
    for (what, value) in [("width", width), ("marker size", markerSize)] {
      if let value, !(value >= 0 && value <= 100) {
        throw FigureError("\(name): \(what) must be 0 to 100 points, not \(value)")
      }
    }
  }
}

/// The pattern of a line.
public enum Dash: String, NamedOption {
  case solid, dashed, dotted
  case dashDot = "dash-dot"
  case longDash = "long-dash"

  public static let optionName = "line style"

  /// Matplotlib's names; `folded` has made "-" of "_" and of spaces.
  public static let aliases: [String: Dash] = [
    "-": .solid, "--": .dashed, "-.": .dashDot, "dashdot": .dashDot, ":": .dotted, "longdash": .longDash,
  ]

  /// The cycle that goes along with the colours.
  static let cycle: [Dash] = [.solid, .dashed, .dotted, .dashDot, .longDash]

  func stroke(_ color: Color, width: Double) -> Stroke {
    let unit = max(width, 0.6)
    func scaled(_ lengths: [Double]) -> [Double] { lengths.map { $0 * unit } }
    return switch self {
    case .solid: Stroke(color, width: width, cap: .round)
    case .dashed: Stroke(color, width: width, dash: scaled([4, 2]))
    case .dotted: Stroke(color, width: width, dash: scaled([0, 2]), cap: .round)
    case .dashDot: Stroke(color, width: width, dash: scaled([4, 2, 0, 2]), cap: .round)
    case .longDash: Stroke(color, width: width, dash: scaled([8, 2.5]))
    }
  }
}
