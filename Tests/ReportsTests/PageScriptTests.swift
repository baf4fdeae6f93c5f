import Foundation
import Reports
import Support
import Testing

/// What may run on a page: the program's own scripts, where there is something that they are for.
struct PageScriptTests {
  private func page(_ outputs: [Notebook.Output]) -> String {
    var notebook = Sample.notebook()
    notebook.cells[3].outputs = outputs
    return HTMLReport.render(notebook, facts: Sample.facts())
  }

  private func policy(_ html: String) -> String {
    html.components(separatedBy: "Content-Security-Policy\" content=\"").last?
      .components(separatedBy: "\"").first ?? ""
  }

  private let sorted = Notebook.Output.table(Sample.table)

  @Test func aPageOfTextRunsNothing() {
    let html = page([.text("hello"), .markdown("| a |\n|---|\n| 1 |\n")])
    #expect(!html.contains("<script") && !policy(html).contains("script-src"))
  }

  /// Each script is named by its hash, stands there once, makes no markup of texts, and asks for nothing.
  @Test func onlyTheProgramsOwnScriptsMayRun() throws {
    var explorer = Sample.picture("explorer", caption: "Play.")
    explorer.explorer = Explorer(
      noun: "images", madds: [1], classes: [], labels: [0], predictions: [[0]], confidences: [[1]],
      rules: [.init(name: "r", exits: .steps([1]))], thumbnails: [])
    let html = page([sorted, sorted, .figure(explorer), .figure(explorer), .figure(Sample.picture("curve"))])
    let scripts = html.components(separatedBy: "<script>").dropFirst().compactMap {
      $0.components(separatedBy: "</script>").first
    }
    #expect(scripts.count >= 2 && Set(scripts).count == scripts.count)
    let hashes = scripts.map { "'sha256-\(Data(SHA256.digest(Array($0.utf8))).base64EncodedString())'" }
    #expect(policy(html).hasPrefix("script-src \(hashes.joined(separator: " ")); default-src 'none'"))
    #expect(html.components(separatedBy: "<script type=\"application/json\">").count == 3)
    for word in [
      "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch(", "XMLHttp", "import(",
    ] {
      #expect(scripts.allSatisfy { !$0.contains(word) }, "\(word)")
    }
  }

  /// What numbers are sorted by has all digits and no uncertainty; texts are sorted by what they say.
  @Test func tablesSayWhatTheyAreSortedBy() {
    let html = page([
      .table(
        .init(
          name: "t", columns: ["method", "top-1", "any"],
          rows: [
            [.text("a"), .uncertain(75.9312, uncertainty: 0.08, digits: nil), .number(2.5, digits: 0)],
            [.text("b"), .number(7.25, digits: nil), .text("–")],
            [.text("c"), .number(.nan, digits: nil), .number(-.infinity, digits: nil)],
            [.text("d"), .text("–"), .text("text")],
          ]))
    ])
    #expect(html.contains("<table class=\"data sortable\">"))
    #expect(html.contains("<td class=\"number\" data-value=\"75.9312\">75.931(80)</td>"))
    #expect(html.contains("<td class=\"number\">7.25<span"))
    #expect(html.contains("<td class=\"number\" data-value=\"\">nan</td>"))
    #expect(html.contains("<td class=\"number\">–</td>"), "a dash is no number, and none of the texts")
    #expect(html.contains("<td data-value=\"2.5\">2</td>"))
    #expect(html.contains("<td data-value=\"-Infinity\">-inf</td>") && html.contains("<td>text</td>"))
  }

  /// The first rows of another order are not among those that a page shows.
  @Test(arguments: [(1, false), (2, true), (200, true), (201, false)])
  func tablesThatAreWholeAreSorted(_ rows: Int, _ isSorted: Bool) {
    let rows = (0..<rows).map { [Notebook.Table.Value.integer($0, digits: nil)] }
    let html = page([.table(.init(name: "t", columns: ["n"], rows: rows))])
    #expect(html.contains("<table class=\"data sortable\">") == isSorted)
    #expect(html.contains("<script") == isSorted, "the script comes with the tables")
  }
}
