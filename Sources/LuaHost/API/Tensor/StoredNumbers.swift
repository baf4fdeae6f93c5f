import Checkpoints
import Support
import Tensor

extension DType {
  /// The type of elements in a file that holds the same values.
  var stored: StoredType {
    switch self {
    case .float32: .f32
    case .int32: .i32
    case .uint8: .u8
    case .boolean: .bool
    }
  }
}

extension StoredType {
  /// The type of a tensor for such elements: it holds them all, but for large ones of 32 bits without sign and of 64 bits.
  fileprivate var tensorType: DType {
    switch self {
    case .f64, .f32, .f16, .bf16: .float32
    case .bool: .boolean
    case .u8: .uint8
    case .i8, .i16, .u16, .i32, .u32, .i64, .u64: .int32
    }
  }
}

/// An array of a file on its way to a tensor.
struct StoredNumbers {
  let name: String
  let type: StoredType
  let shape: [Int]

  /// The tensor of the array, whose values one of `floats` and `ints` reads; `note` is told where whole numbers are beyond
  /// int32 and have become float32.
  func tensor(
    _ floats: () throws -> [Float], _ ints: () throws -> [Int], note: (String) -> Void
  ) throws -> Tensor {
    let dtype = type.tensorType
    guard dtype != .float32 else { return try Tensor(Shape(shape), floats()) }
    try MemoryBudget.shared.require(Shape(shape).count * MemoryLayout<Int>.stride)
    if type != .u64 {
      let whole = try ints()
      let range = Int(Int32.min)...Int(Int32.max)
      if whole.allSatisfy(range.contains) { return try Tensor(Shape(shape), whole: whole, dtype) }
    }
    // Numbers of 64 bits without sign may be beyond what counts as a whole number here; small ones are exact as floats.
    let numbers = try floats()
    if numbers.allSatisfy({ $0 < 0x1p24 && $0 >= 0 }) {
      return try Tensor(Shape(shape), whole: numbers.map { Int($0) }, dtype)
    }
    let label = name.isEmpty ? "the array" : "'\(ForeignText.printable(name))'"
    note("\(label) holds whole numbers beyond int32 and is float32, rounded")
    return try Tensor(Shape(shape), numbers)
  }
}
