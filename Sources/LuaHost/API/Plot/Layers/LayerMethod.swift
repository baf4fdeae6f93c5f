import Figures

/// A method that figures and panels share: how it is called, and what it does to the axes.
struct LayerMethod: Sendable {
  /// What a call changes about the axes.
  typealias Change = (inout Axes) throws -> Void

  let name: String
  let summary: String
  let parameters: [any ArgumentRow]
  /// The method with arguments, as it stands behind a figure and a colon.
  let example: String
  /// Reads the arguments.
  ///
  /// Reading may call a `totable` of the script, which may reach back into the figure: nothing is changed before
  /// all arguments are read.
  let read: @Sendable (LuaCall) throws -> Change

  init(
    _ name: String, _ summary: String, _ parameters: [any ArgumentRow], example: String,
    read: @escaping @Sendable (LuaCall) throws -> Change
  ) {
    (self.name, self.summary, self.parameters) = (name, summary, parameters)
    (self.example, self.read) = (example, read)
  }
}

extension LayerMethod {
  /// Everything that can be drawn into a figure or a panel.
  private static let all: [LayerMethod] = [
    PointMethods.line, PointMethods.step, PointMethods.scatter, PointMethods.errorbar, BandMethod.band,
    RuleMethods.hline, RuleMethods.vline, SpanMethods.hspan, SpanMethods.vspan, AnnotateMethod.annotate,
    AnnotateMethod.note, ArrowMethod.arrow, BarMethod.bar, BarMethod.barh, DistributionMethods.box,
    DistributionMethods.violin, HistMethod.hist,
    BinsMethod.bins, HeatMapMethod.heatmap, ContourMethod.contour,
    ParetoMethod.pareto, ReliabilityMethod.reliability, ConfusionMethod.confusion,
  ]

  /// The methods of a class that holds axes.
  /// - Parameter sample: a Lua expression that makes one, for the examples.
  static func methods<Holder: AxesHolder>(of type: Holder.Type, _ sample: String) -> [LuaMethod<Holder>] {
    let layers = all.map { method in
      LuaMethod<Holder>(
        method.name, method.summary, method.parameters, returns: "the figure or axes",
        example: "\(sample):\(method.example)"
      ) { holder, call in
        let change = try method.read(call)
        try holder.change(change)
        return Receiver()
      }
    }
    return layers + [SetMethod.method(sample)] + CompanionMethods.methods(sample)
  }
}
