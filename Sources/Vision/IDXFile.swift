import Support

/// An array of bytes with its dimensions, read from a gzip-compressed IDX file (the MNIST family's format).
///
/// It consists of two zero bytes, the element type, the number of dimensions, each dimension as a big-endian
/// 32-bit number, and then the elements, the last dimension running fastest. Only unsigned bytes (type 8) are
/// read. The format is described at http://yann.lecun.com/exdb/mnist/, "The IDX file format".
public struct IDXFile: Sendable {
  /// The extent of each dimension, the slowest first.
  public let dimensions: [Int]
  /// The elements; as many as the product of the dimensions.
  public let bytes: [UInt8]
  /// The CRC-32 of the uncompressed file.
  public let checksum: UInt32

  /// Reads and checks a whole file.
  ///
  /// - Parameters:
  ///   - path: the `.gz` file.
  ///   - rank: the number of dimensions it must have.
  ///   - maximumBytes: the largest content accepted, so that a false header cannot exhaust the memory.
  /// - Throws: ``DatasetError/damaged(path:reason:)``, or `FileError` when the file cannot be read.
  public init(contentsOf path: FilePath, rank: Int, maximumBytes: Int = 1 << 28) throws {
    var reader = try GzipReader(path: path)
    dimensions = try IDXFile.header(&reader, path: path, rank: rank)
    let size = try IDXFile.size(dimensions, path: path, maximumBytes: maximumBytes)
    bytes = try [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      initialized = try reader.read(
        into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size))
    }
    guard bytes.count == size else {
      throw DatasetError.damaged(
        path: path.shown, reason: "holds \(bytes.count) of the \(size) bytes its header promises")
    }
    // Asking for one byte more makes the reader check the trailer, too.
    var extra: UInt8 = 0
    guard try withUnsafeMutableBytes(of: &extra, { try reader.read(into: $0) }) == 0 else {
      throw DatasetError.damaged(
        path: path.shown, reason: "holds more than the \(size) bytes its header promises")
    }
    checksum = reader.checksum
  }

  private static func header(_ reader: inout GzipReader, path: FilePath, rank: Int) throws -> [Int] {
    func take(_ count: Int) throws -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      guard try bytes.withUnsafeMutableBytes({ try reader.read(into: $0) }) == count else {
        throw DatasetError.damaged(path: path.shown, reason: "ends inside its IDX header")
      }
      return bytes
    }
    let magic = try take(4)
    let problem: String? =
      if magic[0] != 0 || magic[1] != 0 {
        "is not an IDX file: it begins with bytes \(magic[0]) and \(magic[1]), expected 0 and 0"
      } else if magic[2] != 8 {
        "has IDX element type \(magic[2]), expected 8 (unsigned byte)"
      } else if magic[3] != rank {
        "has \(magic[3]) dimensions, expected \(rank)"
      } else {
        nil
      }
    if let problem { throw DatasetError.damaged(path: path.shown, reason: problem) }
    let extents = try take(4 * rank)
    return stride(from: 0, to: 4 * rank, by: 4).map { offset in
      extents[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  private static func size(_ dimensions: [Int], path: FilePath, maximumBytes: Int) throws -> Int {
    var size = 1
    for extent in dimensions {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= maximumBytes else {
        let claimed = dimensions.map(String.init).joined(separator: " × ")
        throw DatasetError.damaged(
          path: path.shown, reason: "claims \(claimed) bytes, more than the \(maximumBytes) accepted")
      }
      size = product
    }
    return size
  }
}
