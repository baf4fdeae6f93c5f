import Figures

/// One panel of a script's figure, or axes over it or within it.
final class ScriptAxes {
  /// Which axes of a panel.
  enum Part {
    case panel
    /// Those at the right.
    case twin
    /// Those within the plot area, by their number from 0.
    case inset(Int)
  }

  let owner: ScriptFigure
  let panel: Int
  let part: Part

  init(_ owner: ScriptFigure, _ panel: Int, _ part: Part = .panel) {
    (self.owner, self.panel, self.part) = (owner, panel, part)
  }

  var words: String {
    let panels = owner.figure.panels.count
    let place = panels > 1 ? " of panel \(panel + 1)" : ""
    return switch part {
    case .panel: "axes \(panel + 1) of \(panels)"
    case .twin: "axes at the right\(place)"
    case .inset(let number): "inset \(number + 1)\(place)"
    }
  }
}

extension ScriptAxes: AxesHolder {
  func change(_ body: (inout Axes) throws -> Void) rethrows {
    switch part {
    case .panel: try body(&owner.figure.panels[panel])
    case .twin:
      guard var axes = owner.figure.panels[panel].twin else { return }
      try body(&axes)
      owner.figure.panels[panel].twin = axes
    case .inset(let number):
      guard owner.figure.panels[panel].insets.indices.contains(number) else { return }
      try body(&owner.figure.panels[panel].insets[number].axes)
    }
  }

  var home: (figure: ScriptFigure, panel: Int)? {
    if case .panel = part { (owner, panel) } else { nil }
  }

  func keep(_ change: AxesChange) {
    switch part {
    case .panel: owner.tickTexts.keep(change, panel: panel, isRight: false)
    case .twin: owner.tickTexts.keep(change, panel: panel, isRight: true)
    case .inset: break
    }
  }
}
