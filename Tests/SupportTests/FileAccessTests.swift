import Foundation
import Support
import TestSupport
import Testing

/// Which paths lead below a permitted folder, whatever they look like.
@Suite struct FileAccessTests {
  /// A folder `in` that is permitted, and one beside it that is not.
  private let folder: TemporaryFolder
  private let access: FileAccess

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("mine", "in/mine.txt")
    try folder.write("secret", "out/secret.txt")
    for (link, target) in [
      ("in/file-out", "../out/secret.txt"), ("in/folder-out", "../out"), ("in/back", "../in"),
      ("in/nowhere-out", "../out/new.txt"), ("in/nowhere-in", "new.txt"), ("in/loop", "loop"),
      ("in/chain", "file-out"), ("out/into", "../in/mine.txt"), ("in/root", "/"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: (folder.path / link).string, withDestinationPath: target)
    }
    var access = FileAccess()
    access.permit(folder.path / "in", for: .read, .write)
    self.access = access
  }

  @Test(arguments: [
    "in/mine.txt", "in", "in/none.txt", "in/none/none.txt", "in/../in/mine.txt", "out/../in/mine.txt",
    "in/back/mine.txt",
    "in/nowhere-in", "out/into", "in/none/../mine.txt", "in/./mine.txt", "in/folder-out/../in/mine.txt",
  ])
  func leadsIn(_ path: String) throws {
    try access.require(folder.path / path, for: .read)
    try access.require(folder.path / path, for: .write)
  }

  @Test(arguments: [
    "out/secret.txt", "out", "in/../out/secret.txt", "in/file-out", "in/folder-out/secret.txt",
    "in/folder-out",
    "in/chain", "in/nowhere-out", "in/back/../out/secret.txt", "inside.txt", "in/root", "in/root/etc/passwd",
    "in/none/../../out/secret.txt", "in/folder-out/none.txt", "in/folder-out/none/none",
    "in/root/proc/self/environ",
    "in/root/proc/self/cwd", "in/root/proc/self/root/etc/passwd", "in/root/dev/zero",
  ])
  func leadsOut(_ path: String) throws {
    for use in [FileAccess.Use.read, .write] {
      #expect(throws: FileAccess.Refused.self) { try access.require(folder.path / path, for: use) }
    }
  }

  @Test func theRefusalIsOneLineThatSaysWhatPermits() throws {
    let root = try #require(folder.path.resolved)
    #expect {
      try access.require(folder.path / "in/file-out", for: .read)
    } throws: {
      "\($0)"
        == "may not read \(folder.path)/in/file-out: it leads to \(root)/out/secret.txt, which is outside the folders of this run; --allow \(root)/out permits it"
    }
  }

  @Test func readingIsNotWriting() throws {
    var access = FileAccess()
    access.permit(folder.path / "out", for: .read)
    try access.require(folder.path / "out/secret.txt", for: .read)
    #expect(throws: FileAccess.Refused.self) {
      try access.require(folder.path / "out/secret.txt", for: .write)
    }
    var all = FileAccess()
    all.permit("/", for: .read, .write)
    try all.require("/etc/passwd", for: .write)
  }

  /// A single file stands alone: neither its folder nor a file whose name begins alike.
  @Test func aFileIsPermittedAlone() throws {
    var access = FileAccess()
    access.permit(folder.path / "out/new.txt", for: .read, .write)
    try access.require(folder.path / "out/new.txt", for: .write)
    for path in ["out", "out/secret.txt", "out/new.txt.bak"] {
      #expect(throws: FileAccess.Refused.self) { try access.require(folder.path / path, for: .write) }
    }
  }

  /// A folder that becomes a link between looking and opening: what was opened is compared again.
  @Test func whatIsOpenedIsComparedAgain() throws {
    let path = folder.path / "in/sub/secret.txt"
    try folder.write("mine", "in/sub/secret.txt")
    try access.require(path, for: .read)
    try FileManager.default.removeItem(atPath: (folder.path / "in/sub").string)
    try FileManager.default.createSymbolicLink(
      atPath: (folder.path / "in/sub").string, withDestinationPath: "../out")
    #expect(throws: FileAccess.Refused.self) {
      try access.enforced { try InputFile.bytes(of: path, limit: 100) }
    }
    #expect(throws: FileAccess.Refused.self) {
      try access.enforced { try AtomicFile.write("mine", to: path) }
    }
    #expect(try FolderListing(folder.path / "out").names.map(\.shown) == ["into", "secret.txt"])
    #expect(try InputFile.bytes(of: folder.path / "out/secret.txt", limit: 100) == Array("secret".utf8))
    // What the program opens itself is its own affair, and so is what other threads do.
    let read = try access.enforced { try FileAccess.ofProgram { try InputFile.bytes(of: path, limit: 100) } }
    #expect(read == Array("secret".utf8))
  }
}
