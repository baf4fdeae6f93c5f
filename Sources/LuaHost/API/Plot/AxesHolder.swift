import Figures

/// What layers are drawn into: a panel, or a figure's first.
protocol AxesHolder: SendableMetatype {
  func change(_ body: (inout Axes) throws -> Void) rethrows
  /// The figure and the number of the panel, from 0; nil for axes that stand within or over those of a panel.
  var home: (figure: ScriptFigure, panel: Int)? { get }
  /// Keeps what a change of options needs the script for.
  func keep(_ change: AxesChange)
}
