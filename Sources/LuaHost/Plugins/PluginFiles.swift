import Checkpoints
import Foundation
import Support

/// Reads the files of one plugin: those below its folder alone, remembering what was read.
final class PluginFiles {
  let folder: String
  private let root: String?
  private var hash = XXHash64()

  init(folder: String) {
    self.folder = folder
    root = realPath(folder)
  }

  /// The path of a file of the plugin.
  func path(_ file: String) -> String { folder + "/" + file }

  /// The text at `path`, which must lie below the folder once links are followed.
  ///
  /// The folder itself may be a link: that is how one works on a plugin elsewhere.
  func read(_ path: String, as kind: String) throws -> String {
    if let root, let real = realPath(path), !real.hasPrefix(root + "/") {
      throw FileError(
        action: "read \(kind)", path: path, reason: "it is a link to \(real), outside the plugin's folder")
    }
    let text = try TextFile.read(path, as: kind)
    var copy = text
    copy.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    return text
  }

  /// `xxh64:` and 16 digits: of everything that was read so far, in the order of reading.
  var checksum: String { XXHash64.text(hash.finish()) }
}
