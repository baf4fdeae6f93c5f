import Figures
import Tensor

/// The options of one axis of a panel.
struct AxisKeys: Sendable {
  private let label: ArgumentKey<String?>
  private let lower: ArgumentKey<Double?>
  private let upper: ArgumentKey<Double?>
  private let scale: ArgumentKey<Scale?>
  private let ticks: ArgumentKey<[Double]?>
  private let tickLabels: ArgumentKey<[String]?>
  private let integers: ArgumentKey<Bool?>
  private let format: ArgumentKey<TickText?>
  private let linearBelow: ArgumentKey<Double?>
  private let breaks: ArgumentKey<[AxisBreak]?>
  private let color: ArgumentKey<Color?>

  /// - Parameter axis: `x` or `y`, with which the names of the options begin.
  init(_ axis: String) {
    label = ArgumentKey<String?>("\(axis)label", "text of the \(axis) axis; ^{…} and _{…} raise and lower")
    lower = ArgumentKey<Double?>("\(axis)min", "where the \(axis) axis starts")
    upper = ArgumentKey<Double?>("\(axis)max", "where the \(axis) axis ends")
    scale = PlotArgument.named("\(axis)scale", "the \(axis) axis", Scale.self)
    ticks = ArgumentKey<[Double]>.numbers("\(axis)ticks", "values marked on the \(axis) axis").optional
    tickLabels = ArgumentKey<[String]?>("\(axis)tick_labels", "their texts")
    format = ArgumentKey<TickText?>(
      .optional(
        "\(axis)format", .either([.string, .function]),
        "how its numbers are written: \"k\", \"M\", \"G\", \"SI\" (by size), \"percent\" (of 1), \"%\", a pattern such as"
          + " \"%.1f ms\", or function(value) that returns a text")
    ) { call, name in try TickText(call, name) }
    linearBelow = ArgumentKey<Double?>(
      "\(axis)linear_below", "where a symlog axis becomes linear; left out: a power of ten below the data")
    breaks = ArgumentKey<[AxisBreak]?>(
      .optional(
        "\(axis)breaks", .numbers,
        "{from, to}: values that the axis leaves out, or a list of such pairs in order; what is on both sides has one"
          + " scale, and nothing is drawn across")
    ) { call, name in try AxisKeys.breaks(call, name) }
    color = PlotArgument.parsed("\(axis)color", "of its texts, such as that of the only series") {
      (text: String) throws(FigureError) -> Color in try Color(named: text)
    }
    integers = ArgumentKey<Bool?>("\(axis)integers", "whole numbers only, as for steps")
  }

  var rows: [any ArgumentRow] {
    [label, lower, upper, scale, ticks, tickLabels, integers, format, linearBelow, breaks, color]
  }

  /// Reads {from, to} or a list of them; an empty list takes all breaks away.
  private static func breaks(_ call: LuaCall, _ name: String) throws -> [AxisBreak]? {
    guard try call.has(name) else { return nil }
    let array = try call.numberArray(name)
    if array.values.isEmpty { return [] }
    guard array.sizes == [2] || array.sizes.count == 2 && array.sizes[1] == 2 else {
      throw LuaError(
        "\(call.place(name)) must be {from, to} or a list of such pairs, got shape \(Shape(array.sizes))")
    }
    return stride(from: 0, to: array.values.count, by: 2).map {
      AxisBreak(from: array.values[$0], to: array.values[$0 + 1])
    }
  }

  /// What a call changes about the axis.
  func change(_ call: LuaCall) throws -> AxesChange.Axis {
    AxesChange.Axis(
      label: try call[label], lower: try call[lower], upper: try call[upper], scale: try call[scale],
      linearBelow: try call[linearBelow], breaks: try call[breaks], color: try call[color],
      format: try call[format],
      integers: try call[integers], ticks: try call[ticks], tickLabels: try call[tickLabels],
      ticksName: ticks.parameter.name, place: call.place(tickLabels))
  }
}
