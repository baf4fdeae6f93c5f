import Figures

/// What a script wants to be different about axes; nil leaves it as it is.
struct AxesChange {
  struct Axis {
    var label: String?
    var lower: Double?
    var upper: Double?
    var scale: Scale?
    var linearBelow: Double?
    var breaks: [AxisBreak]?
    var color: Color?
    var format: TickText?
    var integers: Bool?
    var ticks: [Double]?
    var tickLabels: [String]?
    /// The name of the option with the values that the labels stand at.
    var ticksName: String
    /// What messages call the option with the labels.
    var place: String

    func apply(to axis: inout AxisOptions, withLabel: Bool = true) throws {
      if withLabel, let label { axis.label = label }
      if let lower { axis.lower = lower }
      if let upper { axis.upper = upper }
      if let scale { axis.scale = scale }
      if let linearBelow { axis.linearBelow = linearBelow }
      if let breaks { axis.breaks = breaks }
      if let color { axis.color = color }
      if let format { axis.format = format.format }
      if let integers { axis.integers = integers }
      if let ticks {
        // Labels of an earlier call belong to the marks of that call.
        (axis.ticks, axis.tickLabels) = (ticks, nil)
      }
      if let tickLabels {
        guard tickLabels.count == axis.ticks?.count else {
          throw LuaError(
            "\(place): \(tickLabels.count) texts for \(axis.ticks?.count ?? 0) values of \(ticksName)")
        }
        axis.tickLabels = tickLabels
      }
    }
  }

  var title: String?
  var x: Axis
  var y: Axis
  var place: LegendOptions.Place?
  var columns: Int?
  var grid: GridLines?

  /// A change of nothing but the y axis.
  init(y: Axis) {
    x = Axis(ticksName: "xticks", place: "xtick_labels")
    self.y = y
  }

  init(
    title: String?, x: Axis, y: Axis, place: LegendOptions.Place?, columns: Int?, grid: GridLines?
  ) {
    (self.title, self.x, self.y) = (title, x, y)
    (self.place, self.columns, self.grid) = (place, columns, grid)
  }

  func apply(to axes: inout Axes, withTitle: Bool = true, xLabel: Bool = true, yLabel: Bool = true) throws {
    if withTitle, let title { axes.title = title }
    try x.apply(to: &axes.x, withLabel: xLabel)
    try y.apply(to: &axes.y, withLabel: yLabel)
    if let place { axes.legend.place = place }
    if let columns { axes.legend.columns = columns }
    if let grid { axes.grid = grid }
  }
}
