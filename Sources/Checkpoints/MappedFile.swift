import Foundation
import Support

/// Opens regular files as memory maps.
public enum MappedFile {
  /// The bytes of the file at `path`, mapped read-only and unmapped with the last copy of the value.
  ///
  /// Anything but a regular file is refused, so that a pipe or a device named as a checkpoint cannot hang the
  /// program. Files that are replaced as `AtomicFile` does stay readable to the end; one that is truncated in
  /// place while mapped ends the program, as with every memory map.
  /// - Throws: `FileError`.
  public static func read(_ path: FilePath) throws -> Data {
    let file = try InputFile(path)
    let count = file.status.byteCount
    if count == 0 { return Data() }
    guard let pointer = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0), pointer != MAP_FAILED
    else {
      throw FileError(action: "map", path: path, errno: errno)
    }
    return Data(bytesNoCopy: pointer, count: count, deallocator: .custom { munmap($0, $1) })
  }
}
