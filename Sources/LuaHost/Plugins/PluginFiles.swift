import Checkpoints
import Support

/// Reads the files of one plugin: those below its folder alone, remembering what was read.
final class PluginFiles {
  let folder: FilePath
  private let root: FilePath?
  private var hash = XXHash64()

  init(folder: FilePath) {
    self.folder = folder
    root = folder.resolved
  }

  /// The path of a file of the plugin.
  func path(_ file: String) -> FilePath { folder / file }

  /// The text at `path`, which must lie below the folder once links are followed.
  ///
  /// The folder itself may be a link: that is how one works on a plugin elsewhere.
  func read(_ path: FilePath, as kind: String) throws -> String {
    if let root, let real = path.resolved, !real.starts(with: root) {
      throw FileError(
        action: "read \(kind)", path: path, reason: "it is a link to \(real), outside the plugin's folder")
    }
    let text = try TextFile.read(path, as: kind)
    var copy = text
    copy.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    return text
  }

  /// The checksum of everything that was read so far, in the order of reading: `xxh64:` and 16 digits.
  var checksum: String { XXHash64.text(hash.finish()) }
}
