import Figures

/// What layers are drawn into: a panel, or a figure's first.
protocol AxesHolder: SendableMetatype {
  func change(_ body: (inout Axes) throws -> Void) rethrows
}
