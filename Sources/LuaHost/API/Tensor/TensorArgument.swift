import CLuaBridge
import Support
import Tensor

extension ParameterType {
  /// A tensor, or what becomes one: a number, or nested lists of numbers.
  public static let operand = ParameterType.either([Tensor.parameterType, .number, .table])
}

extension ArgumentKey<Tensor> {
  /// A tensor, or what becomes one: a number, or nested lists of numbers. `ArgumentKey<Tensor>("x", …)` would take
  /// nothing but a tensor.
  public static func operand(_ name: String, _ summary: String) -> ArgumentKey<Tensor> {
    ArgumentKey<Tensor>(FunctionParameter(name, .operand, summary)) { call, name in try call.tensor(name) }
  }
}

extension ArgumentKey<[Tensor]> {
  /// A list of tensors and of what becomes one.
  public static func operands(_ name: String, _ summary: String) -> ArgumentKey<[Tensor]> {
    ArgumentKey<[Tensor]>(FunctionParameter(name, .list(.operand), summary)) { call, name in
      try call.tensors(name)
    }
  }
}

extension LuaCall {
  fileprivate func tensor(_ name: String) throws -> Tensor {
    try read(name, { try stack.tensor(at: $0, place(name)) }, fallback: { _ in nil })
  }

  fileprivate func tensors(_ name: String) throws -> [Tensor] {
    try elements(name).enumerated().map { index, value in
      try value.push(onto: stack)
      defer { stack.pop() }
      return try stack.tensor(at: -1, "\(place(name)): element \(index + 1)")
    }
  }
}

extension LuaStack {
  /// The tensor in a slot; a number or nested lists of numbers become one.
  ///
  /// - Parameters:
  ///   - index: the slot.
  ///   - place: what an error names, such as `tensor:matmul: argument 1 'other'`.
  public func tensor(at index: Int, _ place: @autoclosure () -> String) throws -> Tensor {
    if let tensor = object(at: index, as: Tensor.self) { return tensor }
    switch kind(at: index) {
    case .number: return try Tensor(Float(number(at: index) ?? 0))
    case .table:
      let base = count
      defer { count = base }
      let reader = try NumberReader(at: index, on: self, place)
      // Asks for the memory of all numbers before the first is read.
      let tensor = try Tensor.emptyRowMajor(Shape(reader.sizes))
      try reader.read(into: tensor.pointer, place)
      return tensor
    default:
      if className(at: index) == Tensor.className { throw LuaError("\(place()): this tensor was freed") }
      throw LuaError(
        "\(place()) must be a tensor, a number or a list of numbers, got \(try value(at: index).described)")
    }
  }
}
