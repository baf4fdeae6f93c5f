import Glibc
import LuaHost
import Support

/// The folder `docs/api`, and the names that luacheck knows.
enum ReferenceFolder {
  /// Writes, from the root of the source tree, all pages and the names, and removes those of names that are gone.
  static func write(to folder: FilePath) throws {
    try AtomicFile.createFolder(folder)
    let pages = ReferencePages().pages
    let names = Set(pages.map(\.file))
    for entry in try FolderListing(folder).files where entry.name.string.hasSuffix(".md") {
      guard !names.contains(entry.name.string) else { continue }
      _ = (folder / entry.name).withPlatformString { unlink($0) }
    }
    try AtomicFile.write(LuacheckNames().standard, to: "tools/luacheck-std.lua")
    for page in pages { try AtomicFile.write(page.text, to: folder / page.file) }
  }
}
