/// One thing drawn into axes: its numbers, how they look, and what axes, legend and CSV file ask of it.
///
/// A kind of layer is one file of this folder: a type that answers these questions, and the method of
/// ``LayerHolder`` that adds it. By default a layer does without whatever is asked; only ``rowCount`` and
/// ``row(_:)`` must be given.
protocol PlotLayer: Sendable {
  /// The name in the legend; nil for a layer that the legend leaves out.
  var label: String? { get }
  /// How the layer takes part in the cycle of colours, dashes and markers.
  var cyclePlace: CyclePlace { get }
  /// The place in that cycle, which the axes set when the layer is added; nil with looks of its own.
  var cycle: Int? { get set }

  // MARK: What the axes show

  /// Adds all values that the x axis must show.
  func extendX(_ extent: inout Extent)
  /// Adds all values that the y axis must show.
  func extendY(_ extent: inout Extent)
  /// Names of the positions 1, 2, … on the x axis; empty for numbers.
  var categories: [String] { get }
  /// Names of the positions 1, 2, … on the y axis, from above; empty for numbers.
  var rowCategories: [String] { get }
  /// The rows and columns of a layer that turns the axes into those of a matrix; nil for a layer in a plane.
  var cells: CellGrid? { get }
  /// The scale that stands beside the axes; nil for none.
  var colorScale: ColorScale? { get }
  /// Asks for a larger plot area where the layer would not fit into the measured one.
  func makeRoom(in layout: inout AxesLayout) throws(FigureError)
  /// Counts the numbers that are not drawn.
  func count(in leftOut: inout LeftOut)

  // MARK: Painting, from the ground upwards

  // Layers lie over one another in the order of these methods, and within each in the order in which they
  // were added.

  /// Paints what covers the whole plot area, to which the list is clipped, as in ``paintArea(with:into:)``.
  func paintGround(with painter: AxesPainter, into list: inout DisplayList) throws
  /// Paints filled areas. They would hide the lines and points in them, so all areas lie beneath those.
  func paintArea(with painter: AxesPainter, into list: inout DisplayList) throws
  /// Paints lines, points and levels, over the frame. The layer clips what must not leave the plot area.
  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws
  /// Writes the numbers at the parts of the layer; those in ``cells`` come last.
  func paintNumbers(with painter: AxesPainter, into list: inout DisplayList) throws
  /// Writes a note over everything but the legend; returns the box of its text, which the legend should not
  /// cover.
  func paintNote(with painter: AxesPainter, into list: inout DisplayList) throws -> Rect?

  // MARK: Legend

  /// The form of the layer's mark beside its label.
  var mark: LegendMark { get }
  /// Paints the mark, for a layer that may have a label.
  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList)
  /// True when the layer's parts stand on one another, so that the legend reads from the top down.
  var isStack: Bool { get }
  /// Adds what the legend should not cover.
  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws

  // MARK: Numbers

  /// How many rows of the CSV file the layer fills.
  var rowCount: Int { get }
  /// A row of the CSV file.
  func row(_ i: Int) -> NumbersRow
  /// The number of rows after which no other column of the CSV file is used.
  var typicalRows: Int { get }
  /// How many numbers the layer keeps in memory.
  var heldNumbers: Int { get }
}

extension PlotLayer {
  var label: String? { nil }
  var cyclePlace: CyclePlace { .own }
  var cycle: Int? {
    get { nil }
    set {}
  }

  func extendX(_ extent: inout Extent) {}
  func extendY(_ extent: inout Extent) {}
  var categories: [String] { [] }
  var rowCategories: [String] { [] }
  var cells: CellGrid? { nil }
  var colorScale: ColorScale? { nil }
  func makeRoom(in layout: inout AxesLayout) throws(FigureError) {}
  func count(in leftOut: inout LeftOut) {}

  func paintGround(with painter: AxesPainter, into list: inout DisplayList) throws {}
  func paintArea(with painter: AxesPainter, into list: inout DisplayList) throws {}
  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {}
  func paintNumbers(with painter: AxesPainter, into list: inout DisplayList) throws {}
  func paintNote(with painter: AxesPainter, into list: inout DisplayList) throws -> Rect? { nil }

  var mark: LegendMark { .sign }
  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {}
  var isStack: Bool { false }
  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {}

  /// True for bars and boxes with names, whose numbers stand at the whole of them.
  var isNamed: Bool { !categories.isEmpty || !rowCategories.isEmpty }

  var typicalRows: Int { min(rowCount, 1) }
  var heldNumbers: Int { 0 }
}

/// How a layer takes part in the cycle of colours, dashes and markers of its axes.
enum CyclePlace {
  /// The layer takes the next place.
  case next
  /// The layer looks like the series before it.
  case previous
  /// The layer has looks of its own and takes no place.
  case own
}
