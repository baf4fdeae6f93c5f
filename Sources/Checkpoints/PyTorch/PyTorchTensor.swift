import Foundation
import Support

/// A tensor of a PyTorch file: a view of bytes that stay mapped until its values are asked for.
///
/// Its extents, strides and offset were checked to lie inside its storage when the file was opened.
public struct PyTorchTensor: Sendable {
  /// The element type.
  public let type: StoredType
  /// The extents, outermost first; empty for a scalar.
  public let shape: [Int]
  /// The strides in elements, as the offset is; 0 along axes of one element.
  let strides: [Int]
  let offset: Int
  let storage: Data

  /// The number of elements, which is the product of the shape.
  public var count: Int { shape.reduce(1, *) }

  /// True where the elements lie one after the other, the last axis fastest.
  public var isContiguous: Bool {
    if count == 0 { return true }
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }

  /// The little-endian bytes, row-major, not copied; nil where the view is not contiguous.
  public var contiguousBytes: Data? {
    guard isContiguous else { return nil }
    let start = storage.startIndex + (count == 0 ? 0 : offset * type.size)
    return storage[start..<start + count * type.size]
  }

  /// The values, row-major, as `Float`: rounded where the type has more digits, true is 1.
  public func floats() -> [Float] {
    switch type {
    case .f64: gather(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
    case .f32: gather(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
    case .f16: gather(UInt16.self) { Float(Float16(bitPattern: UInt16(littleEndian: $0))) }
    case .bf16: gather(UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
    case .i64: gather(Int64.self) { Float(Int64(littleEndian: $0)) }
    case .i32: gather(Int32.self) { Float(Int32(littleEndian: $0)) }
    case .i16: gather(Int16.self) { Float(Int16(littleEndian: $0)) }
    case .i8: gather(Int8.self) { Float($0) }
    case .u64: gather(UInt64.self) { Float(UInt64(littleEndian: $0)) }
    case .u32: gather(UInt32.self) { Float(UInt32(littleEndian: $0)) }
    case .u16: gather(UInt16.self) { Float(UInt16(littleEndian: $0)) }
    case .u8: gather(UInt8.self) { Float($0) }
    case .bool: gather(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The values, row-major, as `Double`.
  public func doubles() -> [Double] {
    switch type {
    case .f64: gather(UInt64.self) { Double(bitPattern: UInt64(littleEndian: $0)) }
    case .i64: gather(Int64.self) { Double(Int64(littleEndian: $0)) }
    case .i32: gather(Int32.self) { Double(Int32(littleEndian: $0)) }
    case .u64: gather(UInt64.self) { Double(UInt64(littleEndian: $0)) }
    case .u32: gather(UInt32.self) { Double(UInt32(littleEndian: $0)) }
    default: floats().map(Double.init)
    }
  }

  /// The values of an integer or BOOL tensor, row-major; true is 1. Errors call the file `file`.
  ///
  /// - Throws: `DamagedFile` for other types and for a number above `Int.max`.
  public func ints(file: String) throws -> [Int] {
    switch type {
    case .i64: return gather(Int64.self) { Int(Int64(littleEndian: $0)) }
    case .i32: return gather(Int32.self) { Int(Int32(littleEndian: $0)) }
    case .i16: return gather(Int16.self) { Int(Int16(littleEndian: $0)) }
    case .i8: return gather(Int8.self) { Int($0) }
    case .u32: return gather(UInt32.self) { Int(UInt32(littleEndian: $0)) }
    case .u16: return gather(UInt16.self) { Int(UInt16(littleEndian: $0)) }
    case .u8: return gather(UInt8.self) { Int($0) }
    case .bool: return gather(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .u64:
      let values = gather(UInt64.self) { Int(bitPattern: UInt(UInt64(littleEndian: $0))) }
      guard values.allSatisfy({ $0 >= 0 }) else {
        throw DamagedFile.pyTorch(file: file, reason: "it holds a number above \(Int.max)")
      }
      return values
    case .f64, .f32, .f16, .bf16:
      throw DamagedFile.pyTorch(file: file, reason: "a tensor of type \(type.rawValue), expected integers")
    }
  }

  @inline(__always)
  private func gather<Stored: BitwiseCopyable, Value>(
    _: Stored.Type, _ value: (Stored) -> Value
  ) -> [Value] {
    let count = count
    let size = MemoryLayout<Stored>.size
    return storage.withUnsafeBytes { bytes in
      [Value](unsafeUninitializedCapacity: count) { output, initialized in
        if count == 0 { return }
        if isContiguous {
          for i in 0..<count {
            let stored = bytes.loadUnaligned(fromByteOffset: (offset + i) * size, as: Stored.self)
            output.initializeElement(at: i, to: value(stored))
          }
        } else {
          // A run goes along the last axis; `index` counts through the others.
          let run = shape[shape.count - 1]
          let step = strides[shape.count - 1]
          var index = [Int](repeating: 0, count: shape.count - 1)
          var start = offset
          var filled = 0
          while filled < count {
            for i in 0..<run {
              let stored = bytes.loadUnaligned(fromByteOffset: (start + i * step) * size, as: Stored.self)
              output.initializeElement(at: filled + i, to: value(stored))
            }
            filled += run
            var axis = index.count - 1
            while axis >= 0 {
              index[axis] += 1
              start += strides[axis]
              if index[axis] < shape[axis] { break }
              start -= strides[axis] * shape[axis]
              index[axis] = 0
              axis -= 1
            }
          }
        }
        initialized = count
      }
    }
  }
}
