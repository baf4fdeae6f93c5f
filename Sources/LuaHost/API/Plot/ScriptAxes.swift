import Figures

/// One panel of a script's figure.
final class ScriptAxes {
  let owner: ScriptFigure
  let panel: Int

  init(_ owner: ScriptFigure, _ panel: Int) {
    self.owner = owner
    self.panel = panel
  }
}

extension ScriptAxes: AxesHolder {
  func change(_ body: (inout Axes) throws -> Void) rethrows { try body(&owner.figure.panels[panel]) }
}
