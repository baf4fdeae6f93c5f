/// An element-wise comparison with broadcasting: 1 where it holds, 0 elsewhere. It has no gradient. With NaN only
/// ``NotEqual`` holds.
protocol Comparison: BinaryFunction {}

extension Comparison {
  static var keepsInputs: Bool { false }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? { nil }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? { nil }
}

struct Equal: Comparison {
  static let name = "equal"
  func value(_ x: Float, _ y: Float) -> Float { x == y ? 1 : 0 }
}
struct NotEqual: Comparison {
  static let name = "notEqual"
  func value(_ x: Float, _ y: Float) -> Float { x != y ? 1 : 0 }
}
struct Less: Comparison {
  static let name = "less"
  func value(_ x: Float, _ y: Float) -> Float { x < y ? 1 : 0 }
}
struct LessOrEqual: Comparison {
  static let name = "lessOrEqual"
  func value(_ x: Float, _ y: Float) -> Float { x <= y ? 1 : 0 }
}
struct Greater: Comparison {
  static let name = "greater"
  func value(_ x: Float, _ y: Float) -> Float { x > y ? 1 : 0 }
}
struct GreaterOrEqual: Comparison {
  static let name = "greaterOrEqual"
  func value(_ x: Float, _ y: Float) -> Float { x >= y ? 1 : 0 }
}

extension Tensor {
  /// 1 where the elements are equal, 0 elsewhere; the shapes broadcast.
  public func equal(to other: Tensor) throws -> Tensor { try applied(Equal(), other) }
  /// 1 where the elements differ, 0 elsewhere; the shapes broadcast.
  public func notEqual(to other: Tensor) throws -> Tensor { try applied(NotEqual(), other) }
  /// 1 where this tensor's element is the smaller, 0 elsewhere; the shapes broadcast.
  public func less(than other: Tensor) throws -> Tensor { try applied(Less(), other) }
  /// 1 where this tensor's element is not the larger, 0 elsewhere; the shapes broadcast.
  public func lessOrEqual(to other: Tensor) throws -> Tensor { try applied(LessOrEqual(), other) }
  /// 1 where this tensor's element is the larger, 0 elsewhere; the shapes broadcast.
  public func greater(than other: Tensor) throws -> Tensor { try applied(Greater(), other) }
  /// 1 where this tensor's element is not the smaller, 0 elsewhere; the shapes broadcast.
  public func greaterOrEqual(to other: Tensor) throws -> Tensor { try applied(GreaterOrEqual(), other) }
}
