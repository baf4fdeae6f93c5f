import Figures
import Support
import Tensor

/// How far error bars reach, as a script says it.
enum ErrorReach {
  /// The same distance at every point, to both sides.
  case everywhere(Double)
  /// The distances of each point.
  case each(Spread)

  /// The distances of `count` points.
  func spread(count: Int) -> Spread {
    switch self {
    case .everywhere(let distance): Spread([Double](repeating: distance, count: count))
    case .each(let spread): spread
    }
  }
}

extension ErrorReach: ArgumentValue {
  static var parameterType: ParameterType { .either([.number, .numbers]) }

  /// Reads one number, one for each point, or {lower, upper} with one for each point.
  static func read(_ name: String, from call: LuaCall) throws -> ErrorReach {
    if let number = try call.value(name).asNumber { return .everywhere(number) }
    let array = try call.numberArray(name)
    if array.values.isEmpty, let field = try call.value(name).asTable?.pairs().first?.key.asString {
      // Options where the value itself belongs, as in errorbar(x, y, {yerr = 0.3}).
      throw LuaError(
        "\(call.place(name)) must be a number, a list of them, or {lower, upper}, got a table with the field"
          + " '\(field.printable(upTo: 40))'" + (field == name ? "; pass its value itself" : ""))
    }
    if array.sizes.count == 1 { return .each(Spread(array.values)) }
    guard array.sizes.count == 2, array.sizes[0] == 2 else {
      throw LuaError(
        "\(call.place(name)) must be a number, a list of them, or {lower, upper}, got shape \(Shape(array.sizes))"
      )
    }
    return .each(Spread(halvesOf: array.values))
  }
}

extension Spread {
  /// Takes the first half of the values as the lower distances, the second as the upper ones.
  init(halvesOf values: [Double]) {
    let half = values.count / 2
    self.init(lower: Array(values.prefix(half)), upper: Array(values.suffix(half)))
  }
}
