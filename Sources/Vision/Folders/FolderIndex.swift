import Foundation
import Support

/// The pictures of a folder and their classes.
///
/// As torchvision's `ImageFolder`: each folder in it is a class, in the order of their names; the pictures of a class
/// are all files below its folder with a known ending, folder by folder. Hidden files and folders are passed over.
struct FolderIndex: Sendable {
  struct File: Sendable {
    /// Relative to the folder.
    let path: String
    /// 0-based.
    let label: Int
    let bytes: Int
    /// Nanoseconds since 1970.
    let changed: Int
  }

  let files: [File]
  /// Names of the classes' folders, in the order of the labels.
  let classes: [String]

  /// - Parameter classes: the folders that are classes, in the order of the labels; nil: all, sorted.
  /// - Throws: ``DatasetError`` in one line that names what cannot be read or is empty.
  init(_ root: String, classes wanted: [String]?, extensions: Set<String>) throws {
    let found = try FolderListing(root).folders
    guard !found.isEmpty else {
      throw DatasetError.invalid("\(root): there are no folders in it, expected one for each class")
    }
    if let wanted {
      if let stranger = found.first(where: { !wanted.contains($0) }) {
        throw DatasetError.invalid(
          "\(root): the folder '\(stranger)' is none of the \(wanted.count) classes that were named")
      }
    }
    let classes = wanted ?? found
    let present = Set(found)
    var files: [File] = []
    for (label, name) in classes.enumerated() where present.contains(name) {
      let before = files.count
      var seen: Set<FolderListing.Identity> = []
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

  /// Pictures that a list names, with their classes.
  init(_ root: String, listed: [(path: String, label: Int)], classes: [String]) throws {
    files = try listed.map { path, label in
      var status = stat()
      guard stat(root + "/" + path, &status) == 0 else {
        throw DatasetError.invalid("\(root)/\(path) cannot be read: \(String(cString: strerror(errno)))")
      }
      return File(path: path, label: label, status)
    }
    self.classes = classes
  }

  private static func collect(
    _ root: String, _ folder: String, _ label: Int, _ extensions: Set<String>, _ files: inout [File],
    _ seen: inout Set<FolderListing.Identity>
  ) throws {
    try Cancellation.check()
    let listing = try FolderListing(root + "/" + folder)
    // A link back to a folder above would never end.
    guard seen.insert(listing.identity).inserted else { return }
    for (name, status) in listing.files where extensions.contains(Self.ending(name)) {
      files.append(File(path: folder + "/" + name, label: label, status))
    }
    for name in listing.folders { try collect(root, folder + "/" + name, label, extensions, &files, &seen) }
  }

  static func ending(_ name: String) -> String { (name as NSString).pathExtension.lowercased() }
}

extension FolderIndex.File {
  init(path: String, label: Int, _ status: stat) {
    self.init(
      path: path, label: label, bytes: Int(status.st_size),
      changed: status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec)
  }
}

/// What one folder holds; links stand for what they point at.
struct FolderListing {
  struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  let identity: Identity
  /// Names in the order of their bytes, which is also that of their code points.
  private(set) var folders: [String] = []
  private(set) var files: [(name: String, status: stat)] = []

  /// - Throws: ``DatasetError`` when the folder cannot be read.
  init(_ path: String) throws {
    var own = stat()
    guard stat(path, &own) == 0, let handle = opendir(path) else {
      throw DatasetError.invalid("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { closedir(handle) }
    identity = Identity(device: UInt64(own.st_dev), number: UInt64(own.st_ino))
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      var status = stat()
      // A link to nothing, or a file that is gone again: there is no picture.
      guard stat(path + "/" + name, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: folders.append(name)
      case S_IFREG: files.append((name, status))
      default: continue
      }
    }
    folders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
