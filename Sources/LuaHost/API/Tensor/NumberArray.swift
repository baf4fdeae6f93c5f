import CLuaBridge
import Support
import Tensor

/// Numbers that a script passed: a list, nested lists of equal lengths, a tensor, or an object with `totable()`.
public struct NumberArray {
  /// Lengths from the outermost list inwards.
  public let sizes: [Int]
  /// The numbers, row after row.
  public let values: [Double]

  init(sizes: [Int], values: [Double]) {
    self.sizes = sizes
    self.values = values
  }

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - index: its slot.
  ///   - stack: where it lies.
  ///   - place: what an error names, such as `figure:line: argument 1 'x'`.
  public init(at index: Int, on stack: LuaStack, _ place: @autoclosure () -> String) throws {
    if let tensor = stack.object(at: index, as: Tensor.self) {
      sizes = tensor.shape.sizes
      try MemoryBudget.shared.require(tensor.count * MemoryLayout<Double>.stride)
      values = try tensor.doubles()
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

extension NumberArray {
  /// What there is, in a few words for messages: `numbers of 12×2`.
  var described: String { "numbers of \(Shape(sizes))" }
}

extension NumberArray: ArgumentValue {
  public static var parameterType: ParameterType { .numbers }
  public static func read(_ name: String, from call: LuaCall) throws -> NumberArray {
    try call.numberArray(name)
  }
}

extension ArgumentKey<[Double]> {
  /// The numbers of a list or of a tensor with one axis; `ArgumentKey<[Double]>("x", …)` would take nothing but a
  /// list.
  public static func numbers(_ name: String, _ summary: String) -> ArgumentKey<[Double]> {
    ArgumentKey<[Double]>(FunctionParameter(name, .numbers, summary)) { call, name in try call.doubles(name) }
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
}
