import Foundation
import Support

/// The pictures of a folder and their classes.
///
/// They are found as torchvision's `ImageFolder` does it: each folder in it is a class, in the order of their
/// names; the pictures of a class are all files below its folder with a known ending, folder by folder.
/// Hidden files and folders are passed over.
package struct FolderIndex: Sendable {
  package struct File: Sendable {
    /// The path, relative to the folder.
    package let path: FilePath
    /// The 0-based class.
    package let label: Int
    package let bytes: Int
    /// When the file was last changed, in nanoseconds since 1970.
    package let changed: Int
  }

  package private(set) var files: [File] = []
  /// The names of the classes' folders, in the order of the labels.
  package private(set) var classes: [FilePath] = []
  /// The files that were passed over for their endings: how many, and the first.
  package private(set) var passedOver: (count: Int, first: FilePath?) = (0, nil)

  private let extensions: Set<String>
  private var seen: Set<FileStatus.Identity> = []

  /// Finds the pictures of the folders `wanted`, which are classes in the order of the labels, or of all, sorted.
  ///
  /// - Throws: ``DatasetError`` in one line that names what cannot be read or is empty.
  package init(
    _ root: FilePath, classes wanted: [FilePath]?, extensions: Set<String>, noun: String = "pictures"
  ) throws {
    self.extensions = extensions
    let found = try FolderListing(root).folders.map { FilePath(root: nil, components: $0) }
    guard !found.isEmpty else {
      throw DatasetError.invalid("\(root): there are no folders in it, expected one for each class")
    }
    let present = Set(found)
    // A name as it is shown will do for one that is no text, such as a label that a model keeps.
    let shown = Dictionary(found.map { ($0.shown, $0) }) { first, _ in first }
    let wanted = wanted?.map { present.contains($0) ? $0 : shown[$0.shown] ?? $0 }
    if let wanted {
      if let stranger = found.first(where: { !wanted.contains($0) }) {
        throw DatasetError.invalid(
          "\(root): the folder '\(stranger)' is none of the \(wanted.count) classes that were named:"
            + " \(ClassName.quoted(wanted.map(\.shown)))")
      }
    }
    classes = wanted ?? found
    for (label, name) in classes.enumerated() where present.contains(name) {
      let before = files.count
      seen = []
      try collect(root, name, label)
      guard files.count > before else {
        throw DatasetError.invalid(
          "\(root): the class '\(name)' has no \(noun) (files ending in "
            + "\(extensions.sorted().joined(separator: ", ")))")
      }
    }
  }

  /// Finds the files of the folder itself, which are of no class; what is in folders below is not looked for.
  package init(_ root: FilePath, extensions: Set<String>) throws {
    self.extensions = extensions
    take(try FolderListing(root), FilePath(), label: 0)
  }

  /// Takes the pictures that a list names, with their classes.
  init(_ root: FilePath, listed: [(path: FilePath, label: Int)]) throws {
    extensions = []
    files = try listed.map { path, label in
      let full = root.pushing(path)
      // Links in the folder may lead anywhere, as its owner made them; a list may come from somebody else.
      if path.isAbsolute || path.components.contains(where: { $0.kind == .parentDirectory }) {
        try FileAccess.requireEnforced(full, for: .read)
      }
      guard let status = FileStatus(full) else { throw FileError(action: "read", path: full, errno: errno) }
      return File(path: path, label: label, status)
    }
  }

  private mutating func collect(_ root: FilePath, _ folder: FilePath, _ label: Int) throws {
    try Cancellation.check()
    let listing = try FolderListing(root.pushing(folder))
    // A link back to a folder above would never end.
    guard seen.insert(listing.identity).inserted else { return }
    take(listing, folder, label: label)
    for name in listing.folders { try collect(root, folder / name, label) }
  }

  private mutating func take(_ listing: FolderListing, _ folder: FilePath, label: Int) {
    for entry in listing.files {
      let path = folder / entry.name
      if extensions.contains(path.ending), let status = entry.status {
        files.append(File(path: path, label: label, status))
      } else {
        passedOver = (passedOver.count + 1, passedOver.first ?? path)
      }
    }
  }
}

extension FolderIndex.File {
  init(path: FilePath, label: Int, _ status: FileStatus) {
    self.init(path: path, label: label, bytes: status.byteCount, changed: status.changed)
  }
}
