import CMappedFiles
import Foundation
import Support

/// Opens regular files as memory maps.
public enum MappedFile {
  /// The bytes of the file at `path`, mapped read-only and unmapped with the last copy of the value.
  ///
  /// Anything but a regular file is refused, so that a pipe or a device named as a checkpoint cannot hang the
  /// program. Files that are replaced as `AtomicFile` does stay readable to the end; where another program
  /// cuts one off in place, the missing pages read as zeros, and ``reading(_:_:)`` notices.
  ///
  /// - Throws: `FileError`.
  public static func read(_ path: FilePath) throws -> Data {
    let file = try InputFile(path)
    let count = file.status.byteCount
    if count == 0 { return Data() }
    guard let pointer = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0), pointer != MAP_FAILED
    else {
      throw FileError(action: "map", path: path, errno: errno)
    }
    guard gf_mapped_add(pointer, count) else {
      munmap(pointer, count)
      throw FileError(action: "map", path: path, reason: "too many files are open")
    }
    return Data(
      bytesNoCopy: pointer, count: count,
      deallocator: .custom { pointer, count in
        gf_mapped_remove(pointer)
        munmap(pointer, count)
      })
  }

  /// Runs `body`, which reads a mapped file on this thread; errors call it `file`.
  ///
  /// - Throws: what `body` throws; ``CutOffError`` where the file was found to be cut off meanwhile.
  public static func reading<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
    let losses = losses
    let result = Result { try body() }
    try requireWhole(since: losses, file)
    return try result.get()
  }

  /// How often this thread found a part of a mapped file missing so far.
  static var losses: UInt { gf_mapped_losses() }

  /// Throws ``CutOffError`` where one was found missing since `losses` was read.
  static func requireWhole(since losses: UInt, _ file: String) throws {
    guard gf_mapped_losses() == losses else { throw CutOffError(file: file) }
  }
}

/// A mapped file that another program made shorter.
public struct CutOffError: LineError {
  /// The path as people read it.
  public let file: String

  public var description: String { "cannot read \(file): another program cut it off while it was read" }
}
