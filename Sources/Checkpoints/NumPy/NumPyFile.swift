import Archives
import Foundation
import Support

extension DamagedFile {
  /// What is wrong with a `.npy` or `.npz` file, or with what was to be written into one.
  static func numPy(file: String, reason: String) -> DamagedFile {
    DamagedFile(format: "NumPy", file: file, reason: reason)
  }
}

/// The arrays of a file that `numpy.save`, `numpy.savez` or `numpy.savez_compressed` wrote, opened.
///
/// Floating-point numbers, whole numbers and truth values are read, in both byte orders, by rows or by
/// columns. Nothing is unpickled: arrays of Python objects are refused.
public struct NumPyFile: Sendable {
  /// The endings of the files' names, in lower case and without the dot.
  public static let endings: [String] = ["npz", "npy"]

  /// One array, whose elements are read when they are asked for.
  public struct Array: StoredArray {
    /// Its name in a `.npz` file; empty in a `.npy` file.
    public let name: String
    /// The extents, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The number of elements, which is the product of the shape.
    public let count: Int
    let header: NumPyHeader
    let data: Data
    let file: String

    /// All elements by rows, rounded to 32 bits.
    ///
    /// - Throws: `DamagedFile`, `Interrupted`.
    public func floats() throws -> [Float] {
      try elements { try $0.floats(count) }
    }

    /// The elements of an array of whole numbers or truth values by rows; true is 1.
    ///
    /// - Throws: `DamagedFile`, also for floating-point numbers and for a number above `Int.max`; `Interrupted`.
    public func ints() throws -> [Int] {
      try elements { try $0.ints(count) }
    }

    /// The type of the elements.
    public var type: StoredType { NumPyElements.type(header.type) }

    public var contiguousBytes: Data? { nil }

    private func elements<Element>(_ read: (NumPyElements) throws -> [Element]) throws -> [Element] {
      do {
        let values = try data.withUnsafeBytes { try read(NumPyElements(header, $0)) }
        return header.isColumnMajor ? try Self.byRows(values, shape) : values
      } catch let problem as NumPyProblem {
        throw DamagedFile.numPy(
          file: file, reason: (name.isEmpty ? "" : "'\(String(escaping: name))': ") + problem.reason)
      }
    }

    /// Reorders from the first index running fastest to the last one doing so.
    private static func byRows<Element>(_ values: [Element], _ shape: [Int]) throws -> [Element] {
      guard shape.count > 1, !values.isEmpty else { return values }
      var strides = [Int](repeating: 1, count: shape.count)
      for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
      var index = [Int](repeating: 0, count: shape.count)
      var place = 0
      var result: [Element] = []
      result.reserveCapacity(values.count)
      for number in values.indices {
        if number & 0xFFFFF == 0 { try Cancellation.check() }
        result.append(values[place])
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          place += strides[axis]
          if index[axis] < shape[axis] { break }
          place -= strides[axis] * shape[axis]
          index[axis] = 0
          axis -= 1
        }
      }
      return result
    }
  }

  /// True for a `.npz` file.
  public let isArchive: Bool
  /// The arrays that are read, in the order of their names; one for a `.npy` file.
  public let arrays: [Array]
  /// The arrays of a `.npz` file that are left out because of their type, and why; a `.npy` file of such a
  /// type is refused.
  public let unread: [(name: String, reason: String)]

  private static let magic: [UInt8] = [0x93] + "NUMPY".utf8

  /// True where `data` begins as a `.npy` file.
  public static func isArray(_ data: Data) -> Bool { data.starts(with: magic) }

  /// Opens the file at `path` as a memory map. A zip file is read as `.npz`.
  ///
  /// - Throws: `FileError`, `DamagedFile`.
  public init(contentsOf path: FilePath) throws {
    try self.init(MappedFile.read(path), file: path.shown)
  }

  /// Opens a file held in memory; `file` is its name in errors.
  ///
  /// - Throws: `DamagedFile`.
  public init(_ data: Data, file: String) throws {
    isArchive = ZipArchive.isZip(data)
    do {
      guard isArchive else {
        arrays = [try Self.array(data, name: "", file: file)]
        unread = []
        return
      }
      let archive = try ZipArchive(data, file: file, format: CheckpointFormat.pyTorch.name)
      var read: [Array] = []
      var others: [(name: String, reason: String)] = []
      for name in archive.names where name.hasSuffix(".npy") {
        guard let content = try archive.contents(name) else { throw NumPyProblem("'\(name)' is missing") }
        do {
          read.append(try Self.array(content, name: String(name.dropLast(4)), file: file))
        } catch let problem as NumPyProblem where problem.isOfType {
          others.append((String(name.dropLast(4)), problem.reason))
        }
      }
      if read.isEmpty {
        throw NumPyProblem(others.first?.reason ?? "a zip file that holds no .npy array")
      }
      arrays = read
      unread = others
    } catch let problem as NumPyProblem {
      throw DamagedFile.numPy(file: file, reason: problem.reason)
    } catch let error as DamagedFile {
      throw DamagedFile.numPy(file: file, reason: error.reason)
    }
  }

  private static func array(_ content: Data, name: String, file: String) throws -> Array {
    func problem(_ reason: String, isOfType: Bool = false) -> NumPyProblem {
      NumPyProblem((name.isEmpty ? "" : "'\(String(escaping: name))': ") + reason, isOfType: isOfType)
    }
    let data = content.startIndex == 0 ? content : Data(content)
    guard isArray(data), data.count >= 12 else { throw problem("it does not begin as a .npy file") }
    let version = data[6]
    guard (1...3).contains(version) else {
      throw problem("version \(version) of the format, expected 1 to 3")
    }
    let start = version == 1 ? 10 : 12
    let length = data[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= NumPyHeader.longest, length <= data.count - start else {
      throw problem("its header claims \(length) bytes (truncated?)")
    }
    let header: NumPyHeader
    do {
      header = try NumPyHeader(String(decoding: data[start..<start + length], as: UTF8.self))
    } catch let found as NumPyProblem {
      throw problem(found.reason, isOfType: found.isOfType)
    }
    var count = 1
    for extent in header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= 1 << 40 else { throw problem("its shape \(header.shape) is too large") }
      count = product
    }
    guard let size = NumPyElements.size(header.type) else {
      throw problem("its type '\(header.type)' is not read")
    }
    let body = data[(start + length)...]
    guard body.count == count * size else {
      throw problem(
        "\(count) elements of \(size) bytes are promised, and \(body.count) bytes are there (truncated?)")
    }
    return Array(name: name, shape: header.shape, count: count, header: header, data: body, file: file)
  }
}

