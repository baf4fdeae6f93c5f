/// One axis of a figure.
public struct AxisPlace: Sendable, Hashable {
  /// Which axis of a panel.
  public enum Side: Sendable {
    case x, y
    /// The y axis at the right.
    case right
  }

  /// The number of the panel, from 0.
  public var panel: Int
  public var side: Side

  public init(_ panel: Int, _ side: Side) { (self.panel, self.side) = (panel, side) }
}

extension Figure {
  /// The options of an axis; nil where there is none, and nothing is set then.
  public subscript(place: AxisPlace) -> AxisOptions? {
    get {
      guard panels.indices.contains(place.panel) else { return nil }
      let panel = panels[place.panel]
      return switch place.side {
      case .x: panel.x
      case .y: panel.y
      case .right: panel.twin?.y
      }
    }
    set {
      guard panels.indices.contains(place.panel), let newValue else { return }
      switch place.side {
      case .x: panels[place.panel].x = newValue
      case .y: panels[place.panel].y = newValue
      case .right: panels[place.panel].twin?.y = newValue
      }
    }
  }

  /// The values that are marked on the axes whose ``TickFormat`` is made of texts: what those texts are wanted for.
  ///
  /// Texts have widths, and by these other values may come to be marked: who writes them asks again.
  public func markedValues() throws -> [(place: AxisPlace, values: [Double])] {
    let plan = try FigurePlan(self, setter: Typesetter(style.fonts))
    var result: [(place: AxisPlace, values: [Double])] = []
    for (i, layout) in plan.layouts.enumerated() {
      if case .texts = layout.axes.x.format { result.append((AxisPlace(i, .x), layout.xTicks.values)) }
      if case .texts = layout.axes.y.format { result.append((AxisPlace(i, .y), layout.yTicks.values)) }
      if let twin = layout.twin, case .texts = twin.axes.y.format {
        result.append((AxisPlace(i, .right), twin.yTicks.values))
      }
    }
    return result
  }
}
