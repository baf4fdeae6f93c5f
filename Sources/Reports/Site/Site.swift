import Foundation
import Support

/// A static site made of Markdown pages: a page each, a list of all pages beside it, and a search that works on pages
/// opened from a disk.
///
/// Links between the pages, and to files beside them, stay relative, so that the site may lie anywhere.
public struct Site {
  /// A page before it is rendered.
  public struct Source: Sendable {
    /// Its path within the tree that the pages are from, such as `docs/tensors.md`.
    public let path: String
    public let markdown: String
    /// The heading under which the list of pages has it; empty: it is not listed.
    public let group: String

    public init(path: String, markdown: String, group: String) {
      self.path = path
      self.markdown = markdown
      self.group = group
    }

    /// The path of the page in the site.
    var output: String {
      let stem = path.hasSuffix(".md") ? String(path.dropLast(3)) : path
      let isIndex = stem == "README" || stem.hasSuffix("/README")
      return (isIndex ? stem.dropLast(6) + "index" : stem[...]) + ".html"
    }

    /// The text of the first heading.
    var title: String {
      for line in markdown.split(separator: "\n") where line.hasPrefix("# ") {
        return String(line.dropFirst(2)).replacing("`", with: "")
      }
      return path
    }
  }

  /// A link of the list of pages to something that is no page, such as a report.
  public struct Entry: Sendable {
    /// Where it is within the site.
    public let path: String
    public let title: String
    public let group: String

    public init(path: String, title: String, group: String) {
      self.path = path
      self.title = title
      self.group = group
    }
  }

  /// A file of the site.
  public struct File: Sendable {
    public let path: String
    public let text: String
  }

  /// What is shown above the list of pages.
  let name: String
  let sources: [Source]
  let entries: [Entry]
  private let outputs: [String: String]

  public init(name: String, sources: [Source], entries: [Entry] = []) {
    self.name = name
    self.sources = sources
    self.entries = entries
    outputs = Dictionary(sources.map { ($0.path, $0.output) }) { first, _ in first }
  }

  /// All files of the site.
  ///
  /// - Returns: the pages, the style sheet, the index of the search and what searches in it; and the paths, within the
  ///   tree of the pages, of the files that pages link to and that have to be copied.
  public func render() -> (files: [File], linked: Set<String>) {
    var files: [File] = []
    var index: [JSONValue] = []
    var linked: Set<String> = []
    for source in sources {
      let page = SitePage(source: source, outputs: outputs)
      linked.formUnion(page.linkedFiles)
      index += page.sections.map(\.json)
      files.append(File(path: source.output, text: html(of: page)))
    }
    files.append(File(path: "site.css", text: HTMLReport.style + Self.style))
    files.append(
      File(path: "search-index.js", text: "window.searchIndex = \(JSONValue.array(index).compact);\n"))
    files.append(File(path: "search.js", text: Self.search))
    return (files, linked)
  }

  private func html(of page: SitePage) -> String {
    let root = String(repeating: "../", count: page.source.output.filter { $0 == "/" }.count)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTMLText.escape(page.source.title)) – \(HTMLText.escape(name))</title>
      <link rel="stylesheet" href="\(root)site.css">
      <script defer src="\(root)search-index.js"></script>
      <script defer src="\(root)search.js" data-root="\(root)"></script>
      </head>
      <body>
      <a class="skip" href="#top">Skip to the page</a>
      <div class="page with-contents">
      <nav aria-label="Pages">
      <p class="site"><a href="\(root)index.html">\(HTMLText.escape(name))</a></p>
      <input id="search" type="search" placeholder="Search" aria-label="Search all pages" autocomplete="off">
      <ol id="found" hidden></ol>
      \(listing(for: page.source, root: root))</nav>
      <main id="top" class="prose">
      \(page.html)</main>
      </div>
      </body>
      </html>

      """
  }

  /// The list of all pages, by groups, as the page `current` shows it.
  private func listing(for current: Source, root: String) -> String {
    var groups: [String] = []
    for group in sources.map(\.group) + entries.map(\.group) where !group.isEmpty && !groups.contains(group) {
      groups.append(group)
    }
    return groups.map { group in
      let pages = sources.filter { $0.group == group }.map { ($0.output, $0.title) }
      let links = pages + entries.filter { $0.group == group }.map { ($0.path, $0.title) }
      let isOpen = current.group == group || group == groups.first
      let items = links.map { path, title in
        let mark = path == current.output ? " aria-current=\"page\"" : ""
        return
          "<li class=\"level-1\"><a href=\"\(root)\(HTMLText.escape(path))\"\(mark)>\(HTMLText.escape(title))</a></li>\n"
      }
      return "<details\(isOpen ? " open" : "")><summary>\(HTMLText.escape(group))</summary>\n<ul>\n"
        + items.joined() + "</ul></details>\n"
    }.joined()
  }
}
