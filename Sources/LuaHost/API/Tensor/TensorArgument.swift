import CLuaBridge
import Support
import Tensor

extension ParameterType {
  /// A tensor, or what becomes one: a number, or nested lists of numbers.
  public static let operand = ParameterType.either([Tensor.parameterType, .number, .boolean, .table])
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
    guard try has(name) else { return [] }
    return try read(
      name, { try stack.tensors(ofListAt: $0) ?? operands(elements(name), place(name)) },
      fallback: { _ in nil })
  }

  private func operands(_ values: [LuaValue], _ place: String) throws -> [Tensor] {
    try values.enumerated().map { index, value in
      try value.push(onto: stack)
      defer { stack.pop() }
      return try stack.tensor(at: -1, "\(place): element \(index + 1)")
    }
  }
}

extension LuaStack {
  /// The tensors of a short list that holds nothing else, read without making values of Swift; nil for any other.
  fileprivate func tensors(ofListAt index: Int) throws -> [Tensor]? {
    guard let count = listLength(at: index) else { return nil }
    var tensors: [Tensor] = []
    tensors.reserveCapacity(count)
    for place in 1..<count + 1 {
      lua_rawgeti(pointer, Int32(index), lua_Integer(place))
      defer { pop() }
      guard let tensor = object(at: self.count, as: Tensor.self) else { return nil }
      tensors.append(tensor)
    }
    return tensors
  }

  /// The tensor in a slot; a number or nested lists of numbers become one.
  ///
  /// - Parameters:
  ///   - index: the slot.
  ///   - place: what an error names, such as `tensor:matmul: argument 1 'other'`.
  public func tensor(at index: Int, _ place: @autoclosure () -> String) throws -> Tensor {
    if let tensor = object(at: index, as: Tensor.self) { return tensor }
    switch kind(at: index) {
    case .number: return try Tensor(Float(number(at: index) ?? 0))
    case .boolean: return try Tensor([], whole: [boolean(at: index) == true ? 1 : 0], .boolean)
    case .table:
      let base = count
      defer { count = base }
      let reader = try NumberReader(at: index, on: self, allowsTruth: true, place)
      // Asks for the memory of all numbers before the first is read.
      let tensor = try Tensor.emptyRowMajor(Shape(reader.sizes))
      try reader.read(into: tensor.pointer, place)
      return reader.holdsTruth ? try tensor.converted(to: .boolean) : tensor
    default:
      if className(at: index) == Tensor.className { throw LuaError("\(place()): this tensor was freed") }
      throw LuaError(
        "\(place()) must be a tensor, a number or a list of numbers, got \(try value(at: index).described)")
    }
  }
}

extension LuaStack {
  /// The tensor of type `dtype` in a slot; a number or nested lists become one, of which whole numbers stay exact.
  ///
  /// - Parameters:
  ///   - index: the slot.
  ///   - place: what an error names.
  func tensor(at index: Int, _ dtype: DType, _ place: @autoclosure () -> String) throws -> Tensor {
    guard dtype == .int32, kind(at: index) == .number || kind(at: index) == .table else {
      return try tensor(at: index, place()).converted(to: dtype)
    }
    let numbers: NumberArray
    if let number = number(at: index) {
      numbers = NumberArray(sizes: [], values: [number])
    } else {
      numbers = try NumberArray(at: index, on: self, place())
    }
    let tensor = try Tensor.emptyRowMajor(Shape(numbers.sizes), dtype)
    for (offset, number) in numbers.values.enumerated() { try tensor.set(number, at: offset) }
    return tensor
  }

  /// The number in a slot as a scalar that leaves `beside` its type where it can: a whole number beside whole numbers is
  /// of their type, every other number is float32.
  ///
  /// - Throws: where a whole number is outside the type of `beside`.
  func scalar(at index: Int, beside tensor: Tensor) throws -> Tensor {
    guard tensor.dtype.isWhole, isInteger(at: index), let number = integer(at: index) else {
      return try self.tensor(at: index, "")
    }
    return try Tensor([], whole: [number], tensor.dtype.arithmetic)
  }
}
