import CCairo
import CFreeType
import Foundation
import Support
import Synchronization

extension DisplayList {
  /// The list as a PDF file of one page: shapes are shapes, text is text of fonts that are embedded, with the glyphs that it
  /// uses. The same list gives the same bytes.
  ///
  /// cairo is installed where it is missing, if nobody has to be asked for a password.
  ///
  /// - Parameter dpi: the resolution of enlarged images, and that at which nothing of a long line may be missed.
  /// - Throws: ``FigureError`` for a size that no picture can have and where cairo cannot be had, `Interrupted` when a stop
  ///   was asked for.
  public func pdf(dpi: Int = 300) throws -> Data {
    try Rasterizer.check(size, dpi: dpi)
    try CairoLibrary.ensure()
    return try PDFRenderer(dpi: dpi).render(self)
  }
}

extension PictureFormat {
  /// Pages, as LaTeX includes them.
  public static let pdf = PictureFormat(
    name: "PDF", ending: "pdf", mediaType: "application/pdf", prepare: { try CairoLibrary.ensure($0) }
  ) { list, dpi in try list.pdf(dpi: dpi) }
}

/// Writes a display list as PDF through cairo.
private struct PDFRenderer {
  let dpi: Int

  /// What the file names as its maker.
  private static let creator = "gfnet-lab"

  /// The bytes so far. cairo calls back from the thread that draws.
  private final class Output { var bytes = Data() }

  func render(_ list: DisplayList) throws -> Data {
    let output = Output()
    let closure = Unmanaged.passUnretained(output).toOpaque()
    let page = gf_pdf_new(
      list.size.width, list.size.height,
      { closure, bytes, count in
        guard let closure, let bytes else { return count == 0 }
        Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue().bytes.append(bytes, count: Int(count))
        return true
      }, closure)
    guard let page else { throw FigureError("no memory for a PDF") }
    let drawing = Result { try draw(list, on: page) }
    // The fonts are read while the file's end is written.
    let problem = PDFFonts.shared.whileHeld { gf_pdf_finish(page) }
    try drawing.get()
    if let problem { throw FigureError("cairo could not write a PDF: \(String(cString: problem))") }
    return withExtendedLifetime(output) { output.bytes }
  }

  private func draw(_ list: DisplayList, on page: OpaquePointer) throws {
    gf_pdf_describe(page, list.title.filter { $0 != "\0" }, Self.creator)
    var isClipped = false
    func endClip() {
      if isClipped { gf_pdf_unclip(page) }
      isClipped = false
    }
    let whole = Rect(x: 0, y: 0, width: list.size.width, height: list.size.height)
    try fill(Path(whole), list.background, on: page)
    for item in list.items {
      try Cancellation.check()
      switch item {
      case .fill(let path, let color): try fill(path, color, on: page)
      case .stroke(let path, let stroke):
        try self.stroke(try VectorStroke(path, stroke, size: list.size, dpi: dpi), on: page)
      case .text(let run): try text(run, on: page)
      case .image(let pixels, let rect, let scaling): try image(pixels, rect, scaling, on: page)
      case .beginClip(let rect):
        endClip()
        guard rect.isFinite else { continue }
        gf_pdf_clip(page, rect.x, rect.y, max(rect.width, 0), max(rect.height, 0))
        isClipped = true
      case .endClip: endClip()
      }
    }
    endClip()
  }

  // MARK: Shapes

  private func trace(_ path: Path, on page: OpaquePointer) throws {
    for (i, element) in path.elements.enumerated() {
      if i & 0xFFF == 0xFFF { try Cancellation.check() }
      switch element {
      case .move(let p): gf_pdf_move(page, p.x, p.y)
      case .line(let p): gf_pdf_line(page, p.x, p.y)
      case .cubic(let a, let b, let p): gf_pdf_cubic(page, a.x, a.y, b.x, b.y, p.x, p.y)
      case .close: gf_pdf_close(page)
      }
    }
  }

  private func fill(_ path: Path, _ color: Color, on page: OpaquePointer) throws {
    guard color.alpha > 0 else { return }
    try trace(path.finite, on: page)
    gf_pdf_fill(page, color.parts)
  }

  private func stroke(_ line: VectorStroke, on page: OpaquePointer) throws {
    try trace(line.path, on: page)
    let stroke = line.stroke
    gf_pdf_stroke(
      page, stroke.color.parts, stroke.width, stroke.dash, Int32(clamping: stroke.dash.count),
      stroke.cap == .round, line.isSquare)
  }

  // MARK: Text and images

  private func text(_ run: TextRun, on page: OpaquePointer) throws {
    guard run.origin.isFinite, run.size.isFinite, run.size > 0, run.angle.isFinite else { return }
    let angle = run.angle * Double.pi / 180
    let (c, s) = (cos(angle) * run.size, sin(angle) * run.size)
    let placed = try TextEngine.glyphs(of: run.text, face: run.face)
    let glyphs = zip(placed, run.text.unicodeScalars).map { glyph, scalar in
      gf_pdf_glyph(
        index: UInt(glyph.index), x: run.origin.x + glyph.x * c, y: run.origin.y - glyph.x * s,
        bytes: Int32(clamping: UTF8.width(scalar)))
    }
    try PDFFonts.shared.withFont(run.face) { font in
      gf_pdf_text(
        page, font, run.size, angle, run.color.parts, run.text, Int32(clamping: run.text.utf8.count), glyphs,
        Int32(clamping: glyphs.count))
    }
  }

  private func image(
    _ pixels: Pixels, _ rect: Rect, _ scaling: ImageScaling, on page: OpaquePointer
  ) throws {
    guard rect.isFinite, rect.width > 0, rect.height > 0 else { return }
    let fitted = try pixels.fitted(to: rect, scaling, dpi: dpi, repeats: true)
    let packed = (0..<fitted.width * fitted.height).map { UInt32(bitPattern: fitted.color($0)) }
    gf_pdf_image(
      page, packed, Int32(fitted.width), Int32(fitted.height), rect.x, rect.y, rect.width, rect.height,
      scaling == .mitchell)
  }
}

/// cairo's fonts, one for each file. They live as long as the program, as cairo keeps what it has made of them; their faces
/// of FreeType's are their own, because cairo does not expect others to change a face's size.
private final class PDFFonts: Sendable {
  static let shared = PDFFonts()

  private struct State: ~Copyable {
    var faces = FontFaces()
    var fonts: [FilePath: UnsafeMutableRawPointer] = [:]
  }

  private let state = Mutex(State())

  /// Runs `body` with cairo's font for a file while no other thread uses a font.
  func withFont(_ file: FontFile, _ body: (UnsafeMutableRawPointer) -> Void) throws {
    try state.withLock { state in
      if let font = state.fonts[file.path] { return body(font) }
      let face = try state.faces.face(of: file)
      guard let font = gf_pdf_font(face) else { throw FigureError("no memory for font \(file.path)") }
      state.fonts[file.path] = font
      body(font)
    }
  }

  /// Runs `body` while no other thread uses a font.
  func whileHeld(_ body: () -> UnsafePointer<CChar>?) -> UnsafePointer<CChar>? {
    state.withLock { _ in
      nonisolated(unsafe) let result = body()
      return result
    }
  }
}

extension Color {
  /// The parts from 0 to 1.
  fileprivate var parts: gf_pdf_color {
    gf_pdf_color(
      red: Double(red) / 255, green: Double(green) / 255, blue: Double(blue) / 255,
      alpha: alpha.isFinite ? alpha.clamped(0, 1) : 1)
  }
}
