import CGD
import Foundation
import Support

/// Paints a display list into a libgd true-colour image.
///
/// Shapes and the outlines of text go through ``CoverageMask`` straight into gd's pixel rows.
/// Axis-parallel shapes and strokes are moved to whole pixels, so that axes and bars are equally sharp everywhere.
final class Rasterizer {
  let image: gdImagePtr
  let width: Int
  let height: Int
  let dpi: Int
  /// Pixels per point.
  private let scale: Double
  private let coverage: CoverageMask

  init(size: Size, dpi: Int, background: Color) throws(FigureError) {
    (width, height) = try Rasterizer.check(size, dpi: dpi)
    self.dpi = dpi
    scale = Double(dpi) / 72
    guard let image = gdImageCreateTrueColor(Int32(width), Int32(height)) else {
      throw FigureError("no memory for a picture of \(width)×\(height) pixels")
    }
    self.image = image
    gdImageSetResolution(image, UInt32(dpi), UInt32(dpi))
    // gd's own filled rectangle sets pixel by pixel.
    for y in 0..<height { image.pointee.tpixels?[y]?.update(repeating: background.packed, count: width) }
    coverage = CoverageMask(width: width, height: height)
  }

  deinit { gdImageDestroy(image) }

  /// The pixels of a page. Throws ``FigureError`` for a size that no picture of any format can have.
  @discardableResult
  static func check(_ size: Size, dpi: Int) throws(FigureError) -> (width: Int, height: Int) {
    guard (20...2400).contains(dpi) else { throw FigureError("dpi must be 20 to 2400, not \(dpi)") }
    let scale = Double(dpi) / 72
    let (w, h) = ((size.width * scale).rounded(), (size.height * scale).rounded())
    guard w >= 1, h >= 1, w <= 32768, h <= 32768, w * h <= 200e6 else {
      throw FigureError(
        "a figure of \(size.width)×\(size.height) points at \(dpi) dpi is no sensible picture")
    }
    return (Int(w), Int(h))
  }

  func draw(_ list: DisplayList) throws {
    for item in list.items {
      try Cancellation.check()
      switch item {
      case .fill(let path, let color): try fill(path, color)
      case .stroke(let path, let stroke): try self.stroke(path, stroke)
      case .text(let run): try text(run)
      case .image(let pixels, let rect, let scaling): try photograph(pixels, rect, scaling)
      case .beginClip(let rect): clip(to: rect)
      case .endClip: coverage.clip = (0, 0, width, height)
      }
    }
  }

  private func clip(to rect: Rect) {
    func whole(_ v: Double, _ limit: Int) -> Int { Int(min(max((v * scale).rounded(), 0), Double(limit))) }
    coverage.clip = (
      whole(rect.x, width), whole(rect.y, height), whole(rect.right, width), whole(rect.bottom, height)
    )
  }

  // MARK: Shapes

  private func fill(_ path: Path, _ color: Color) throws {
    var polygons = try path.flattened(scale: scale)
    if polygons.allSatisfy({ $0.isAxisParallel }) {
      for i in polygons.indices { polygons[i].snapToPixels() }
    }
    for polygon in polygons { try add(polygon.points) }
    coverage.commit()
    blend(color)
  }

  private func stroke(_ path: Path, _ stroke: Stroke) throws {
    var lines = try path.flattened(scale: scale)
    let snapped = lines.allSatisfy { $0.isAxisParallel }
    let half = stroke.width * scale / 2
    let outline = StrokeOutline(
      halfWidth: snapped ? max((2 * half).rounded(), 1) / 2 : half, cap: stroke.cap, square: snapped)
    if !stroke.dash.isEmpty {
      lines = try lines.flatMap { try $0.dashed(stroke.dash.map { $0 * scale }) }
    }
    // A bar of whole pixels ends up to a pixel away from its side, and so does what a side's outline touches.
    let reach = outline.halfWidth + 2
    for (i, line) in lines.enumerated() {
      if i & 0x3F == 0x3F { try Cancellation.check() }
      try outline.pieces(
        of: line, isHidden: { coverage.isCovered(from: $0, to: $1, reach: reach) }
      ) { piece in
        try add(piece)
        coverage.commit()
      }
    }
    blend(stroke.color)
  }

