import CMarkdown
import Foundation
import Support

/// GitHub's Markdown to HTML, by cmark-gfm in safe mode: raw HTML and `javascript:` links are dropped.
struct MarkdownHTML {
  struct Heading: Equatable {
    var level: Int
    var text: String
    /// The `id` of the heading's element.
    var anchor: String
  }

  var html: String
  var headings: [Heading]
  /// Bytes of the images that were embedded.
  private(set) var imageBytes = 0

  /// - Parameters:
  ///   - title: a leading level-1 heading of this text is left out, because the page already shows it.
  ///   - imageFolder: where relative image paths start; such images are embedded. Without one all images stay links
  ///     to files.
  ///   - imageRoom: the most bytes of embedded images: a few words name a large one, again and again.
  ///   - anchor: gives a heading's text an `id` that is unique on the page.
  init(
    _ text: String, without title: String? = nil, imageFolder: FilePath?, imageRoom: Int = .max,
    anchor: (String) -> String
  ) {
    html = ""
    headings = []
    let source = HTMLText.visible(text.replacing("\r\n", with: "\n"))
    if let excess = MarkdownCost(source).excess {
      html = MarkdownHTML.asTyped(source, because: excess)
      return
    }
    _ = MarkdownHTML.extensionsAreRegistered
    guard let parser = cmark_parser_new(MarkdownHTML.options) else { return }
    defer { cmark_parser_free(parser) }
    for name in ["table", "strikethrough", "autolink", "tasklist"] {
      if let syntax = cmark_find_syntax_extension(name) {
        cmark_parser_attach_syntax_extension(parser, syntax)
      }
    }
    let math = MarkdownMath(source)
    let bytes = Array(math.text.utf8)
    bytes.withUnsafeBytes { raw in
      cmark_parser_feed(parser, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
    }
    guard let document = cmark_parser_finish(parser) else { return }
    defer { cmark_node_free(document) }

    // Nodes are freed last: a listed image may be inside a heading that was taken out.
    var discarded: [OpaquePointer] = []
    defer { discarded.forEach { cmark_node_free($0) } }
    for node in MarkdownHTML.nodes(of: document) {
      switch cmark_node_get_type(node) {
      case CMARK_NODE_HEADING:
        let level = Int(cmark_node_get_heading_level(node))
        let text = math.typed(in: MarkdownHTML.plainText(of: node))
        if level == 1, text == title, cmark_node_previous(node) == nil,
          cmark_node_parent(node) == document
        {
          cmark_node_unlink(node)
          discarded.append(node)
        } else {
          let heading = Heading(level: level, text: text, anchor: anchor(text))
          headings.append(heading)
          if let old = MarkdownHTML.giveAnchor(heading, to: node) { discarded.append(old) }
        }
      case CMARK_NODE_CODE_BLOCK:
        if let old = MarkdownHTML.highlightLua(node) { discarded.append(old) }
      case CMARK_NODE_IMAGE:
        if let imageFolder, let old = embed(node, folder: imageFolder, room: imageRoom) {
          discarded.append(old)
        }
      default: break
      }
    }
    if let result = cmark_render_html(
      document, MarkdownHTML.options, cmark_parser_get_syntax_extensions(parser))
    {
      html = math.restored(in: String(cString: result))
      free(result)
    }
  }

  /// The options of cmark; without CMARK_OPT_UNSAFE its mode is the safe one.
  private static let options =
    CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_TABLE_PREFER_STYLE_ATTRIBUTES | CMARK_OPT_GITHUB_PRE_LANG

  /// The page for text that would take cmark too long, or too much memory: the text as it was typed.
  private static func asTyped(_ text: String, because excess: String) -> String {
    let parts = HTMLText.shortened(text)
    var html = "<p class=\"remark\">This Markdown is shown as it was typed: \(HTMLText.escape(excess)).</p>\n"
    html += "<pre class=\"out\" tabindex=\"0\">\(HTMLText.escape(parts.head))"
    if parts.omitted > 0 {
      html += "\n… \(parts.omitted) lines left out …\n\(HTMLText.escape(parts.tail))"
    }
    return html + "</pre>\n"
  }

  private static let extensionsAreRegistered: Bool = {
    cmark_gfm_core_extensions_ensure_registered()
    return true
  }()

  /// Headings, code blocks and images in document order, listed first so that they may be replaced.
  private static func nodes(of document: OpaquePointer) -> [OpaquePointer] {
    var result: [OpaquePointer] = []
    guard let iterator = cmark_iter_new(document) else { return [] }
    defer { cmark_iter_free(iterator) }
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { return result }
      guard event == CMARK_EVENT_ENTER, let node = cmark_iter_get_node(iterator) else { continue }
      let type = cmark_node_get_type(node)
      if type == CMARK_NODE_HEADING || type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_IMAGE {
        result.append(node)
      }
    }
  }

