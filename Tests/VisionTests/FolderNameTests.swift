import Foundation
import Support
import TestSupport
import Testing
import Vision

/// Class folders with names that are no text.
@Suite struct FolderNameTests {
  /// Names are the bytes that the system has; labels are what can be shown and kept.
  @Test func namesOfFoldersNeedNotBeText() throws {
    let files = try TemporaryFolder()
    let latin: [UInt8] = [0x67, 0x72, 0xFC, 0x6E]
    for name in [latin, Array("red circle".utf8)] {
      let folder = files.path.pushing(try #require(FilePath(bytes: name)))
      try AtomicFile.createFolder(folder)
      try AtomicFile.write(Data(contentsOf: ImageFixtures.path("rgb.png").url), to: folder / "1.png")
    }
    for classes: [ClassName] in [[ClassName(latin), "red circle"], ["gr\\xFCn", "red circle"]] {
      var options = FolderDataset.Options()
      options.classes = classes
      let data = try FolderDataset(path: files.path, transform: .evaluation(size: 8), options: options)
      #expect(data.labels == ["gr\\xFCn", "red circle"] && data.labelNames[0].bytes == latin)
      #expect(data.itemName(at: 0) == "gr\\xFCn/1.png" && data.itemPath(at: 0).bytes == latin + "/1.png".utf8)
      #expect(try data.limited(to: 1).itemPath(at: 0) == data.itemPath(at: 0))
    }
  }
}
