import CGD
import Foundation
import Support

extension DisplayList {
  /// The list as a PNG file at `dpi` pixels per inch. The same list gives the same bytes.
  ///
  /// Throws ``FigureError`` for a size that no picture can have, `Interrupted` when a stop was asked for.
  public func png(dpi: Int = 300) throws -> Data {
    let rasterizer = try Rasterizer(size: size, dpi: dpi, background: background)
    try rasterizer.draw(self)
    return try rasterizer.png()
  }
}

extension PictureFormat {
  /// Pictures of pixels, without loss.
  public static let png = PictureFormat(name: "PNG", ending: "png", mediaType: "image/png") { list, dpi in
    try list.png(dpi: dpi)
  }
}

/// Paints a display list into a libgd true-colour image.
///
/// Shapes go through ``CoverageMask`` straight into gd's pixel rows, text through gd's FreeType renderer.
/// Axis-parallel shapes and strokes are moved to whole pixels, so that axes and bars are equally sharp everywhere.
final class Rasterizer {
  let image: gdImagePtr
  let width: Int
  let height: Int
  /// Pixels per point.
  private let scale: Double
  private let coverage: CoverageMask

  init(size: Size, dpi: Int, background: Color) throws(FigureError) {
    guard (20...2400).contains(dpi) else { throw FigureError("dpi must be 20 to 2400, not \(dpi)") }
    let scale = Double(dpi) / 72
    let (w, h) = ((size.width * scale).rounded(), (size.height * scale).rounded())
    guard w >= 1, h >= 1, w <= 32768, h <= 32768, w * h <= 200e6 else {
      throw FigureError(
        "a figure of \(size.width)×\(size.height) points at \(dpi) dpi is no sensible picture")
    }
    (width, height, self.scale) = (Int(w), Int(h), scale)
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

  /// The image as PNG; level 6, because level 9 takes four times as long for 4 %.
  func png() throws(FigureError) -> Data {
    var count: Int32 = 0
    guard let bytes = gdImagePngPtrEx(image, &count, 6) else {
      throw FigureError("libgd could not write a PNG")
    }
    defer { gdFree(bytes) }
    return Data(bytes: bytes, count: Int(count))
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

  private func text(_ run: TextRun) throws {
    let x = (run.origin.x * scale).rounded()
    let y = (run.origin.y * scale).rounded()
    guard abs(x) < 1e6, abs(y) < 1e6 else { return }
    if TextEngine.isOutlined(run.text, run.face) { return try outlined(run) }
    try TextEngine.draw(run, on: image, pixelSize: run.size * scale, x: Int32(x), y: Int32(y))
  }

  private func outlined(_ run: TextRun) throws {
    let turn = run.angle * Double.pi / 180
    let (c, s) = (cos(turn) * run.size, sin(turn) * run.size)
    var pen = 0.0
    for outline in try TextEngine.outlines(of: run.text, face: run.face) {
      let start = pen
      try fill(
        outline.path.mapped { p in
          Point(run.origin.x + (p.x + start) * c - p.y * s, run.origin.y - (p.x + start) * s - p.y * c)
        }, run.color)
      pen += outline.advance
    }
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

extension Pixels {
  /// gd's true colour of a pixel, counted row by row.
  @inline(__always)
  fileprivate func color(_ pixel: Int) -> Int32 {
    if channels == 1 { return Int32(bytes[pixel]) * 0x010101 }
    let i = 3 * pixel
    return Int32(bytes[i]) << 16 | Int32(bytes[i + 1]) << 8 | Int32(bytes[i + 2])
  }
}
