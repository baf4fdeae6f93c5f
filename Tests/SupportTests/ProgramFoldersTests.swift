import Foundation
import Support
import Testing

struct ProgramFoldersTests {
  @Test func sourceTreeIsFoundFromTheTests() throws {
    let shared = try #require(ProgramFolders.shared)
    #expect(FileManager.default.fileExists(atPath: (shared / "Package.swift").string))
    #expect(ProgramFolders.existing("Sources") == shared / "Sources")
    #expect(ProgramFolders.existing("no such folder") == nil)
  }

  @Test func installedProgramFindsItsFiles() throws {
    let prefix = FilePath(NSTemporaryDirectory()) / "prefix \(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: prefix.string) }
    #expect(ProgramFolders.locate(from: prefix / "bin/gfnet-lab") == nil)
    try AtomicFile.createFolder(prefix / "share/gfnet-lab")
    try AtomicFile.write("bin/gfnet-lab\n", to: prefix / "share/gfnet-lab/installed-files")
    #expect(ProgramFolders.locate(from: prefix / "bin/gfnet-lab") == prefix / "share/gfnet-lab")
  }
}
