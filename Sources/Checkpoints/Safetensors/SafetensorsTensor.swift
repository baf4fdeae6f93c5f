import Foundation

/// A named tensor to be written; values are row-major.
public struct SafetensorsTensor: Sendable {
  /// Its name in the file.
  public let name: String
  /// The element type in the file.
  public let type: StoredType
  /// The extents, outermost first; empty for a scalar.
  public let shape: [Int]
  let values: Values

  /// The values as they were given, so that writing a gigabyte does not first copy it.
  enum Values: Sendable {
    case f32([[Float]])
    case f64([Double])
    case i64([Int64])
    case i32([[Int32]])
    case bytes(Data)
  }

  /// A tensor of 32-bit floating-point numbers.
  public init(_ name: String, shape: [Int], _ values: [Float]) {
    self.init(name, shape: shape, pieces: [values])
  }

  /// A tensor whose values are several arrays one after the other, such as one by step.
  public init(_ name: String, shape: [Int], pieces: [[Float]]) {
    self.init(name, .f32, shape, .f32(pieces))
  }

  /// A tensor of 64-bit floating-point numbers.
  public init(_ name: String, shape: [Int], _ values: [Double]) {
    self.init(name, .f64, shape, .f64(values))
  }

  /// A tensor of 64-bit whole numbers.
  public init(_ name: String, shape: [Int], _ values: [Int64]) {
    self.init(name, .i64, shape, .i64(values))
  }

  /// A tensor of 32-bit whole numbers.
  public init(_ name: String, shape: [Int], _ values: [Int32]) {
    self.init(name, shape: shape, pieces: [values])
  }

  /// A tensor whose values are several arrays one after the other, such as one by step.
  public init(_ name: String, shape: [Int], pieces: [[Int32]]) {
    self.init(name, .i32, shape, .i32(pieces))
  }

  /// A tensor of any type from its little-endian bytes.
  public init(_ name: String, type: StoredType, shape: [Int], bytes: Data) {
    self.init(name, type, shape, .bytes(bytes))
  }

  private init(_ name: String, _ type: StoredType, _ shape: [Int], _ values: Values) {
    self.name = name
    self.type = type
    self.shape = shape
    self.values = values
  }

  /// Gives `body` the bytes piece by piece.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    switch values {
    case .f32(let pieces): for piece in pieces { try piece.withUnsafeBytes(body) }
    case .f64(let values): try values.withUnsafeBytes(body)
    case .i64(let values): try values.withUnsafeBytes(body)
    case .i32(let pieces): for piece in pieces { try piece.withUnsafeBytes(body) }
    case .bytes(let data): try data.withUnsafeBytes(body)
    }
  }

  var byteCount: Int {
    var count = 0
    forEachPiece { count += $0.count }
    return count
  }
}