  private static func plainText(of node: OpaquePointer) -> String {
    var result = ""
    guard let iterator = cmark_iter_new(node) else { return "" }
    defer { cmark_iter_free(iterator) }
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { return result }
      guard event == CMARK_EVENT_ENTER, let inner = cmark_iter_get_node(iterator) else { continue }
      let type = cmark_node_get_type(inner)
      if type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE {
        result += literal(of: inner)
      } else if type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK {
        result += " "
      }
    }
  }

  private static func literal(of node: OpaquePointer) -> String {
    cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
  }

  /// Puts an `id` on a heading. cmark cannot, but renders a custom block's tags as they are.
  private static func giveAnchor(_ heading: Heading, to node: OpaquePointer) -> OpaquePointer? {
    guard let block = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK) else { return nil }
    cmark_node_set_on_enter(block, "<h\(heading.level) id=\"\(HTMLText.escape(heading.anchor))\">")
    cmark_node_set_on_exit(block, "</h\(heading.level)>")
    while let child = cmark_node_first_child(node) {
      guard cmark_node_append_child(block, child) == 1 else { break }
    }
    return replace(node, by: block)
  }

  private static func highlightLua(_ node: OpaquePointer) -> OpaquePointer? {
    let info = cmark_node_get_fence_info(node).map { String(cString: $0) } ?? ""
    // A word behind the language is the name of a file.
    guard info.lowercased().split(separator: " ").first == "lua",
      let block = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK)
    else { return nil }
    let code = literal(of: node)
    let html = LuaHighlighter.html(code.hasSuffix("\n") ? String(code.dropLast()) : code)
    cmark_node_set_on_enter(block, "<pre class=\"lua\"><code>\(html)</code></pre>")
    return replace(node, by: block)
  }

  /// A picture beside the script is embedded; any other is shown as a link, so that opening a report never
  /// contacts another machine.
  private mutating func embed(_ node: OpaquePointer, folder: FilePath, room: Int) -> OpaquePointer? {
    let address = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
    if address.lowercased().hasPrefix("data:") { return nil }
    // A picture has eight megabytes at most, and is not even read where it might not fit.
    if imageBytes <= room - Self.largestImage, let data = Self.localImage(address, folder: folder) {
      imageBytes += data.utf8.count
      cmark_node_set_url(node, data)
      return nil
    }
    guard let link = cmark_node_new(CMARK_NODE_LINK) else { return nil }
    cmark_node_set_url(link, address)
    if cmark_node_first_child(node) == nil, let text = cmark_node_new(CMARK_NODE_TEXT) {
      cmark_node_set_literal(text, address)
      cmark_node_append_child(node, text)
    }
    while let child = cmark_node_first_child(node) {
      guard cmark_node_append_child(link, child) == 1 else { break }
    }
    return Self.replace(node, by: link)
  }

  private static let largestImage = 8 << 20

  /// The data URI of an image file under `folder`; nil when there is none.
  private static func localImage(_ address: String, folder: FilePath) -> String? {
    guard let path = address.removingPercentEncoding, !path.hasPrefix("/"), !path.contains(":"),
      !path.split(separator: "/").contains("..")
    else { return nil }
    let file = folder / path
    // A link may lead anywhere, also one of the folders on the way.
    guard FileStatus(file, followsLinks: false)?.kind == .regular, let root = folder.resolved,
      file.resolved?.starts(with: root) ?? false,
      let data = try? InputFile.data(of: file, limit: largestImage), let type = imageType(data)
    else { return nil }
    return "data:\(type);base64," + data.base64EncodedString()
  }

  /// The media type that the first bytes say, whatever the file's name.
  private static func imageType(_ data: Data) -> String? {
    if data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
    if data.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if data.starts(with: Array("GIF8".utf8)) { return "image/gif" }
    if data.starts(with: Array("RIFF".utf8)), data.dropFirst(8).starts(with: Array("WEBP".utf8)) {
      return "image/webp"
    }
    return nil
  }

  /// Puts a node in another's place; returns the one that is no longer in the document, for the caller to
  /// free.
  private static func replace(_ node: OpaquePointer, by other: OpaquePointer) -> OpaquePointer {
    cmark_node_replace(node, other) == 1 ? node : other
  }
}
