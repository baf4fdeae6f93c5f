import CLuaBridge
import Tensor

// What + - * / // % ^ == & | ~ mean of tensors.
extension TensorClass {
  static var operators: [Operator] {
    arithmeticOperators + [
      .init("__unm", "The negative.") { stack in
        let tensor = try stack.requireObject(at: 1, as: Tensor.self, in: "tensor -")
        if tensor.dtype == .float32 { return try tensor.negated() }
        return try named("tensor -") { try Tensor([], whole: [0]) - tensor }
      },
      .init("__eq", "True when shapes and all elements are equal; :eq compares element by element.") {
        stack in
        guard let a = stack.object(at: 1, as: Tensor.self), let b = stack.object(at: 2, as: Tensor.self)
        else { return false }
        return a.shape == b.shape ? try a.notEqual(to: b).any().item() == 0 : false
      },
      ordering("__lt", ":lt or :gt"), ordering("__le", ":le or :ge"),
      logical("__band", "&", "Both true, of two masks.", .and),
      logical("__bor", "|", "One or both true, of two masks.", .or),
      logical("__bxor", "~", "One of both true, of two masks.", .xor),
      .init("__bnot", "The opposite of a mask.") { stack in
        let tensor = try stack.requireObject(at: 1, as: Tensor.self, in: "tensor ~")
        guard tensor.dtype == .boolean else {
          throw LuaError(
            "tensor ~: gives the opposite of a mask, which is boolean, got \(tensor.dtype.rawValue); write ~t:bool()"
          )
        }
        return try tensor.logicalNot()
      },
    ]
  }

  private static var arithmeticOperators: [Operator] {
    [
      arithmetic("__add", "+", "Adds.") {
        try $0 + $1
      } right: {
        try $0 + $1
      } left: {
        try $1 + $0
      },
      arithmetic("__sub", "-", "Subtracts.") {
        try $0 - $1
      } right: {
        try $0 - $1
      } left: {
        try $0 - $1
      },
      arithmetic("__mul", "*", "Multiplies element by element; matrices by :matmul.") {
        try $0 * $1
      } right: {
        try $0 * $1
      } left: {
        try $1 * $0
      },
      arithmetic("__div", "/", "Divides; the quotient is float32.", staysWhole: false) {
        try $0 / $1
      } right: {
        try $0 / $1
      } left: {
        try $0 / $1
      },
      arithmetic("__idiv", "//", "Divides and rounds down.") {
        try $0.floorDivided(by: $1)
      } right: {
        try $0.floorDivided(by: Tensor($1))
      } left: {
        try Tensor($0).floorDivided(by: $1)
      },
      arithmetic("__mod", "%", "What // leaves, with the sign of the divisor.") {
        try $0.modulo($1)
      } right: {
        try $0.modulo(Tensor($1))
      } left: {
        try Tensor($0).modulo($1)
      },
      arithmetic("__pow", "^", "Raises to a power; the result is float32.", staysWhole: false) {
        try $0.power($1)
      } right: {
        try $0.power($1)
      } left: {
        try Tensor($0).power($1)
      },
    ]
  }

  /// - Parameter staysWhole: whether whole numbers give whole numbers, so that one of Lua's integers must not become a float
  ///   beside them.
  private static func arithmetic(
    _ name: String, _ sign: String, _ summary: String, staysWhole: Bool = true,
    both: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    right: @escaping @Sendable (Tensor, Float) throws -> Tensor,
    left: @escaping @Sendable (Float, Tensor) throws -> Tensor
  ) -> Operator {
    .init(name, summary) { stack in
      do {
        if let x = stack.box(at: 1, of: Tensor.self) {
          if let y = stack.box(at: 2, of: Tensor.self) { return try both(x.value, y.value) }
          let x = x.value
          if let y = stack.number(at: 2) {
            if staysWhole, x.dtype != .float32 { return try both(x, try stack.scalar(at: 2, beside: x)) }
            return try right(x, Float(y))
          }
          return try both(x, try stack.tensor(at: 2, "tensor \(sign): the right operand"))
        }
        let y = try stack.tensor(at: 2, "tensor \(sign): the right operand")
        if let x = stack.number(at: 1) {
          if staysWhole, y.dtype != .float32 { return try both(try stack.scalar(at: 1, beside: y), y) }
          return try left(Float(x), y)
        }
        return try both(try stack.tensor(at: 1, "tensor \(sign): the left operand"), y)
      } catch let error as TensorError {
        throw LuaError("tensor \(sign): \(error.problem)")
      }
    }
  }

  private static func named(_ name: String, _ body: () throws -> Tensor) throws -> Tensor {
    do { return try body() } catch let error as TensorError { throw LuaError("\(name): \(error.problem)") }
  }

  private static func logical(
    _ name: String, _ sign: String, _ summary: String, _ connective: Connective
  ) -> Operator {
    .init(name, summary) { stack in
      let (a, b) = (try mask(at: 1, sign, stack), try mask(at: 2, sign, stack))
      return try named("tensor \(sign)") { try a.combined(connective, b) }
    }
  }

  /// The operand in a slot, which is a mask or one of Lua's booleans.
  private static func mask(at slot: Int, _ sign: String, _ stack: LuaStack) throws -> Tensor {
    let tensor = try stack.tensor(at: slot, "tensor \(sign): an operand")
    guard tensor.dtype == .boolean else {
      throw LuaError(
        "tensor \(sign): combines masks, which are boolean, got \(tensor.dtype.rawValue); write t:bool() \(sign) …, and (a:gt(0)) \(sign) (b:lt(1)) with brackets"
      )
    }
    return tensor
  }

  /// `<` gives one boolean in Lua, and a tensor's answer is one per element.
  private static func ordering(_ name: String, _ methods: String) -> Operator {
    .init(name, "An error: tensors are compared element by element, with \(methods).") { _ -> Bool in
      throw LuaError("tensors are compared element by element, with \(methods)")
    }
  }
}
