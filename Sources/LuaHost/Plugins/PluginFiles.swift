import Checkpoints
import Support

/// Reads the files of one plugin: those below its folder alone, remembering what was read.
final class PluginFiles {
  let folder: FilePath
  private let root: FilePath?
  private var hash = XXHash64()
  /// The files that the user has allowed; nil where there was nothing to allow.
  var allowed: PluginContents?

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
    let real = path.resolved
    if let root, let real, !real.starts(with: root) {
      throw FileError(
        action: "read \(kind)", path: path, reason: "it is a link to \(real), outside the plugin's folder")
    }
    let bytes = try InputFile.bytes(of: path, as: kind, limit: TextFile.largest)
    if let allowed, let root, var name = real {
      // Between the look at all files and this one, somebody may have put another in its place.
      guard name.removePrefix(root), allowed.holds(bytes, at: name.shown) else {
        throw FileError(
          action: "read \(kind)", path: path,
          reason: "it is not the file that you allowed; run gfnet-lab plugins allow \(folder.shownName)")
      }
    }
    var text = try TextFile.text(bytes, path, kind)
    text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    return text
  }

  /// The checksum of everything that was read so far, in the order of reading: `xxh64:` and 16 digits.
  var checksum: String { XXHash64.text(hash.finish()) }
}
