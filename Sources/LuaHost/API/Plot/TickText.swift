import Figures

/// How a script says that the marked values of an axis are written.
struct TickText {
  let format: TickFormat
  /// Writes a value; nil where the format needs no script.
  let function: LuaFunction?

  /// Reads an argument; nil where it is left out.
  init?(_ call: LuaCall, _ name: String) throws {
    guard try call.has(name) else { return nil }
    let value = try call.value(name)
    if let function = value.asFunction {
      (format, self.function) = (.texts([:]), function)
      return
    }
    let text = value.asString ?? ""
    format = try call.checked(name) { () throws(FigureError) in try TickFormat(named: text) }
    function = nil
  }
}

/// The functions of a script that write the marked values of a figure's axes.
struct TickTexts {
  private var functions: [AxisPlace: LuaFunction] = [:]

  /// Keeps the functions that a change of some axes gave.
  mutating func keep(_ change: AxesChange, panel: Int, isRight: Bool) {
    if let format = change.x.format, !isRight { functions[AxisPlace(panel, .x)] = format.function }
    if let format = change.y.format { functions[AxisPlace(panel, isRight ? .right : .y)] = format.function }
  }

  /// Asks the functions for all texts that the figure shows, and gives them to it.
  func write(into figure: inout Figure) throws {
    guard !functions.isEmpty else { return }
    var known: [AxisPlace: [Double: String]] = [:]
    for place in functions.keys { figure[place]?.format = .texts([:]) }
    // Wide texts may make room for fewer marks; this settles in a few rounds.
    for _ in 0..<8 {
      var isComplete = true
      for (place, values) in try figure.markedValues() {
        guard let function = functions[place] else { continue }
        for value in values where known[place]?[value] == nil {
          known[place, default: [:]][value] = try text(of: value, by: function)
          isComplete = false
        }
        figure[place]?.format = .texts(known[place] ?? [:])
      }
      if isComplete { return }
    }
  }

  private func text(of value: Double, by function: LuaFunction) throws -> String {
    let answer = try function.call(value).first ?? .nil
    if let text = answer.asString { return text }
    if let number = answer.asNumber { return LuaNumberText.plain(number) }
    throw LuaError(
      "the function that writes marks must return a text, got \(answer.described) for \(LuaNumberText.plain(value))"
    )
  }
}
