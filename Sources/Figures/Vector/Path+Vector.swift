import Support

extension Path {
  /// Coordinates beyond this are moved here: they are far outside of every page.
  private static let farthest = 1e5

  /// The path as renderers of vectors draw it: broken where a point is not a number, as ``flattened(scale:)`` does, and
  /// with no point farther off than viewers can take.
  var finite: Path {
    var path = Path()
    var isOpen = false
    func near(_ p: Point) -> Point {
      Point(p.x.clamped(-Path.farthest, Path.farthest), p.y.clamped(-Path.farthest, Path.farthest))
    }
    for element in elements {
      switch element {
      case .move(let p):
        isOpen = p.isFinite
        if isOpen { path.move(near(p)) }
      case .line(let p):
        guard p.isFinite else {
          isOpen = false
          continue
        }
        isOpen ? path.line(near(p)) : path.move(near(p))
        isOpen = true
      case .cubic(let a, let b, let p):
        guard isOpen, a.isFinite, b.isFinite, p.isFinite else {
          isOpen = false
          continue
        }
        path.cubic(near(a), near(b), near(p))
      case .close:
        if isOpen { path.close() }
        isOpen = false
      }
    }
    return path
  }

  /// True when every side is straight, and horizontal or vertical: its corners are square then.
  var isAxisParallel: Bool {
    var (first, last): (Point?, Point?)
    func isParallel(_ a: Point?, _ b: Point?) -> Bool {
      guard let a, let b else { return true }
      return a.x == b.x || a.y == b.y
    }
    for element in elements {
      switch element {
      case .move(let p): (first, last) = (p, p)
      case .line(let p):
        guard isParallel(last, p) else { return false }
        last = p
      case .cubic: return false
      case .close:
        guard isParallel(last, first) else { return false }
        last = first
      }
    }
    return true
  }
}

/// A line along a path as renderers of vectors draw it.
struct VectorStroke {
  var path: Path
  var stroke: Stroke
  /// Whether corners are square instead of round.
  var isSquare: Bool

  /// From so many sides on, those that nobody can see are looked for.
  private static let longPath = 20_000
  /// The most pixels that it is looked on.
  private static let mostPixels = 4e6
  /// A pattern of dashes shorter than this, in points, is a solid line.
  private static let shortestDash = 0.06

  /// - Parameters:
  ///   - size: that of the page.
  ///   - dpi: the resolution at which nothing may be missed.
  /// - Throws: `Interrupted`.
  init(_ path: Path, _ stroke: Stroke, size: Size, dpi: Int) throws {
    self.stroke = stroke
    let total = stroke.dash.reduce(0, +)
    if !stroke.dash.allSatisfy({ $0 >= 0 && $0.isFinite }) || total < Self.shortestDash {
      self.stroke.dash = []
    }
    self.path = path.finite
    isSquare = self.path.isAxisParallel
    if self.path.elements.count > Self.longPath, !isSquare { try leaveOutHidden(size, dpi) }
  }

  /// Leaves out the sides that lie wholly beneath other sides of the same line, which is drawn in one coat: of a tangle of a
  /// million sides a few thousand are left. This is how ``Rasterizer`` is quick, too.
  private mutating func leaveOutHidden(_ size: Size, _ dpi: Int) throws {
    let area = max(size.width * size.height, 1)
    let scale = min(Double(dpi) / 72, (Self.mostPixels / area).squareRoot())
    let coverage = CoverageMask(
      width: Int((size.width * scale).clamped(1, 32768)), height: Int((size.height * scale).clamped(1, 32768))
    )
    var lines = try path.flattened(scale: scale)
    if !stroke.dash.isEmpty {
      lines = try lines.flatMap { try $0.dashed(stroke.dash.map { $0 * scale }) }
    }
    let outline = StrokeOutline(halfWidth: stroke.width * scale / 2, cap: stroke.cap, square: false)
    let reach = outline.halfWidth + 2
    var seen = Path()
    var last: Point?
    for line in lines {
      last = nil
      try outline.pieces(
        of: line,
        isHidden: { a, b in
          let isHidden = coverage.isCovered(from: a, to: b, reach: reach)
          if !isHidden {
            if last != a { seen.move(Point(a.x / scale, a.y / scale)) }
            seen.line(Point(b.x / scale, b.y / scale))
            last = b
          }
          return isHidden
        }
      ) { piece in
        guard var before = piece.last else { return }
        for point in piece {
          coverage.edge(before.x, before.y, point.x, point.y)
          before = point
        }
        coverage.commit()
      }
    }
    (path, stroke.dash) = (seen, [])
  }
}

extension Pixels {
  /// The pixels that a file of vectors holds for a rectangle: smoothly enlarged or reduced ones at `dpi`, as the picture of
  /// pixels has them, or for sharp squares each pixel so many times that no viewer's smoothing is seen.
  ///
  /// - Parameter repeats: false where viewers keep squares sharp by themselves.
  func fitted(to rect: Rect, _ scaling: ImageScaling, dpi: Int, repeats: Bool) throws(FigureError) -> Pixels {
    let scale = Double(dpi) / 72
    let w = Int((rect.width * scale).rounded().clamped(1, 32768))
    let h = Int((rect.height * scale).rounded().clamped(1, 32768))
    switch scaling {
    case .mitchell: return try CubicScaling.scaled(self, width: w, height: h)
    case .nearest:
      guard repeats else { return self }
      let (across, down) = ((w + width - 1) / width, (h + height - 1) / height)
      guard across > 1 || down > 1 else { return self }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(width * across * height * down * channels)
      for y in 0..<height {
        var row: [UInt8] = []
        for x in 0..<width {
          let pixel = self.bytes[(y * width + x) * channels..<(y * width + x + 1) * channels]
          for _ in 0..<across { row += pixel }
        }
        for _ in 0..<down { bytes += row }
      }
      return try Pixels(width: width * across, height: height * down, channels: channels, bytes: bytes)
    }
  }
}
