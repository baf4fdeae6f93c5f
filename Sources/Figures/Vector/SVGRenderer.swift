import Foundation
import Support

extension DisplayList {
  /// The list as an SVG file: text is text, shapes are shapes, and the same list gives the same bytes.
  ///
  /// Nothing in the file refers to anything outside of it, and no text from a script becomes markup.
  ///
  /// - Parameter dpi: the resolution of enlarged images, and that at which nothing of a long line may be missed.
  /// - Throws: ``FigureError`` for a size that no picture can have, `Interrupted` when a stop was asked for.
  public func svg(dpi: Int = 300) throws -> Data {
    var renderer = SVGRenderer(self, dpi: dpi)
    return try renderer.render()
  }
}

extension PictureFormat {
  /// Shapes and text, for pages and for drawing programs.
  public static let svg = PictureFormat(name: "SVG", ending: "svg", mediaType: "image/svg+xml") {
    list, dpi in try list.svg(dpi: dpi)
  }
}

/// Writes a display list as SVG 1.1. A unit is a point.
struct SVGRenderer {
  private let list: DisplayList
  private let dpi: Int
  private var body = XMLBytes()
  private var definitions = XMLBytes()
  private var clips: [Rect: Int] = [:]
  private var isClipped = false
  private var fonts: [FontFile: String] = [:]
  /// Shapes that stand in several places, and how many times each was met.
  private var shapes: [Shape: (count: Int, number: Int?)] = [:]
  private var shapeCount = 0

  /// A shape wherever it stands, with its colours.
  private struct Shape: Hashable {
    var words: [UInt8]
    var look: String
  }

  /// So many equal shapes are written once.
  private static let leastEqual = 4
  /// Shapes of fewer bytes are written wherever they stand.
  private static let leastBytes = 24
  /// Longer paths are lines, of which there are no two.
  private static let mostSteps = 64
  /// Stands where names of definitions begin until the file is known; pages with several figures need them to differ. No
  /// text has it, as XML cannot say it.
  private static let placeholder: UInt8 = 1

  init(_ list: DisplayList, dpi: Int) {
    self.list = list
    self.dpi = dpi
  }

  mutating func render() throws -> Data {
    try Rasterizer.check(list.size, dpi: dpi)
    try countShapes()
    for (i, item) in list.items.enumerated() {
      if i & 0xFF == 0 { try Cancellation.check() }
      switch item {
      case .fill(let path, let color): draw(path.finite, look: SVGRenderer.look(of: color, "fill"))
      case .stroke(let path, let stroke):
        let line = try VectorStroke(path, stroke, size: list.size, dpi: dpi)
        draw(line.path, look: SVGRenderer.look(of: line))
      case .text(let run): try text(run)
      case .image(let pixels, let rect, let scaling): try image(pixels, rect, scaling)
      case .beginClip(let rect): clip(to: rect)
      case .endClip: endClip()
      }
    }
    endClip()
    return file()
  }

  // MARK: The file

