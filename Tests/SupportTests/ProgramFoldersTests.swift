import Foundation
import Support
import TestSupport
import Testing

struct ProgramFoldersTests {
  @Test func sourceTreeIsFoundFromTheTests() throws {
    let shared = try #require(ProgramFolders.shared)
    #expect(FileManager.default.fileExists(atPath: (shared / "Package.swift").string))
    #expect(ProgramFolders.existing("Sources") == shared / "Sources")
    #expect(ProgramFolders.existing("no such folder") == nil)
  }

  @Test func installedProgramFindsItsFiles() throws {
    let folder = try TemporaryFolder()
    let prefix = folder.path / "a prefix"
    #expect(ProgramFolders.locate(from: prefix / "bin/gfnet-lab") == nil)
    try folder.write("bin/gfnet-lab\n", "a prefix/share/gfnet-lab/installed-files")
    #expect(ProgramFolders.locate(from: prefix / "bin/gfnet-lab") == prefix / "share/gfnet-lab")
  }
}
