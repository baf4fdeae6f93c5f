import Foundation
import Support

/// Notes which plugins ended the program while they were loading.
///
/// A mark is a file that is there, and locked, while a plugin's `init.lua` runs. One that is there without a lock
/// belongs to a start that did not get past the plugin: it crashed, it was killed, or the plugin took too long.
public struct LoadingMarks: Sendable {
  /// The folder of the marks; it is made when the first is.
  let folder: FilePath

  /// So many starts in a row that a plugin may end before it is skipped.
  static let most = 2

  /// A mark that is set; it is lifted by ``lift()``, and stays where that is never called.
  final class Mark {
    private let path: FilePath
    private let descriptor: Int32

    fileprivate init?(_ path: FilePath) {
      let descriptor = path.withPlatformString {
        open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
      }
      guard descriptor >= 0 else { return nil }
      flock(descriptor, LOCK_EX | LOCK_NB)
      self.path = path
      self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func lift() { _ = path.withPlatformString { unlink($0) } }
  }

  /// Sets a mark; nil where the folder cannot be written, as in a home that is for reading only. Plugins are then
  /// loaded without.
  func set(_ name: String, _ plugin: FilePath) -> Mark? {
    guard (try? AtomicFile.createFolder(folder)) != nil else { return nil }
    for number in 0..<100 {
      let file = folder / (Self.stem(name, plugin) + "\(getpid()).\(number)")
      if let mark = Mark(file) { return mark }
      guard errno == EEXIST else { return nil }
    }
    return nil
  }

  /// How many starts the plugin has ended since it was last loaded well.
  func count(_ name: String, _ plugin: FilePath) -> Int { left(name, plugin).count }

  /// Forgets them.
  func clear(_ name: String, _ plugin: FilePath) {
    for path in left(name, plugin) { _ = path.withPlatformString { unlink($0) } }
  }

  private func left(_ name: String, _ plugin: FilePath) -> [FilePath] {
    guard let listing = try? FolderListing(folder) else { return [] }
    let stem = Array(Self.stem(name, plugin).utf8)
    return listing.names.filter { $0.bytes.starts(with: stem) }.map { folder / $0 }.filter { path in
      let descriptor = path.withPlatformString { open($0, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
      guard descriptor >= 0 else { return false }
      defer { close(descriptor) }
      return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
  }

  private static func stem(_ name: String, _ plugin: FilePath) -> String {
    "\(name).\(SHA256.hex((plugin.resolved ?? plugin).bytes).prefix(12))."
  }
}
