import Foundation

extension Notebook.Output {
  /// An output as front ends of Jupyter show it: the same thing by media type, of which they choose one.
  public struct Bundle: Sendable {
    /// By media type; pictures but SVG are base64.
    public var data: [JSONValue.Member]
    /// By media type, such as the size of a picture on the page.
    public var metadata: [JSONValue.Member] = []

    public init(data: [JSONValue.Member], metadata: [JSONValue.Member] = []) {
      self.data = data
      self.metadata = metadata
    }

    /// A bundle of plain text.
    public init(text: String) { self.init(data: [.init("text/plain", .string(text))]) }
  }

  /// What the output shows; nil for streams and errors, which have messages of their own.
  public var bundle: Bundle? {
    switch self {
    case .text, .remark, .error: nil
    case .value(let text): Bundle(text: text)
    case .markdown(let text):
      Bundle(data: [.init("text/markdown", .string(text)), .init("text/plain", .string(text))])
    case .table(let table):
      Bundle(data: [.init("text/html", .string(table.html)), .init("text/plain", .string(table.text))])
    case .figure(let picture): picture.bundle
    }
  }
}

extension Notebook.Picture {
  /// Pixels of a browser for a point: print sizes are small for a screen.
  private static let pixelsPerPoint = 1.9

  /// The most bytes of a format beside the first: notebooks hold all of them.
  private static let mostBytes = 4 << 20

  fileprivate var bundle: Notebook.Output.Bundle {
    var data: [JSONValue.Member] = []
    var metadata: [JSONValue.Member] = []
    for (i, file) in files.enumerated() where i == 0 || file.content.count <= Self.mostBytes {
      let isText = file.mediaType == "image/svg+xml"
      let text = isText ? String(decoding: file.content, as: UTF8.self) : file.content.base64EncodedString()
      data.append(.init(file.mediaType, .string(text)))
      guard !isText, width.isFinite, height.isFinite, 1...1e5 ~= width, 1...1e5 ~= height else { continue }
      metadata.append(
        .init(
          file.mediaType,
          [
            "width": .integer(Int((width * Self.pixelsPerPoint).rounded())),
            "height": .integer(Int((height * Self.pixelsPerPoint).rounded())),
          ]))
    }
    data.append(.init("text/plain", .string("[figure \(name)]" + (caption.isEmpty ? "" : " " + caption))))
    return .init(data: data, metadata: metadata)
  }
}

extension Notebook.Table {
  /// The most rows that a page shows; reports have all of them in a file.
  private static let shownRows = 200

  /// The table for a page, which front ends of Jupyter style: its caption, names, and at most 200 rows.
  public var html: String {
    let alignments = columns.indices.map { " style=\"text-align:\(isNumeric($0) ? "right" : "left")\"" }
    func row(_ cells: [String], _ element: String) -> String {
      "<tr>" + zip(cells, alignments).map { "<\(element)\($1)>\(HTMLText.escape($0))</\(element)>" }.joined()
        + "</tr>"
    }
    var html = "<table>\n"
    if !caption.isEmpty { html += "<caption>\(HTMLText.escape(caption))</caption>\n" }
    html += "<thead>" + row(columns, "th") + "</thead>\n<tbody>\n"
    for cells in rows.prefix(Self.shownRows) { html += row(padded(cells).map(\.shown), "td") + "\n" }
    html += "</tbody>\n</table>\n"
    if rows.count > Self.shownRows { html += "<p>The first \(Self.shownRows) of \(rows.count) rows.</p>\n" }
    return html
  }
}
