import CZlib
import Foundation
import Support

extension NumPyFile {
  /// One array to write.
  public struct Source: Sendable {
    /// Its name in a `.npz` file; a `.npy` file has none.
    public let name: String
    /// The type of the elements.
    public let type: StoredType
    /// The extents, outermost first; empty for a scalar.
    public let shape: [Int]
    private let values: Values

    /// The values as they were given: writing a gigabyte does not first copy it.
    private enum Values {
      case floats([Float])
      case bytes(Data)
    }

    /// An array of 32-bit floating-point numbers by rows, which fill its shape.
    public init(_ name: String, shape: [Int], _ values: [Float]) {
      (self.name, type, self.shape, self.values) = (name, .f32, shape, .floats(values))
    }

    /// An array of any type but bfloat16 from its little-endian bytes by rows.
    public init(_ name: String, type: StoredType, shape: [Int], bytes: Data) {
      (self.name, self.type, self.shape, values) = (name, type, shape, .bytes(bytes))
    }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
      switch values {
      case .floats(let values): try values.withUnsafeBytes(body)
      case .bytes(let data): try data.withUnsafeBytes(body)
      }
    }

    var byteCount: Int { withUnsafeBytes(\.count) }

    /// The type as NumPy writes it.
    var descriptor: String {
      switch type {
      case .f64: "<f8"
      case .f32, .bf16: "<f4"
      case .f16: "<f2"
      case .i64: "<i8"
      case .i32: "<i4"
      case .i16: "<i2"
      case .i8: "|i1"
      case .u64: "<u8"
      case .u32: "<u4"
      case .u16: "<u2"
      case .u8: "|u1"
      case .bool: "|b1"
      }
    }
  }

  /// Writes one array as a `.npy` file, atomically.
  ///
  /// - Throws: `FileError`; the old file then stays.
  public static func write(_ array: Source, to path: FilePath) throws {
    try AtomicFile.write(to: path) { output in
      try output.append(head(of: array))
      try array.withUnsafeBytes { try output.append($0) }
    }
  }

  /// Writes named arrays as a `.npz` file, atomically: a zip file whose entries are stored as they are.
  ///
  /// - Throws: `DamagedFile` for names that a zip file cannot hold, beyond 4 GB and beyond 65,534 arrays; `FileError`.
  public static func write(_ arrays: [Source], to path: FilePath) throws {
    func fail(_ reason: String) -> DamagedFile { .numPy(file: path.shown, reason: reason) }
    var names: Set<String> = []
    var total = 0
    for array in arrays {
      guard names.insert(array.name).inserted else { throw fail("the name '\(array.name)' is given twice") }
      guard !array.name.isEmpty, array.name.utf8.count < 1000, !array.name.utf8.contains(0) else {
        throw fail("'\(String(escaping: array.name))' cannot be the name of an array")
      }
      total += array.byteCount + 4096
    }
    guard arrays.count < Int(UInt16.max) else {
      throw fail(
        "\(arrays.count) arrays, and at most \(UInt16.max - 1) fit into a .npz file; a .safetensors file takes them"
      )
    }
    guard total < Int(UInt32.max) else {
      throw fail("more than 4 GB do not fit into a .npz file; a .safetensors file takes them")
    }
    try AtomicFile.write(to: path) { output in
      var directory = Data()
      var offset = 0
      for array in arrays {
        try Cancellation.check()
        let entry = ZipEntry(name: array.name + ".npy", head: head(of: array), array)
        directory.append(entry.directoryRecord(at: offset))
        let local = entry.localRecord
        try output.append(local)
        try output.append(entry.head)
        try array.withUnsafeBytes { try output.append($0) }
        offset += local.count + entry.size
      }
      try output.append(directory)
      try output.append(ZipEntry.end(entries: arrays.count, directory: directory.count, at: offset))
    }
  }

  /// The magic number, the version and the header, padded so that the elements begin at a multiple of 64.
  private static func head(of array: Source) -> Data {
    let extents = array.shape.map { "\($0)," }.joined(separator: " ")
    let shape = array.shape.count > 1 ? String(extents.dropLast()) : extents
    var text = "{'descr': '\(array.descriptor)', 'fortran_order': False, 'shape': (\(shape)), }"
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    var data = Data([0x93] + Swift.Array("NUMPY".utf8) + [1, 0])
    data.append(littleEndian: UInt16(text.utf8.count))
    data.append(contentsOf: text.utf8)
    return data
  }
}

/// A stored entry of a zip file.
private struct ZipEntry {
  let name: String
  let head: Data
  let size: Int
  private let checksum: UInt32

  init(name: String, head: Data, _ array: NumPyFile.Source) {
    self.name = name
    self.head = head
    size = head.count + array.byteCount
    func crc(_ start: UInt, _ bytes: UnsafeRawBufferPointer) -> UInt {
      bytes.isEmpty ? start : crc32_z(start, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }
    let first = head.withUnsafeBytes { crc(0, $0) }
    checksum = UInt32(truncatingIfNeeded: array.withUnsafeBytes { crc(first, $0) })
  }

  /// Appends version, flags (names are UTF-8), method, time and date (1 January 1980: equal arrays give equal files),
  /// checksum, sizes and the length of the name.
  private func append(common data: inout Data) {
    for number in [20, 0x800, 0, 0, 0x21] as [UInt16] { data.append(littleEndian: number) }
    data.append(littleEndian: checksum)
    data.append(littleEndian: UInt32(size))
    data.append(littleEndian: UInt32(size))
    data.append(littleEndian: UInt16(name.utf8.count))
    data.append(littleEndian: UInt16(0))
  }

  var localRecord: Data {
    var data = Data()
    data.append(littleEndian: UInt32(0x0403_4B50))
    append(common: &data)
    data.append(contentsOf: name.utf8)
    return data
  }

  func directoryRecord(at offset: Int) -> Data {
    var data = Data()
    data.append(littleEndian: UInt32(0x0201_4B50))
    data.append(littleEndian: UInt16(20))
    append(common: &data)
    // These are the comment, the disk and the attributes.
    data.append(contentsOf: [UInt8](repeating: 0, count: 10))
    data.append(littleEndian: UInt32(offset))
    data.append(contentsOf: name.utf8)
    return data
  }

  static func end(entries: Int, directory: Int, at offset: Int) -> Data {
    var data = Data()
    data.append(littleEndian: UInt32(0x0605_4B50))
    data.append(littleEndian: UInt32(0))
    data.append(littleEndian: UInt16(entries))
    data.append(littleEndian: UInt16(entries))
    data.append(littleEndian: UInt32(directory))
    data.append(littleEndian: UInt32(offset))
    data.append(littleEndian: UInt16(0))
    return data
  }
}

extension Data {
  fileprivate mutating func append(littleEndian number: some FixedWidthInteger & BitwiseCopyable) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
