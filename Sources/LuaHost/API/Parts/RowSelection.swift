import Tensor

/// Rows of a batch, as a script names them: a list of numbers from 1, or a mask with a truth value for each row.
enum RowSelection {
  static let type = ParameterType.either([.object("tensor"), .table])
  static let help =
    "numbers from 1, or a mask: a truth value (or 0 or 1) for each of the n, as a list or a tensor"

  /// The rows, from 0, in the order of the list, or that of the mask.
  ///
  /// - Throws: ``LuaError`` for rows that are not there or come twice, and for a mask of another length.
  static func read(_ value: LuaValue, count: Int, on stack: LuaStack, _ place: String) throws -> [Int] {
    if case .object(let object) = value, let tensor = object.value(as: Tensor.self) {
      guard tensor.count == count else {
        throw LuaError("\(place): a mask of shape \(tensor.shape) for \(count) images, expected \(count)")
      }
      return try rows(ofMask: tensor.values(), place)
    }
    guard let list = try value.asTable?.elements(ofListAt: place) else {
      throw LuaError("\(place) must be a list or a mask, got \(value.described)")
    }
    if list.first?.asBoolean != nil {
      guard list.count == count else {
        throw LuaError("\(place): a mask of \(list.count) truth values for \(count) images")
      }
      return try list.indices.filter { index in
        guard let truth = list[index].asBoolean else {
          throw LuaError(
            "\(place): element \(index + 1) of the mask is \(list[index].described), expected true or false")
        }
        return truth
      }
    }
    var seen = [Bool](repeating: false, count: count)
    return try list.enumerated().map { index, element in
      guard let row = element.asInteger, (1...max(count, 1)).contains(row), count > 0 else {
        throw LuaError(
          "\(place): element \(index + 1) is \(element.described), expected a whole number from 1 to \(count)"
        )
      }
      guard !seen[row - 1] else { throw LuaError("\(place): \(row) is listed twice") }
      seen[row - 1] = true
      return row - 1
    }
  }

  private static func rows(ofMask values: [Float], _ place: String) throws -> [Int] {
    if let bad = values.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw LuaError("\(place): element \(bad + 1) of the mask is \(values[bad]), expected 0 or 1")
    }
    return values.indices.filter { values[$0] != 0 }
  }
}
