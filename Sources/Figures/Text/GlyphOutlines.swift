import CFreeType
import Foundation
import Support

/// Outlines of single glyphs, for the characters that gd cannot draw: it reads four bytes of UTF-8 as four letters.
///
/// Not safe for several threads; ``TextEngine`` holds its lock.
struct GlyphOutlines: ~Copyable {
  /// An outline in units of the font size, y upwards.
  struct Outline: Sendable {
    var path = Path()
    var advance = 0.0
    // These are the lowest and the highest point.
    var bottom = 0.0
    var top = 0.0
  }

  private struct Key: Hashable {
    var path: FilePath
    var scalar: UInt32
  }

  private var library: FT_Library?
  private var faces: [FilePath: FT_Face] = [:]
  private var known: [Key: Outline] = [:]

  init() {}

  deinit { if let library { FT_Done_FreeType(library) } }

  /// Throws ``FigureError`` when FreeType cannot read the font or its glyph.
  mutating func outline(of scalar: Unicode.Scalar, face file: FontFile) throws(FigureError) -> Outline {
    let key = Key(path: file.path, scalar: scalar.value)
    if let outline = known[key] { return outline }
    func failed(_ what: String) -> FigureError { FigureError("font \(file.path): FreeType \(what)") }
    if library == nil, FT_Init_FreeType(&library) != 0 { throw failed("does not start") }
    if faces[file.path] == nil {
      var face: FT_Face?
      let code = file.path.withPlatformString { FT_New_Face(library, $0, 0, &face) }
      guard code == 0, let face else { throw failed("cannot read it") }
      faces[file.path] = face
    }
    guard let face = faces[file.path] else { throw failed("cannot read it") }
    let index = FT_Get_Char_Index(face, FT_ULong(scalar.value))
    guard FT_Load_Glyph(face, index, FT_Int32(gf_load_unscaled)) == 0, let slot = face.pointee.glyph else {
      throw failed("cannot read its glyph for U+\(String(scalar.value, radix: 16, uppercase: true))")
    }
    let unit = 1 / Double(max(face.pointee.units_per_EM, 1))
    var pen = Pen(unit: unit)
    var funcs = FT_Outline_Funcs()
    funcs.move_to = { to, pen in
      Pen.with(pen) { $0.move($0.point(to)) }
    }
    funcs.line_to = { to, pen in
      Pen.with(pen) { $0.line($0.point(to)) }
    }
    funcs.conic_to = { control, to, pen in
      Pen.with(pen) { $0.conic($0.point(control), $0.point(to)) }
    }
    funcs.cubic_to = { a, b, to, pen in
      Pen.with(pen) { $0.cubic($0.point(a), $0.point(b), $0.point(to)) }
    }
    let status = withUnsafeMutablePointer(to: &pen) {
      FT_Outline_Decompose(&slot.pointee.outline, &funcs, $0)
    }
    guard status == 0 else { throw failed("cannot read its glyph") }
    pen.finish()
    let heights = pen.heights
    let outline = Outline(
      path: pen.path, advance: Double(slot.pointee.metrics.horiAdvance) * unit,
      bottom: heights.min() ?? 0, top: heights.max() ?? 0)
    if known.count > 4096 { known.removeAll() }
    known[key] = outline
    return outline
  }

  /// Follows an outline.
  private struct Pen {
    let unit: Double
    var path = Path()
    var heights: [Double] = []
    private var last = Point(0, 0)

    init(unit: Double) { self.unit = unit }

    static func with(_ pointer: UnsafeMutableRawPointer?, _ body: (inout Pen) -> Void) -> Int32 {
      guard let pointer else { return 1 }
      body(&pointer.assumingMemoryBound(to: Pen.self).pointee)
      return 0
    }

    func point(_ vector: UnsafePointer<FT_Vector>?) -> Point {
      guard let vector = vector?.pointee else { return Point(0, 0) }
      return Point(Double(vector.x) * unit, Double(vector.y) * unit)
    }

    private mutating func reached(_ p: Point) {
      last = p
      heights.append(p.y)
    }

    mutating func move(_ p: Point) {
      finish()
      path.move(p)
      reached(p)
    }

    mutating func line(_ p: Point) {
      path.line(p)
      reached(p)
    }

    /// Adds a quadratic curve as a cubic one.
    mutating func conic(_ c: Point, _ p: Point) {
      func third(_ a: Point) -> Point { Point(a.x + 2 / 3 * (c.x - a.x), a.y + 2 / 3 * (c.y - a.y)) }
      path.cubic(third(last), third(p), p)
      reached(p)
    }

    mutating func cubic(_ a: Point, _ b: Point, _ p: Point) {
      path.cubic(a, b, p)
      reached(p)
    }

    mutating func finish() { if !path.isEmpty { path.close() } }
  }
}
