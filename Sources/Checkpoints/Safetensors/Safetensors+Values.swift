import Support

/// Here values are read by type.
extension Safetensors {
  /// The values of a floating-point tensor, row-major, converted to `Float`: those of `range`, or all.
  ///
  /// - Throws: `DamagedFile` for a missing tensor, an integer one, or a range beyond its end.
  public func floats(_ name: String, range: Range<Int>? = nil) throws -> [Float] {
    let entry = try entry(name)
    return try withElements(of: entry, range) { bytes, count in
      switch entry.type {
      case .f32:
        return Self.convert(bytes, count, UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
      case .f64:
        return Self.convert(bytes, count, UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
      case .f16:
        return Self.convert(bytes, count, UInt16.self) {
          Float(Float16(bitPattern: UInt16(littleEndian: $0)))
        }
      case .bf16:
        return Self.convert(bytes, count, UInt16.self) {
          Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16)
        }
      default: throw wrongType(entry, expected: "a floating-point type")
      }
    }
  }

  /// The values of a floating-point tensor, row-major, as `Double`: those of `range`, or all.
  ///
  /// - Throws: what ``floats(_:range:)`` throws.
  public func doubles(_ name: String, range: Range<Int>? = nil) throws -> [Double] {
    let entry = try entry(name)
    guard entry.type == .f64 else { return try floats(name, range: range).map(Double.init) }
    return try withElements(of: entry, range) { bytes, count in
      Self.convert(bytes, count, UInt64.self) { Double(bitPattern: UInt64(littleEndian: $0)) }
    }
  }

  /// The values of a tensor of any type, row-major, as `Float`: rounded where the type has more digits, true is 1.
  ///
  /// - Throws: `DamagedFile` for a missing tensor.
  public func numbers(_ name: String) throws -> [Float] {
    let entry = try entry(name)
    if entry.type.isFloatingPoint { return try floats(name) }
    guard entry.type == .u64 else { return try ints(name).map(Float.init) }
    return try withElements(of: entry, nil) { bytes, count in
      Self.convert(bytes, count, UInt64.self) { Float(UInt64(littleEndian: $0)) }
    }
  }

  /// The values of an integer or BOOL tensor, row-major, those of `range`, or all; true is 1.
  ///
  /// - Throws: `DamagedFile` for a missing tensor, a floating-point one, a range beyond its end, or an
  ///   unsigned value above `Int.max`.
  public func ints(_ name: String, range: Range<Int>? = nil) throws -> [Int] {
    let entry = try entry(name)
    return try withElements(of: entry, range) { bytes, count in
      switch entry.type {
      case .i64: return Self.convert(bytes, count, Int64.self) { Int(Int64(littleEndian: $0)) }
      case .i32: return Self.convert(bytes, count, Int32.self) { Int(Int32(littleEndian: $0)) }
      case .i16: return Self.convert(bytes, count, Int16.self) { Int(Int16(littleEndian: $0)) }
      case .i8: return Self.convert(bytes, count, Int8.self) { Int($0) }
      case .u32: return Self.convert(bytes, count, UInt32.self) { Int(UInt32(littleEndian: $0)) }
      case .u16: return Self.convert(bytes, count, UInt16.self) { Int(UInt16(littleEndian: $0)) }
      case .u8: return Self.convert(bytes, count, UInt8.self) { Int($0) }
      case .bool: return Self.convert(bytes, count, UInt8.self) { $0 == 0 ? 0 : 1 }
      case .u64:
        let values = Self.convert(bytes, count, UInt64.self) {
          Int(bitPattern: UInt(UInt64(littleEndian: $0)))
        }
        guard values.allSatisfy({ $0 >= 0 }) else {
          throw DamagedFile.safetensors(
            file: file, reason: "tensor \(ForeignText.quoted(name)) holds a number above \(Int.max)")
        }
        return values
      case .f64, .f32, .f16, .bf16: throw wrongType(entry, expected: "an integer type")
      }
    }
  }

  private func withElements<R>(
    of entry: Entry, _ range: Range<Int>?, _ body: (UnsafeRawPointer, Int) throws -> [R]
  ) throws -> [R] {
    let range = range ?? 0..<entry.count
    guard range.lowerBound >= 0, range.upperBound <= entry.count else {
      throw DamagedFile.safetensors(
        file: file,
        reason: "elements \(range) of tensor \(ForeignText.quoted(entry.name)), which has \(entry.count)"
      )
    }
    return try withBytes(of: entry) { bytes in
      guard let base = bytes.baseAddress, !range.isEmpty else { return [] }
      return try body(base + range.lowerBound * entry.type.size, range.count)
    }
  }

  @inline(__always)
  private static func convert<Stored: BitwiseCopyable, Value>(
    _ bytes: UnsafeRawPointer, _ count: Int, _: Stored.Type, _ value: (Stored) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { output, initialized in
      for i in 0..<count {
        let stored = bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Stored>.size, as: Stored.self)
        output.initializeElement(at: i, to: value(stored))
      }
      initialized = count
    }
  }

  private func wrongType(_ entry: Entry, expected: String) -> DamagedFile {
    .safetensors(
      file: file,
      reason: "tensor \(ForeignText.quoted(entry.name)) is \(entry.type.rawValue), expected \(expected)")
  }
}
