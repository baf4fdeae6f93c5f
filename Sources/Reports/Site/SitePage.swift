import Foundation
import Support

/// One page of a ``Site``: Markdown as HTML whose links lead to other pages, and its sections for the search.
struct SitePage {
  /// What is below one heading, as plain text.
  struct Section {
    /// The page's title and the heading.
    let page: String
    let heading: String
    /// Where it is within the site.
    let address: String
    let text: String

    var json: JSONValue {
      .object([
        .init("page", .string(page)), .init("heading", .string(heading)), .init("at", .string(address)),
        .init("text", .string(text)),
      ])
    }
  }

  let source: Site.Source
  let html: String
  /// Files of the tree that the page shows or links to.
  let linkedFiles: Set<String>
  let sections: [Section]

  /// - Parameter outputs: where the pages are within the site, by their paths within the tree.
  init(source: Site.Source, outputs: [String: String]) {
    self.source = source
    var anchors: [String: Int] = [:]
    let page = MarkdownHTML(source.markdown, imageFolder: nil) { heading in
      let slug = SitePage.slug(heading)
      let number = anchors[slug, default: 0]
      anchors[slug] = number + 1
      return number == 0 ? slug : "\(slug)-\(number)"
    }
    var linked: Set<String> = []
    html = page.html.replacing(/(href|src)="([^"]*)"/) { match in
      let address = SitePage.address(String(match.2), from: source, outputs: outputs, linked: &linked)
      return "\(match.1)=\"\(address)\""
    }
    linkedFiles = linked
    sections = SitePage.sections(of: source, headings: page.headings)
  }

  /// A heading's anchor, as GitHub makes it.
  static func slug(_ heading: String) -> String {
    var slug = ""
    for scalar in heading.lowercased().unicodeScalars {
      if scalar == " " {
        slug += "-"
      } else if scalar == "-" || scalar == "_" || scalar.properties.isAlphabetic
        || scalar.properties.numericType != nil
      {
        slug.unicodeScalars.append(scalar)
      }
    }
    return slug
  }

  /// Where a link of the page leads within the site.
  private static func address(
    _ link: String, from source: Site.Source, outputs: [String: String], linked: inout Set<String>
  ) -> String {
    if link.isEmpty || link.hasPrefix("#") || link.hasPrefix("/") || link.contains(":") { return link }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = resolved(String(parts[0]), from: source.path) else { return link }
    let fragment = parts.count > 1 ? "#" + parts[1] : ""
    let target = outputs[path]
    if target == nil { linked.insert(path) }
    return relative(target ?? path, from: source.output) + fragment
  }

  /// A relative path within the tree; nil where it leads out of it.
  private static func resolved(_ path: String, from page: String) -> String? {
    var parts = page.split(separator: "/").dropLast().map(String.init)
    for part in (path.removingPercentEncoding ?? path).split(separator: "/") {
      switch part {
      case ".": continue
      case "..":
        if parts.isEmpty { return nil }
        parts.removeLast()
      default: parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }

  private static func relative(_ path: String, from page: String) -> String {
    var target = path.split(separator: "/")[...]
    var folders = page.split(separator: "/").dropLast()[...]
    while let a = target.first, let b = folders.first, a == b, target.count > 1 {
      target = target.dropFirst()
      folders = folders.dropFirst()
    }
    return String(repeating: "../", count: folders.count) + target.joined(separator: "/")
  }

  /// The Markdown below each heading, without its marks.
  private static func sections(of source: Site.Source, headings: [MarkdownHTML.Heading]) -> [Section] {
    var sections: [Section] = []
    var texts: [String] = [""]
    var isCode = false
    for line in source.markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isCode.toggle()
      } else if !isCode, line.hasPrefix("#"), line.drop(while: { $0 == "#" }).hasPrefix(" ") {
        texts.append("")
      } else if !line.hasPrefix("<!--") {
        texts[texts.count - 1] += line.filter { !"`*|\\[]#".contains($0) } + " "
      }
    }
    // Underlined headings and those in quotes are not among the lines: what is left belongs to the last one.
    for (heading, text) in zip(headings, texts.dropFirst()) {
      sections.append(
        Section(
          page: source.title, heading: heading.text, address: "\(source.output)#\(heading.anchor)",
          text: text.split(separator: " ").joined(separator: " ")))
    }
    return sections
  }
}
