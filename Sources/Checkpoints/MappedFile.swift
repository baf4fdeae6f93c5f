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
  public static func read(_ path: String) throws -> Data {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(action: "read", path: path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(action: "read", path: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(action: "read", path: path, reason: "it is not a regular file")
    }
    let count = Int(status.st_size)
    if count == 0 { return Data() }
    guard let pointer = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), pointer != MAP_FAILED else {
      throw FileError(action: "map", path: path, errno: errno)
    }
    return Data(bytesNoCopy: pointer, count: count, deallocator: .custom { munmap($0, $1) })
  }
}
