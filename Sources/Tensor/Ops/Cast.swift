import Foundation

/// The elements in another type; only a conversion from float32 to float32 carries gradients, and that is none.
struct Cast: Op {
  let dtype: DType
  let name = "to"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape { inputs[0] }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor { try values(inputs[0]) }

  func values(_ x: Tensor) throws -> Tensor {
    let result = try Tensor.empty(like: x, dtype)
    try Strided.copy(x, to: result)
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [nil] }

  /// Why a number has no counterpart in a type.
  static func problem(_ number: Double, _ dtype: DType) -> String {
    let text = number.isNaN ? "nan" : String(format: "%.15g", number)
    let range = dtype.wholeRange
    return
      "\(text) is outside \(dtype.rawValue), which holds \(range.lowerBound) to \(range.upperBound); limit it before, as by clamp"
  }
}

extension Tensor {
  /// The elements in another type; this tensor where it has that type already.
  ///
  /// Fractions are cut off towards 0, truth values are 1 and 0, and every number but 0 is true.
  ///
  /// - Throws: ``TensorError`` for a number that is outside the type, NaN among them.
  public func converted(to dtype: DType) throws -> Tensor {
    if self.dtype == dtype { return self }
    let op = Cast(dtype: dtype)
    return try Recording.isOff ? op.values(self).whole() : apply(op, [self])
  }

  /// A tensor with the whole numbers of `values`, given and stored in row-major order.
  ///
  /// - Throws: ``TensorError`` where there are not as many as `shape` has elements, or one is outside the type.
  public init(_ shape: Shape, whole values: [Int], _ dtype: DType = .int32) throws {
    guard shape.count == values.count else {
      throw TensorError("tensor", "\(values.count) values for shape \(shape)")
    }
    self = try Tensor.emptyRowMajor(shape, dtype)
    for (index, value) in values.enumerated() {
      switch dtype {
      case .float32: pointer[index] = Float(value)
      case .boolean: elements(UInt8.self)[index] = value == 0 ? 0 : 1
      case .int32, .uint8:
        guard dtype.wholeRange.contains(Int64(value)) else {
          throw TensorError("tensor", Cast.problem(Double(value), dtype))
        }
        if dtype == .int32 {
          elements(Int32.self)[index] = Int32(whole: Int64(value))
        } else {
          elements(UInt8.self)[index] = UInt8(whole: Int64(value))
        }
      }
    }
  }
}

extension Tensor {
  /// A whole number added to whole numbers, such as to places that scripts count from 1.
  public func adding(_ whole: Int) throws -> Tensor {
    if let sum = try shortSum(whole) { return sum }
    return try self + Tensor([], whole: [whole], .int32)
  }

  /// The sum of a few int32 numbers and another, where nobody listens and all fit; nil elsewhere.
  private func shortSum(_ whole: Int) throws -> Tensor? {
    guard dtype == .int32, count <= 1 << 15, Recording.isOff, isDense else { return nil }
    let result = try Tensor.empty(like: self)
    let (source, target) = (elements(Int32.self), result.elements(Int32.self))
    for i in 0..<count {
      guard let sum = Int32(exactly: Int(source[i]).addingReportingOverflow(whole).partialValue) else {
        return nil
      }
      target[i] = sum
    }
    return result
  }
}