/// The elements of a `.npy` file as numbers.
struct NumPyElements {
  private let header: NumPyHeader
  private let bytes: UnsafeRawBufferPointer

  init(_ header: NumPyHeader, _ bytes: UnsafeRawBufferPointer) {
    self.header = header
    self.bytes = bytes
  }

  /// The bytes of an element; nil for types that are not read.
  static func size(_ type: String) -> Int? {
    switch type {
    case "b1", "i1", "u1": 1
    case "f2", "i2", "u2": 2
    case "f4", "i4", "u4": 4
    case "f8", "i8", "u8": 8
    default: nil
    }
  }

  /// The type that ``size(_:)`` knows the bytes of.
  static func type(_ type: String) -> StoredType {
    switch type {
    case "b1": .bool
    case "i1": .i8
    case "u1": .u8
    case "i2": .i16
    case "u2": .u16
    case "i4": .i32
    case "u4": .u32
    case "i8": .i64
    case "u8": .u64
    case "f2": .f16
    case "f8": .f64
    default: .f32
    }
  }

  func ints(_ count: Int) throws -> [Int] {
    switch header.type {
    case "b1": try map(count, UInt8.self) { $0 == 0 ? 0 : 1 }
    case "i1": try map(count, UInt8.self) { Int(Int8(bitPattern: $0)) }
    case "u1": try map(count, UInt8.self) { Int($0) }
    case "i2": try map(count, Int16.self) { Int($0) }
    case "u2": try map(count, UInt16.self) { Int($0) }
    case "i4": try map(count, Int32.self) { Int($0) }
    case "u4": try map(count, UInt32.self) { Int($0) }
    case "i8": try map(count, Int64.self) { Int($0) }
    case "u8":
      try map(count, UInt64.self) { number in
        guard let whole = Int(exactly: number) else {
          throw NumPyProblem("it holds a number above \(Int.max)")
        }
        return whole
      }
    default: throw NumPyProblem("its type '\(header.type)' is none of whole numbers")
    }
  }

  func floats(_ count: Int) throws -> [Float] {
    switch header.type {
    case "b1": try map(count, UInt8.self) { $0 == 0 ? 0 : 1 }
    case "i1": try map(count, Int8.self) { Float($0) }
    case "u1": try map(count, UInt8.self) { Float($0) }
    case "i2": try map(count, Int16.self) { Float($0) }
    case "u2": try map(count, UInt16.self) { Float($0) }
    case "i4": try map(count, Int32.self) { Float($0) }
    case "u4": try map(count, UInt32.self) { Float($0) }
    case "i8": try map(count, Int64.self) { Float($0) }
    case "u8": try map(count, UInt64.self) { Float($0) }
    case "f2": try map(count, UInt16.self) { HalfFloat.float($0) }
    case "f4": try map(count, UInt32.self) { Float(bitPattern: $0) }
    case "f8": try map(count, UInt64.self) { Float(Double(bitPattern: $0)) }
    default: throw NumPyProblem("its type '\(header.type)' is not read")
    }
  }

  private func map<T: FixedWidthInteger & BitwiseCopyable, Number>(
    _ count: Int, _ type: T.Type, _ number: (T) throws -> Number
  ) throws -> [Number] {
    var result: [Number] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      if index & 0xFFFFF == 0 { try Cancellation.check() }
      let raw = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)
      try result.append(number(header.isBigEndian ? T(bigEndian: raw) : T(littleEndian: raw)))
    }
    return result
  }
}

/// Numbers of IEEE half precision.
enum HalfFloat {
  static func float(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | UInt32(exponent + 112) << 23 | fraction << 13)
    }
  }
}
