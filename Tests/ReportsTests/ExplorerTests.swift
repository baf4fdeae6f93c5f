import Foundation
import Reports
import Support
import Testing

/// What pages have for readers to play with.
struct ExplorerTests {
  private static let explorer = Explorer(
    noun: "images", madds: [1e6, 3e6], classes: ["bag", "</script><script>alert(1)"], labels: [0, 1, 1],
    predictions: [[0, 0, 1], [0, 1, 0]], confidences: [[0.9, 0.3, 0.6], [0.8, 0.7, 0.5]],
    rules: [
      .init(name: "paper's <!--", exits: .thresholds([[0.5, -.infinity], [.infinity, -.infinity]])),
      .init(name: "mine", exits: .steps([1, 2, 2])),
    ],
    thumbnails: [
      .init(
        row: 1, title: "1 – bag", width: 4, height: 3, mediaType: "image/png", content: Sample.png,
        patches: [nil, .init(row: 1, column: 0, size: 2)])
    ])

  private func page(explorers: Int) -> String {
    var notebook = Sample.notebook()
    for i in 0..<explorers {
      var picture = Sample.picture("explorer-\(i)", caption: "Play.")
      picture.explorer = Self.explorer
      notebook.cells[3].outputs.append(.figure(picture))
    }
    return HTMLReport.render(notebook, facts: Sample.facts())
  }

  /// Names cannot end the element that holds the data, and what is read back is what was given.
  @Test func dataStayData() throws {
    let html = page(explorers: 1)
    let json = try #require(
      html.components(separatedBy: "<script type=\"application/json\">").last?
        .components(separatedBy: "</script>").first)
    #expect(!json.contains("<"))
    struct Read: Decodable {
      var madds: [Double]
      var classes: [String]
      var labels: Data
      var predictions: [Data]
      var confidences: [Data]
      var rules: [Rule]
      var thumbnails: [Thumbnail]
      struct Rule: Decodable {
        var name: String
        var thresholds: Data?
        var exits: Data?
      }
      struct Thumbnail: Decodable {
        var row: Int
        var image: String
        var patches: [[Int]?]
      }
    }
    let read = try JSONDecoder().decode(Read.self, from: Data(json.utf8))
    #expect(read.madds == [1e6, 3e6] && read.classes[1] == "</script><script>alert(1)")
    #expect(read.labels == Data([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]))
    #expect(read.predictions.count == 2 && read.confidences[0].count == 12)
    #expect(read.confidences[0].prefix(4) == Data([0x66, 0x66, 0x66, 0x3f]))
    #expect(read.rules[0].name == "paper's <!--")
    #expect(read.rules[0].thresholds?.prefix(8) == Data([0, 0, 0, 0x3f, 0, 0, 0x80, 0xff]))
    #expect(read.rules[1].exits == Data([1, 2, 2]) && read.rules[1].thresholds == nil)
    #expect(read.thumbnails[0].patches == [nil, [1, 0, 2]])
    #expect(read.thumbnails[0].image.hasPrefix("data:image/png;base64,iVBOR"))
  }

  /// Where no script runs there is the picture.
  @Test func otherFormatsShowThePicture() {
    var picture = Sample.picture("explorer", caption: "Play.")
    picture.explorer = Self.explorer
    var notebook = Sample.notebook()
    notebook.cells[3].outputs = [.figure(picture)]
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(html.contains("<img alt=\"Play.\" class=\"still\""))
    let markdown = MarkdownReport.render(notebook, facts: Sample.facts())
    #expect(markdown.contains("figures/explorer.png") && !markdown.contains("confidences"))
  }
}
