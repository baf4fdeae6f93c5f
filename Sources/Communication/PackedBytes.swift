/// Numbers and texts one after the other, as processes of one program send them to each other.
public struct PackedBytes {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func append(_ byte: UInt8) { bytes.append(byte) }

  public mutating func append(_ number: Int) {
    Swift.withUnsafeBytes(of: Int64(number).littleEndian) { bytes += $0 }
  }

  public mutating func append(_ number: Double) {
    Swift.withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
  }

  /// The numbers with their count.
  public mutating func append(_ numbers: [Float]) {
    append(numbers.count)
    numbers.withUnsafeBytes { bytes += $0 }
  }

  /// The numbers with their count.
  public mutating func append(_ numbers: [Int]) {
    append(numbers.count)
    for number in numbers { append(number) }
  }

  /// The text with its length.
  public mutating func append(_ text: String) { append(Array(text.utf8)) }

  /// The bytes with their count.
  public mutating func append(_ list: [UInt8]) {
    append(list.count)
    bytes += list
  }
}

/// Reads what ``PackedBytes`` wrote, in the same order.
public struct PackedReader {
  private let bytes: [UInt8]
  private var place = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// True once all is read.
  public var isAtEnd: Bool { place == bytes.count }

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - place else {
      throw CommunicationError(
        "a process sent less than it said: they may run different versions of the program")
    }
    defer { place += count }
    return bytes[place..<place + count]
  }

  private mutating func word() throws -> UInt64 {
    UInt64(littleEndian: try take(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
  }

  public mutating func byte() throws -> UInt8 { try take(1).first ?? 0 }

  public mutating func int() throws -> Int { Int(truncatingIfNeeded: try word()) }

  public mutating func double() throws -> Double { Double(bitPattern: try word()) }

  public mutating func floats() throws -> [Float] {
    let count = try int()
    let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    let part = try take(overflow ? -1 : size)
    return [Float](unsafeUninitializedCapacity: count) { target, written in
      UnsafeMutableRawBufferPointer(target).copyBytes(from: part)
      written = count
    }
  }

  public mutating func ints() throws -> [Int] {
    let count = try int()
    guard count >= 0, count <= (bytes.count - place) / 8 else { _ = try take(-1); return [] }
    return try (0..<count).map { _ in try int() }
  }

  public mutating func text() throws -> String { String(decoding: try byteList(), as: UTF8.self) }

  public mutating func byteList() throws -> [UInt8] { Array(try take(try int())) }
}
