import Foundation
import Reports
import Testing

/// What front ends of Jupyter get of a figure.
@Suite struct PictureBundleTests {
  private func picture(svg: Int) -> Notebook.Picture {
    Notebook.Picture(
      name: "curve",
      files: [
        .init(ending: "png", mediaType: "image/png", content: Data([1, 2, 3])),
        .init(ending: "svg", mediaType: "image/svg+xml", content: Data(repeating: 0x20, count: svg)),
        .init(ending: "pdf", mediaType: "application/pdf", content: Data("%PDF".utf8)),
      ], width: 252, height: 187)
  }

  @Test func everyFormatIsThereByItsType() throws {
    let bundle = try #require(Notebook.Output.figure(picture(svg: 5)).bundle)
    #expect(bundle.data.map(\.name) == ["image/png", "image/svg+xml", "application/pdf", "text/plain"])
    // SVG is text, the others are base64.
    #expect(bundle.data.map(\.value.asString) == ["AQID", "     ", "JVBERg==", "[figure curve]"])
  }

  @Test func whatIsTooLargeForANotebookIsLeftToTheFirst() throws {
    let bundle = try #require(Notebook.Output.figure(picture(svg: 5 << 20)).bundle)
    #expect(bundle.data.map(\.name) == ["image/png", "application/pdf", "text/plain"])
  }
}
