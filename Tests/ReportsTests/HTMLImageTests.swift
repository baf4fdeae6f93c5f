import Foundation
import Reports
import Support
import TestSupport
import Testing

/// Pictures that Markdown names: which of them a page takes along.
@Suite struct HTMLImageTests {
  @Test func imageBesideTheScriptIsEmbedded() throws {
    try withTemporaryFolder { folder in
      try Sample.png.write(to: URL(fileURLWithPath: (folder / "a picture.png").string))
      try Data("not an image".utf8).write(to: URL(fileURLWithPath: (folder / "fake.png").string))
      let text = "![one](a%20picture.png) ![two](fake.png) ![three](missing.png)"
      let notebook = Notebook(
        title: "t", source: folder / "script.lua", cells: [Sample.cell(.markdown, text)])
      let html = HTMLReport.render(notebook, facts: Sample.facts())
      #expect(html.components(separatedBy: "<img ").count == 2)
      #expect(html.contains("alt=\"one\""))
      #expect(html.contains("<a href=\"missing.png\">three</a>"))
    }
  }

  @Test func aMovingPictureIsEmbeddedAsWhatItIs() throws {
    let gif = Data("GIF89a, for the page".utf8)
    let file = Notebook.Picture.File(ending: "gif", mediaType: "image/gif", content: gif)
    var cell = Sample.cell(.code, "clip")
    cell.outputs = [.figure(.init(name: "clip", files: [file], width: 192, height: 192))]
    let notebook = Notebook(title: "t", source: "script.lua", cells: [cell])
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(html.contains("src=\"data:image/gif;base64,\(gif.base64EncodedString())\""))
  }

  @Test func imageOutsideTheScriptsFolderStaysALink() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.createFolder(folder / "secret")
      try AtomicFile.createFolder(folder / "script")
      try Sample.png.write(to: URL(fileURLWithPath: (folder / "secret/own.png").string))
      for (link, target) in [("folder", "secret"), ("own.png", "secret/own.png")] {
        try FileManager.default.createSymbolicLink(
          atPath: (folder / "script" / link).string, withDestinationPath: (folder / target).string)
      }
      let text = "![one](folder/own.png) ![two](own.png) ![three](../secret/own.png)"
      let notebook = Notebook(
        title: "t", source: folder / "script/script.lua", cells: [Sample.cell(.markdown, text)])
      let html = HTMLReport.render(notebook, facts: Sample.facts())
      #expect(!html.contains("<img "))
      #expect(html.contains("<a href=\"folder/own.png\">one</a>"))
    }
  }
}
