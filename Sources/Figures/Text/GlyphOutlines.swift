import CFreeType
import Foundation
import Support

/// Outlines and sizes of single glyphs.
///
/// Not safe for several threads; ``TextEngine`` holds its lock.
struct GlyphOutlines {
  /// Sizes of a glyph in units of the font size, heights from the baseline.
  struct Metrics: Sendable {
    var index: UInt32
    var advance: Double
    var bottom: Double
    var top: Double
  }

  private struct Key: Hashable {
    var path: FilePath
    var index: UInt32
    /// Sixty-fourths of a pixel; 0 for the outline as it was designed.
    var size: Int
  }

  private struct CharacterKey: Hashable {
    var path: FilePath
    var scalar: UInt32
  }

  private var metrics: [CharacterKey: Metrics] = [:]
  private var outlines: [Key: Path] = [:]
  /// What is kept of each kind: more than a page has, and less than the characters of a large font.
  private static let cacheLimit = 8192
  /// What fits to the grid of pixels, in pixels: smaller and larger letters are drawn as they were designed.
  private static let levelSizes = 5.0...200

  /// The sizes of the glyph for a character.
  ///
  /// Throws ``FigureError`` when FreeType cannot read the font or its glyph.
  mutating func metrics(
    of scalar: Unicode.Scalar, file: FontFile, in faces: inout FontFaces
  ) throws(FigureError) -> Metrics {
    let key = CharacterKey(path: file.path, scalar: scalar.value)
    if let known = metrics[key] { return known }
    let face = try faces.face(of: file)
    let index = FT_Get_Char_Index(face, FT_ULong(scalar.value))
    guard FT_Load_Glyph(face, index, FT_Int32(gf_load_unscaled)) == 0, let slot = face.pointee.glyph else {
      throw FontFaces.failed(
        file, "cannot read its glyph for U+\(String(scalar.value, radix: 16, uppercase: true))")
    }
    let unit = 1 / Double(max(face.pointee.units_per_EM, 1))
    let sizes = slot.pointee.metrics
    let top = Double(sizes.horiBearingY) * unit
    let found = Metrics(
      index: index, advance: Double(sizes.horiAdvance) * unit, bottom: top - Double(sizes.height) * unit,
      top: top)
    if metrics.count >= Self.cacheLimit { metrics.removeAll() }
    metrics[key] = found
    return found
  }

  /// How much closer, where negative, a glyph stands to the one before, in units of the font size.
  func kerning(
    _ before: UInt32, _ index: UInt32, file: FontFile, in faces: inout FontFaces
  ) throws(FigureError) -> Double {
    let face = try faces.face(of: file)
    var vector = FT_Vector()
    guard FT_Get_Kerning(face, before, index, gf_kerning_unscaled, &vector) == 0 else { return 0 }
    return Double(vector.x) / Double(max(face.pointee.units_per_EM, 1))
  }

  /// The outline of a glyph in units of the font size, y upwards.
  ///
  /// - Parameter pixels: the font size in pixels where the baseline is level: heights of letters are then moved to whole
  ///   pixels, which keeps small text sharp. Widths, and with them the layout, are the same at every size.
  ///
  /// Throws ``FigureError`` when FreeType cannot read the font or its glyph.
  mutating func outline(
    of index: UInt32, file: FontFile, pixels: Double?, in faces: inout FontFaces
  ) throws(FigureError) -> Path {
    let level = pixels.flatMap { Self.levelSizes.contains($0) ? Int(($0 * 64).rounded()) : nil }
    let key = Key(path: file.path, index: index, size: level ?? 0)
    if let known = outlines[key] { return known }
    let face = try faces.face(of: file)
    var unit = 1 / Double(max(face.pointee.units_per_EM, 1))
    var flags = gf_load_unscaled
    if let level, FT_Set_Char_Size(face, 0, FT_F26Dot6(level), 72, 72) == 0 {
      unit = 1 / Double(level)
      flags = gf_load_level
    }
    guard FT_Load_Glyph(face, index, FT_Int32(flags)) == 0, let slot = face.pointee.glyph else {
      throw FontFaces.failed(file, "cannot read its glyph \(index)")
    }
    var pen = OutlinePen(unit: unit)
    guard pen.follow(&slot.pointee.outline) else {
      throw FontFaces.failed(file, "cannot read its glyph \(index)")
    }
    if outlines.count >= Self.cacheLimit { outlines.removeAll() }
    outlines[key] = pen.path
    return pen.path
  }
}

/// Follows an outline of FreeType's.
private struct OutlinePen {
  private let unit: Double
  private(set) var path = Path()
  private var last = Point(0, 0)

  init(unit: Double) { self.unit = unit }

  /// False for an outline that is none.
  mutating func follow(_ outline: inout FT_Outline) -> Bool {
    var funcs = FT_Outline_Funcs()
    funcs.move_to = { to, pen in OutlinePen.with(pen) { $0.move($0.point(to)) } }
    funcs.line_to = { to, pen in OutlinePen.with(pen) { $0.line($0.point(to)) } }
    funcs.conic_to = { control, to, pen in
      OutlinePen.with(pen) { $0.conic($0.point(control), $0.point(to)) }
    }
    funcs.cubic_to = { a, b, to, pen in
      OutlinePen.with(pen) { $0.cubic($0.point(a), $0.point(b), $0.point(to)) }
    }
    let status = withUnsafeMutablePointer(to: &self) { FT_Outline_Decompose(&outline, &funcs, $0) }
    finish()
    return status == 0
  }

  private static func with(_ pointer: UnsafeMutableRawPointer?, _ body: (inout OutlinePen) -> Void) -> Int32 {
    guard let pointer else { return 1 }
    body(&pointer.assumingMemoryBound(to: OutlinePen.self).pointee)
    return 0
  }

  private func point(_ vector: UnsafePointer<FT_Vector>?) -> Point {
    guard let vector = vector?.pointee else { return Point(0, 0) }
    return Point(Double(vector.x) * unit, Double(vector.y) * unit)
  }

  private mutating func move(_ p: Point) {
    finish()
    path.move(p)
    last = p
  }

  private mutating func line(_ p: Point) {
    path.line(p)
    last = p
  }

  /// Adds a quadratic curve as a cubic one.
  private mutating func conic(_ c: Point, _ p: Point) {
    func third(_ a: Point) -> Point { Point(a.x + 2 / 3 * (c.x - a.x), a.y + 2 / 3 * (c.y - a.y)) }
    path.cubic(third(last), third(p), p)
    last = p
  }

  private mutating func cubic(_ a: Point, _ b: Point, _ p: Point) {
    path.cubic(a, b, p)
    last = p
  }

  private mutating func finish() { if !path.isEmpty { path.close() } }
}
