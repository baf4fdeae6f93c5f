/// One coordinate system of a figure: what is drawn in it, its two axes, its legend.
public struct Axes: Sendable {
  /// The text above the axes; empty for none.
  public var title = ""
  /// What the x axis shows.
  public var x = AxisOptions()
  /// What the y axis shows.
  public var y = AxisOptions()
  /// Where the legend goes and how it looks.
  public var legend = LegendOptions()
  /// Which grid lines are drawn.
  public var grid: GridLines = .both

  /// What is drawn, in the order in which it was added; see ``LayerHolder`` for the methods that add to it.
  private(set) var layers: [any PlotLayer] = []
  private var nextCycle = 0
  /// Roughly the bytes of the numbers in the layers.
  private(set) var layerBytes = 0
  /// Holds ``twin``: a value cannot contain one of its own kind but in a list.
  private var twins: [Axes] = []
  /// Axes of their own within the plot area.
  public var insets: [Inset] = []

  public init() {}

  /// Axes in the same frame with the same x axis, whose y axis stands at the right; nil for none.
  public var twin: Axes? {
    get { twins.first }
    set { twins = newValue.map { [$0] } ?? [] }
  }

  /// True when nothing was added yet.
  public var isEmpty: Bool { layers.isEmpty }

  /// Adds a layer at its place in the cycle of colours.
  mutating func add(_ layer: some PlotLayer) {
    var layer = layer
    switch layer.cyclePlace {
    case .next:
      layer.cycle = nextCycle
      nextCycle += 1
    case .previous: layer.cycle = max(nextCycle - 1, 0)
    case .own: break
    }
    layers.append(layer)
    layerBytes += layer.heldBytes
  }

  /// Adds the layers of other axes as they are.
  mutating func addAll(of other: Axes) { layers += other.layers }

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
    // What looks like the series before it follows when all series have their places.
    for wanted in [CyclePlace.next, .previous] {
      for (i, layer) in layers.enumerated() where layer.cyclePlace == wanted {
        copy.layers[i].cycle = layer.cycle.map { place($0, layer.label) }
      }
    }
    copy.twin = twin?.recycled(next: &next, known: &known)
    return copy
  }

  /// The axes with a twin whose colours go on after their own.
  var continued: Axes {
    guard var other = twin else { return self }
    var copy = self
    for i in other.layers.indices {
      other.layers[i].cycle = other.layers[i].cycle.map { $0 + nextCycle }
    }
    copy.twin = other
    return copy
  }

  /// The axes with the layers of their twin among their own, as the legend shows them.
  var united: Axes {
    guard let twin else { return self }
    var copy = self
    copy.addAll(of: twin)
    return copy
  }

  /// Removes the layers that do not pass.
  mutating func keepLayers(where isKept: (any PlotLayer) -> Bool) { layers.removeAll { !isKept($0) } }
}