  private func add(_ points: [Point]) throws {
    guard var last = points.last else { return }
    for (i, point) in points.enumerated() {
      if i & 0xFFF == 0xFFF { try Cancellation.check() }
      coverage.edge(last.x, last.y, point.x, point.y)
      last = point
    }
  }

  private func blend(_ color: Color) {
    let opacity = Int32((min(max(color.alpha, 0), 1) * 255).rounded())
    let (r, g, b) = (Int32(color.red), Int32(color.green), Int32(color.blue))
    guard let rows = image.pointee.tpixels else { return }
    coverage.drain { y, first, bytes in
      guard let row = rows[y] else { return }
      for i in bytes.indices where bytes[i] != 0 {
        let a = (Int32(bytes[i]) * opacity + 127) / 255
        if a == 255 {
          row[first + i] = r << 16 | g << 8 | b
          continue
        }
        let old = row[first + i]
        @inline(__always) func mix(_ new: Int32, _ old: Int32) -> Int32 {
          (new * a + old * (255 - a) + 127) / 255
        }
        row[first + i] = mix(r, old >> 16 & 255) << 16 | mix(g, old >> 8 & 255) << 8 | mix(b, old & 255)
      }
    }
  }

  // MARK: Text and photographs

  /// Draws the outlines of the glyphs where they were measured. The baseline of level text is moved to whole pixels, as
  /// the heights of its letters are.
  private func text(_ run: TextRun) throws {
    let isLevel = run.angle == 0
    let x = run.origin.x * scale
    let y = isLevel ? (run.origin.y * scale).rounded() : run.origin.y * scale
    guard abs(x) < 1e6, abs(y) < 1e6 else { return }
    let size = run.size * scale
    let turn = run.angle * Double.pi / 180
    let (c, s) = isLevel ? (size, 0) : (cos(turn) * size, sin(turn) * size)
    for glyph in try TextEngine.outlines(of: run.text, face: run.face, pixels: isLevel ? size : nil) {
      let outline = glyph.path.mapped { p in
        Point(x + (p.x + glyph.x) * c - p.y * s, y - (p.x + glyph.x) * s - p.y * c)
      }
      for polygon in try outline.flattened(scale: 1) { try add(polygon.points) }
    }
    coverage.commit()
    blend(run.color)
  }

  private func photograph(_ pixels: Pixels, _ rect: Rect, _ scaling: ImageScaling) throws(FigureError) {
    let x0 = Int((rect.x * scale).rounded())
    let y0 = Int((rect.y * scale).rounded())
    let w = Int((rect.right * scale).rounded()) - x0
    let h = Int((rect.bottom * scale).rounded()) - y0
    guard w > 0, h > 0, w <= 32768, h <= 32768 else { return }
    // gd's own scaling shifts what it enlarges: by half a pixel where it is smooth, by one at the boundaries where it is not.
    switch scaling {
    case .nearest: copy(pixels, x0, y0, w, h) { x, y in (x * pixels.width / w, y * pixels.height / h) }
    case .mitchell:
      copy(try CubicScaling.scaled(pixels, width: w, height: h), x0, y0, w, h) { x, y in (x, y) }
    }
  }

  /// Copies `w`×`h` pixels to (x0, y0) inside the clip; gdImageCopy would blend one by one.
  @inline(__always)
  private func copy(
    _ source: Pixels, _ x0: Int, _ y0: Int, _ w: Int, _ h: Int, from place: (Int, Int) -> (Int, Int)
  ) {
    guard let to = image.pointee.tpixels else { return }
    let clip = coverage.clip
    let (top, left) = (max(y0, clip.top), max(x0, clip.left))
    for y in top..<max(min(y0 + h, clip.bottom), top) {
      guard let target = to[y] else { continue }
      let row = place(0, y - y0).1 * source.width
      for x in left..<max(min(x0 + w, clip.right), left) {
        target[x] = source.color(row + place(x - x0, 0).0)
      }
    }
  }
}

extension Color {
  /// 0x00RRGGBB, gd's opaque true colour.
  var packed: Int32 { Int32(red) << 16 | Int32(green) << 8 | Int32(blue) }
}