  private func file() -> Data {
    var out = XMLBytes()
    let (width, height) = (XMLBytes.short(list.size.width), XMLBytes.short(list.size.height))
    out.add(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" \
      width="\(width)pt" height="\(height)pt" viewBox="0 0 \(width) \(height)" role="img" xml:space="preserve" \
      text-rendering="geometricPrecision" stroke-linejoin="round" stroke-miterlimit="4" \
      style="font-variant-ligatures:none">

      """)
    if !list.title.isEmpty {
      out.add("<title>")
      out.add(text: list.title)
      out.add("</title>\n")
    }
    if !definitions.bytes.isEmpty {
      out.add("<defs>\n")
      out.add(definitions.bytes)
      out.add("</defs>\n")
    }
    if list.background.alpha > 0 {
      out.add("<rect width=\"\(width)\" height=\"\(height)\"\(Self.look(of: list.background, "fill"))/>\n")
    }
    out.add(body.bytes)
    out.add("</svg>\n")
    return Data(named(out.bytes))
  }

  /// The file with names of its own for what it defines: a hash of the rest (FNV-1a).
  private func named(_ bytes: [UInt8]) -> [UInt8] {
    guard !definitions.bytes.isEmpty else { return bytes }
    var hash: UInt32 = 2_166_136_261
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    // Names begin with a letter.
    let digits = String(hash, radix: 16)
    let name = Array(("f" + String(repeating: "0", count: 8 - digits.count) + digits).utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 16)
    for byte in bytes {
      if byte == Self.placeholder { result += name } else { result.append(byte) }
    }
    return result
  }

  // MARK: Shapes

  private mutating func countShapes() throws {
    for (i, item) in list.items.enumerated() {
      if i & 0xFF == 0 { try Cancellation.check() }
      switch item {
      case .fill(let path, let color):
        count(path.finite, SVGRenderer.look(of: color, "fill"))
      case .stroke(let path, let stroke):
        guard path.elements.count <= Self.mostSteps else { continue }
        let line = try VectorStroke(path, stroke, size: list.size, dpi: dpi)
        count(line.path, SVGRenderer.look(of: line))
      default: continue
      }
    }
  }

  private mutating func count(_ path: Path, _ look: String) {
    if let (shape, _) = shape(path, look) { shapes[shape, default: (0, nil)].count += 1 }
  }

  /// The shape and where it stands; nil for one that is written wherever it stands.
  private func shape(_ path: Path, _ look: String) -> (Shape, Point)? {
    guard path.elements.count <= Self.mostSteps, case .move(let corner)? = path.elements.first else {
      return nil
    }
    let words = path.words(from: corner)
    return words.count < Self.leastBytes ? nil : (Shape(words: words, look: look), corner)
  }

  private mutating func draw(_ path: Path, look: String) {
    guard !path.isEmpty else { return }
    if let (shape, corner) = shape(path, look), let known = shapes[shape], known.count >= Self.leastEqual {
      let number = known.number ?? define(shape)
      body.add("<use xlink:href=\"#\u{1}s\(number)\"")
      body.add("x", corner.x)
      body.add("y", corner.y)
      body.add("/>\n")
      return
    }
    body.add("<path d=\"")
    body.add(path.words(from: nil))
    body.add("\"\(look)/>\n")
  }

  private mutating func define(_ shape: Shape) -> Int {
    shapeCount += 1
    shapes[shape]?.number = shapeCount
    definitions.add("<path id=\"\u{1}s\(shapeCount)\" d=\"")
    definitions.add(shape.words)
    definitions.add("\"\(shape.look)/>\n")
    return shapeCount
  }

  /// A colour as attributes.
  private static func look(of color: Color, _ what: String) -> String {
    let hex = String(UInt32(bitPattern: color.packed), radix: 16)
    let alpha = color.alpha.isFinite ? color.alpha.clamped(0, 1) : 1
    return " \(what)=\"#\(String(repeating: "0", count: 6 - hex.count))\(hex)\""
      + (alpha < 1 ? " \(what)-opacity=\"\(XMLBytes.short(alpha))\"" : "")
  }

  private static func look(of line: VectorStroke) -> String {
    let stroke = line.stroke
    var look = " fill=\"none\"" + look(of: stroke.color, "stroke")
    look += " stroke-width=\"\(XMLBytes.short(stroke.width))\""
    if !stroke.dash.isEmpty {
      look += " stroke-dasharray=\"\(stroke.dash.map(XMLBytes.short).joined(separator: " "))\""
    }
    if stroke.cap == .round { look += " stroke-linecap=\"round\"" }
    if line.isSquare { look += " stroke-linejoin=\"miter\"" }
    return look
  }

  // MARK: Limits

  private mutating func clip(to rect: Rect) {
    endClip()
    let number = clips[rect] ?? clips.count + 1
    if clips[rect] == nil {
      clips[rect] = number
      definitions.add("<clipPath id=\"\u{1}c\(number)\"><rect")
      definitions.add("x", rect.x)
      definitions.add("y", rect.y)
      definitions.add("width", max(rect.width, 0))
      definitions.add("height", max(rect.height, 0))
      definitions.add("/></clipPath>\n")
    }
    body.add("<g clip-path=\"url(#\u{1}c\(number))\">\n")
    isClipped = true
  }

  private mutating func endClip() {
    if isClipped { body.add("</g>\n") }
    isClipped = false
  }

  // MARK: Text and images

  private mutating func text(_ run: TextRun) throws {
    guard run.origin.isFinite, run.size.isFinite, run.size > 0 else { return }
    body.add("<text")
    body.add("x", run.origin.x)
    body.add("y", run.origin.y)
    if run.angle != 0 {
      let place = "\(XMLBytes.short(run.origin.x)) \(XMLBytes.short(run.origin.y))"
      body.add(" transform=\"rotate(\(XMLBytes.short(-run.angle)) \(place))\"")
    }
    body.add(try font(run.face))
    body.add("font-size", run.size)
    body.add(Self.look(of: run.color, "fill"))
    body.add(words: try SVGWord.words(of: run), from: run.origin.x)
    body.add("</text>\n")
  }

  private mutating func font(_ face: FontFile) throws -> String {
    if let known = fonts[face] { return known }
    let (family, isBold, isItalic) = try TextEngine.name(of: face)
    let families = SVGFontNames.families(like: family).map { name in
      SVGFontNames.generic.contains(name) ? name : "'\(name)'"
    }
    var font = " font-family=\"\(XMLBytes.escaped(families.joined(separator: ", ")))\""
    if isBold { font += " font-weight=\"bold\"" }
    if isItalic { font += " font-style=\"italic\"" }
    fonts[face] = font
    return font
  }

  private mutating func image(_ pixels: Pixels, _ rect: Rect, _ scaling: ImageScaling) throws {
    guard rect.isFinite, rect.width > 0, rect.height > 0 else { return }
    let fitted = try pixels.fitted(to: rect, scaling, dpi: dpi, repeats: false)
    body.add("<image")
    body.add("x", rect.x)
    body.add("y", rect.y)
    body.add("width", rect.width)
    body.add("height", rect.height)
    body.add(" preserveAspectRatio=\"none\"")
    if scaling == .nearest { body.add(" image-rendering=\"pixelated\"") }
    let data = try fitted.png().base64EncodedString()
    body.add(" xlink:href=\"data:image/png;base64,\(data)\"/>\n")
  }
}
