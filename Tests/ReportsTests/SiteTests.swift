import Foundation
import Reports
import Support
import TestSupport
import Testing

/// The site: pages whose links lead somewhere, and a search that works without a server.
@Suite struct SiteTests {
  private let site = Site(
    name: "Manual",
    sources: [
      .init(
        path: "README.md", markdown: "# Start\n\nSee [rules](pages/rules.md#when-to-leave).", group: "Manual"),
      .init(
        path: "pages/rules.md",
        markdown: """
          # Rules

          ## When to leave?

          As soon as `s.confidence` is high: [back](../README.md), [data](data.csv),
          [far](https://example.org/a.md), ![picture](pictures/a.png)

          ## Two_words and more

          ```lua
          # this is no heading
          ```
          """, group: "Manual"),
    ],
    entries: [.init(path: "reports/a/index.html", title: "A sweep", group: "Reports")])

  private func text(_ path: String) throws -> String {
    try #require(site.render().files.first { $0.path == path }).text
  }

  @Test func linksBetweenPagesLeadToPages() throws {
    #expect(try text("index.html").contains("href=\"pages/rules.html#when-to-leave\""))
    let rules = try text("pages/rules.html")
    #expect(rules.contains("<h2 id=\"when-to-leave\">"))
    #expect(rules.contains("href=\"../index.html\"") && rules.contains("href=\"https://example.org/a.md\""))
    #expect(rules.contains("href=\"data.csv\"") && rules.contains("src=\"pictures/a.png\""))
    #expect(site.render().linked == ["pages/data.csv", "pages/pictures/a.png"])
  }

  @Test func everyPageListsAllPagesAndReports() throws {
    for path in ["index.html", "pages/rules.html"] {
      let page = try text(path)
      let root = path == "index.html" ? "" : "../"
      #expect(
        page.contains("href=\"\(root)pages/rules.html\"") && page.contains("href=\"\(root)index.html\""))
      #expect(page.contains("href=\"\(root)reports/a/index.html\">A sweep</a>"))
    }
    #expect(try text("pages/rules.html").contains("aria-current=\"page\">Rules</a>"))
  }

  @Test func theSearchKnowsEverySection() throws {
    let index = try text("search-index.js")
    let json = try #require(index.split(separator: "=", maxSplits: 1).last).dropLast(2)
    let sections = try #require(
      JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: String]])
    #expect(sections.map { $0["heading"] } == ["Start", "Rules", "When to leave?", "Two_words and more"])
    #expect(sections[2]["at"] == "pages/rules.html#when-to-leave")
    #expect(sections[2]["text"]?.contains("s.confidence is high") == true)
    #expect(sections[3]["at"] == "pages/rules.html#two_words-and-more")
  }

  @Test func scriptsInPagesStayText() throws {
    let page = Site(
      name: "M",
      sources: [.init(path: "README.md", markdown: "# <script>x</script>\n\n<script>y</script>", group: "A")])
    let html = try #require(page.render().files.first).text
    #expect(!html.contains("<script>x") && !html.contains("<script>y"))
  }
}
