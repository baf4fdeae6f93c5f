import Foundation
import Support

/// The pictures of a folder and their classes.
///
/// They are found as torchvision's `ImageFolder` does it: each folder in it is a class, in the order of their
/// names; the pictures of a class are all files below its folder with a known ending, folder by folder.
/// Hidden files and folders are passed over.
struct FolderIndex: Sendable {
  struct File: Sendable {
    /// The path, relative to the folder.
    let path: FilePath
    /// The 0-based class.
    let label: Int
    let bytes: Int
    /// When the file was last changed, in nanoseconds since 1970.
    let changed: Int
  }

  let files: [File]
  /// The names of the classes' folders, in the order of the labels.
  let classes: [FilePath]

  /// Finds the pictures of the folders `wanted`, which are classes in the order of the labels, or of all, sorted.
  ///
  /// - Throws: ``DatasetError`` in one line that names what cannot be read or is empty.
  init(_ root: FilePath, classes wanted: [FilePath]?, extensions: Set<String>) throws {
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
    let classes = wanted ?? found
    var files: [File] = []
    for (label, name) in classes.enumerated() where present.contains(name) {
      let before = files.count
      var seen: Set<FileStatus.Identity> = []
      try Self.collect(root, name, label, extensions, &files, &seen)
      guard files.count > before else {
        throw DatasetError.invalid(
          "\(root): the class '\(name)' has no pictures (files ending in "
            + "\(extensions.sorted().joined(separator: ", ")))")
      }
    }
    self.files = files
    self.classes = classes
  }

  /// Takes the pictures that a list names, with their classes.
  init(_ root: FilePath, listed: [(path: FilePath, label: Int)]) throws {
    files = try listed.map { path, label in
      let full = root.pushing(path)
      // Links in the folder may lead anywhere, as its owner made them; a list may come from somebody else.
      if path.isAbsolute || path.components.contains(where: { $0.kind == .parentDirectory }) {
        try FileAccess.requireEnforced(full, for: .read)
      }
      guard let status = FileStatus(full) else { throw FileError(action: "read", path: full, errno: errno) }
      return File(path: path, label: label, status)
    }
    classes = []
  }

  private static func collect(
    _ root: FilePath, _ folder: FilePath, _ label: Int, _ extensions: Set<String>, _ files: inout [File],
    _ seen: inout Set<FileStatus.Identity>
  ) throws {
    try Cancellation.check()
    let listing = try FolderListing(root.pushing(folder))
    // A link back to a folder above would never end.
    guard seen.insert(listing.identity).inserted else { return }
    for entry in listing.files {
      let path = folder / entry.name
      guard extensions.contains(path.ending), let status = entry.status else { continue }
      files.append(File(path: path, label: label, status))
    }
    for name in listing.folders { try collect(root, folder / name, label, extensions, &files, &seen) }
  }
}

extension FolderIndex.File {
  init(path: FilePath, label: Int, _ status: FileStatus) {
    self.init(path: path, label: label, bytes: status.byteCount, changed: status.changed)
  }
}
