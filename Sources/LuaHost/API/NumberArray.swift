import CLuaBridge
import Support
import Tensor

/// Numbers that a script passed: a list, nested lists of equal lengths, a tensor, or an object with `totable()`.
public struct NumberArray {
  /// Lengths from the outermost list inwards.
  public let sizes: [Int]
  /// The numbers, row after row.
  public let values: [Double]

  /// Reads the value at `index`.
  ///
  /// - Parameter place: what an error names, such as `figure:line: argument 1 'x'`.
  public init(at index: Int, on stack: LuaStack, _ place: @autoclosure () -> String) throws {
    if let tensor = stack.object(at: index, as: Tensor.self) {
      sizes = tensor.shape.sizes
      try MemoryBudget.shared.require(tensor.count * MemoryLayout<Double>.stride)
      values = try tensor.values().map(Double.init)
      return
    }
    let base = stack.count
    defer { stack.count = base }
    let reader = try NumberReader(at: index, on: stack, place)
    let count = Shape(reader.sizes).count
    try MemoryBudget.shared.require(count * MemoryLayout<Double>.stride)
    sizes = reader.sizes
    values = try [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      if let start = buffer.baseAddress { try reader.read(into: start, place) }
      filled = count
    }
  }
}

extension LuaCall {
  /// The numbers of an argument of type ``ParameterType/numbers``, in any number of axes.
  public func numberArray(_ name: String) throws -> NumberArray {
    try read(name, { try NumberArray(at: $0, on: stack, place(name)) }, fallback: { _ in nil })
  }

  /// The numbers of a list or of a tensor with one axis.
  public func doubles(_ name: String) throws -> [Double] {
    let array = try numberArray(name)
    guard array.sizes.count == 1 else {
      throw LuaError("\(place(name)) must have one axis, got shape \(Shape(array.sizes))")
    }
    return array.values
  }

  /// The numbers of a list or of a tensor with one axis.
  public func floats(_ name: String) throws -> [Float] { try doubles(name).map(Float.init) }

  /// The rows of a list of lists or of a tensor with two axes.
  public func matrix(_ name: String) throws -> [[Double]] {
    let array = try numberArray(name)
    guard array.sizes.count == 2 else {
      throw LuaError("\(place(name)) must have two axes (rows of numbers), got shape \(Shape(array.sizes))")
    }
    let columns = array.sizes[1]
    guard columns > 0 || array.sizes[0] == 0 else {
      throw LuaError("\(place(name)) has no numbers: its shape is \(Shape(array.sizes))")
    }
    return (0..<array.sizes[0]).map { Array(array.values[$0 * columns..<($0 + 1) * columns]) }
  }

  /// What error messages call an argument: `figure:line: argument 1 'x'`.
  func place(_ name: String) -> String {
    let entry = shape.entry
    for (index, parameter) in entry.parameters.enumerated() {
      if parameter.name == name, parameter.options == nil {
        return "\(entry.qualifiedName): argument \(index + 1) '\(name)'"
      }
    }
    return "\(entry.qualifiedName): option '\(name)'"
  }
}
