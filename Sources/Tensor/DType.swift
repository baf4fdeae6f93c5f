/// What the elements of a tensor are: `dtype` in NumPy's and PyTorch's words.
///
/// Only float32 has gradients. An op that is about other types says so (``Op/takesAnyType``); all others get float32
/// numbers, into which ``apply(_:_:)`` converts.
public enum DType: String, CaseIterable, Sendable {
  /// IEEE single precision, the default.
  case float32
  /// Whole numbers from −2³¹ to 2³¹ − 1, all of them exact.
  case int32
  /// Whole numbers from 0 to 255, one byte each: pixels.
  case uint8
  /// True and false, one byte each: masks.
  case boolean

  /// Bytes of an element.
  public var bytes: Int {
    switch self {
    case .float32, .int32: 4
    case .uint8, .boolean: 1
    }
  }

  /// True for the types whose elements are whole numbers; truth values count as 0 and 1.
  public var isWhole: Bool { self != .float32 }

  /// The type that holds the values of both: boolean below uint8 below int32 below float32, as in PyTorch.
  public func promoted(with other: DType) -> DType { rank >= other.rank ? self : other }

  /// The type of sums, differences and products: truth values count as 0 and 1.
  public var arithmetic: DType { self == .boolean ? .int32 : self }

  /// The smallest and the largest whole number.
  var wholeRange: ClosedRange<Int64> {
    switch self {
    case .float32, .int32: Int64(Int32.min)...Int64(Int32.max)
    case .uint8: 0...255
    case .boolean: 0...1
    }
  }

  private var rank: Int {
    switch self {
    case .boolean: 0
    case .uint8: 1
    case .int32: 2
    case .float32: 3
    }
  }
}

/// A type of elements as Swift has it. Loops are generic over it and compiled once per type.
protocol TensorElement: BitwiseCopyable, Comparable, Sendable {
  static var dtype: DType { get }
  /// The value as a whole number; of a fraction what lies towards 0, of NaN and what no `Int64` holds the smallest.
  var whole: Int64 { get }
  var double: Double { get }
  /// Its place in the order of all values: those of equal elements are the same, and NaN comes behind all numbers.
  var sortKey: UInt32 { get }
  /// The element of that value, which lies in ``DType/wholeRange``.
  init(whole: Int64)
  /// The element nearest to a number that fits.
  init(float: Float)
}

extension Float: TensorElement {
  static var dtype: DType { .float32 }
  // Outside 32 bits any answer that is outside is right, and NaN is.
  var whole: Int64 { abs(self) < 0x1p62 ? Int64(self) : .min }
  var double: Double { Double(self) }
  var sortKey: UInt32 {
    if isNaN { return .max }
    // Adding 0 makes 0 of -0. Of negative numbers the larger one has the smaller pattern.
    let bits = (self + 0).bitPattern
    return bits ^ (bits >> 31 == 0 ? 1 << 31 : .max)
  }
  init(whole: Int64) { self = Float(whole) }
  init(float: Float) { self = float }
}

extension Int32: TensorElement {
  static var dtype: DType { .int32 }
  var whole: Int64 { Int64(self) }
  var double: Double { Double(self) }
  var sortKey: UInt32 { UInt32(bitPattern: self) ^ 1 << 31 }
  init(whole: Int64) { self = Int32(truncatingIfNeeded: whole) }
  init(float: Float) { self = Int32(truncatingIfNeeded: float.whole) }
}

extension UInt8: TensorElement {
  static var dtype: DType { .uint8 }
  var whole: Int64 { Int64(self) }
  var double: Double { Double(self) }
  var sortKey: UInt32 { UInt32(self) }
  init(whole: Int64) { self = UInt8(truncatingIfNeeded: whole) }
  init(float: Float) { self = UInt8(truncatingIfNeeded: float.whole) }
}
