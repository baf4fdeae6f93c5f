import Foundation
import Support
import Synchronization

/// The fonts of the machine, asked for the characters that a figure's own faces lack.
///
/// Files are found by looking into the font folders, in an order that depends on their names alone; each file's
/// character map is read when it is first needed.
package final class FontFallback: Sendable {
  static let installed = FontFallback(folders: FontFallback.systemFolders)

  private struct State {
    var waiting: [FilePath]?
    var fonts: [FontFile] = []
    var found: [UInt32: FontFile?] = [:]
  }

  private let folders: [FilePath]
  private let state = Mutex(State())
  /// The most files that are looked at, which is more than a machine with all of Noto has.
  private static let fileLimit = 6000

  package init(folders: [FilePath]) { self.folders = folders }

  /// The first installed font with a glyph for `scalar`; nil when none has.
  package func face(for scalar: Unicode.Scalar) -> FontFile? {
    state.withLock { state in
      if let index = state.found.index(forKey: scalar.value) { return state.found[index].value }
      var waiting = state.waiting ?? Self.files(in: folders)
      var result = state.fonts.first { $0.has(scalar) }
      while result == nil, let path = waiting.popLast() {
        guard let font = try? FontFile(path: path), font.isScalable else { continue }
        state.fonts.append(font)
        if font.has(scalar) { result = font }
      }
      state.waiting = waiting
      state.found[scalar.value] = .some(result)
      return result
    }
  }

  static var systemFolders: [FilePath] {
    let environment = ProcessInfo.processInfo.environment
    var folders = (environment["GDFONTPATH"] ?? "").split(separator: ":").map { FilePath(String($0)) }
    if let home = environment["HOME"].map({ FilePath($0) }) {
      folders += [
        (environment["XDG_DATA_HOME"].map { FilePath($0) } ?? home / ".local/share") / "fonts",
        home / ".fonts",
      ]
    }
    return folders + ["/usr/local/share/fonts", "/usr/share/fonts"]
  }

  /// The font files below the folders, the preferred ones last.
  private static func files(in folders: [FilePath]) -> [FilePath] {
    var files: [FilePath] = []
    var seen: Set<FileStatus.Identity> = []
    var waiting = Array(folders.reversed())
    while let folder = waiting.popLast(), files.count < fileLimit {
      // A link back to a folder above would never end.
      guard let listing = try? FolderListing(folder), seen.insert(listing.identity).inserted else { continue }
      files += listing.files.map { folder / $0.name }.filter {
        ["ttf", "otf", "ttc", "otc"].contains($0.ending)
      }
      waiting += listing.folders.reversed().map { folder / $0 }
    }
    let ranked = files.map { (rank: rank($0), path: $0) }
    return ranked.sorted { a, b in
      a.rank != b.rank ? a.rank > b.rank : b.path.bytes.lexicographicallyPrecedes(a.path.bytes)
    }.map(\.path)
  }

  /// The place of a face in the search: upright faces of usual weight come first, those for every kind of
  /// text before special ones.
  private static func rank(_ path: FilePath) -> Int {
    let name = path.shownName.lowercased()
    var rank = 0
    for word in ["bold", "italic", "oblique", "light", "thin", "black", "condensed", "medium", "extra"]
    where name.contains(word) { rank += 4 }
    for word in ["mono", "typewriter", "display"] where name.contains(word) { rank += 2 }
    if !name.contains("sans") && !name.contains("cjk") { rank += 1 }
    return rank
  }
}
