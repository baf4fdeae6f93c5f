import Figures

/// A figure that a script builds.
public final class ScriptFigure: StillDrawing {
  public var figure: Figure
  public var name: String?
  public var caption = ""
  /// The functions that write marks.
  var tickTexts = TickTexts()

  /// The bytes of the layers that were counted for the collector, and how many of each panel those are.
  private var countedBytes = 0
  private var countedLayers: [Int] = []

  public init(_ figure: Figure) { self.figure = figure }

  public var heldBytes: Int {
    countedBytes += figure.newBytes(&countedLayers)
    return countedBytes
  }

  public var drawing: any Drawing { figure }

  /// Lets the script write the marks that it has functions for, which may reach back into the figure.
  public func prepare() throws {
    var written = figure
    let texts = tickTexts
    try texts.write(into: &written)
    for panel in figure.panels.indices {
      for side in [AxisPlace.Side.x, .y, .right] {
        let place = AxisPlace(panel, side)
        if let format = written[place]?.format { figure[place]?.format = format }
      }
    }
  }
  public var hasNumbers: Bool { true }

  /// The title, or "y vs x" of the only panel.
  public var words: String {
    if figure.panels.count > 1 { return figure.title }
    let axes = figure.axes
    if !axes.title.isEmpty { return axes.title }
    return axes.x.label.isEmpty || axes.y.label.isEmpty
      ? axes.x.label + axes.y.label : "\(axes.y.label) vs \(axes.x.label)"
  }
}

extension ScriptFigure: AxesHolder {
  var home: (figure: ScriptFigure, panel: Int)? { (self, 0) }

  func keep(_ change: AxesChange) { tickTexts.keep(change, panel: 0, isRight: false) }

  func change(_ body: (inout Axes) throws -> Void) rethrows { try body(&figure.axes) }
}
