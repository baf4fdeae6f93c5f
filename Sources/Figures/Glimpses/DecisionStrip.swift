import Support

/// The steps of one image side by side: the image with its patches, then the glance and each patch as the network saw
/// it, and below each what was answered, read and decided. Steps that the image did not take are pale.
public struct DecisionStrip: Drawing {
  /// One step.
  public struct Step: Sendable, Hashable {
    /// What the network saw.
    public var pixels: Pixels
    /// Where that is in the image; nil for the glance.
    public var patch: Glimpse.Patch?
    /// What stands above, such as "step 2: stays".
    public var heading: String
    /// What stands below, line by line.
    public var lines: [String]
    /// Whether the prediction is right; nil where nobody knows.
    public var isCorrect: Bool?
    /// Whether the image took the step.
    public var isTaken: Bool

    public init(
      pixels: Pixels, patch: Glimpse.Patch?, heading: String, lines: [String], isCorrect: Bool?, isTaken: Bool
    ) {
      self.pixels = pixels
      self.patch = patch
      self.heading = heading
      self.lines = lines
      self.isCorrect = isCorrect
      self.isTaken = isTaken
    }
  }

  /// The image.
  public var image: Pixels
  /// What stands above the image, such as "698 – palace".
  public var title: String
  /// The steps, the glance first.
  public var steps: [Step]
  public var colors: GlimpseOptions.Colors
  /// Width of the picture in points.
  public var width: Double
  public var style: FigureStyle

  public init(
    image: Pixels, title: String, steps: [Step], colors: GlimpseOptions.Colors = .greenRed,
    width: Double = FigureSize.twoColumns.size.width, style: FigureStyle = .paper
  ) {
    self.image = image
    self.title = title
    self.steps = steps
    self.colors = colors
    self.width = width
    self.style = style
  }

  private static let margin = 3.0
  private static let gap = 6.0

  /// One picture of the strip with its texts.
  private struct Tile {
    var pixels: Pixels
    var frames: [(patch: Glimpse.Patch?, color: Color)]
    var heading: [TextLayout]
    var lines: [TextLayout]
    var isPale: Bool
  }

  /// What is drawn, as tall as its content.
  ///
  /// Throws ``FigureError`` for senseless widths and for fonts that cannot be used, `Interrupted` when a stop was asked
  /// for.
  public func displayList() throws -> DisplayList {
    guard width >= 50, width <= 10000 else {
      throw FigureError("decision strip: the width must be 50 to 10000 points, not \(width)")
    }
    guard steps.count <= 1000 else { throw FigureError("decision strip: \(steps.count) steps are too many") }
    let remarks = Remarks()
    let setter = try Typesetter(style.fonts, remarks: remarks)
    let columns = min(steps.count + 1, max(2, GlimpseGrid.columns(width: width)))
    let side = (width - 2 * Self.margin - Self.gap * Double(columns - 1)) / Double(columns)
    guard side >= 12 else { throw FigureError("decision strip: \(width) points are too narrow") }
    let tiles = try tiles(side, setter)
    let rows = stride(from: 0, to: tiles.count, by: columns).map {
      Array(tiles[$0..<min($0 + columns, tiles.count)])
    }
    let heights = rows.map { height(of: $0, side) }
    let total = heights.reduce(0, +) + Self.gap * Double(rows.count - 1) + 2 * Self.margin
    guard total <= 20000 else { throw FigureError("decision strip: the picture would be too tall") }
    var list = DisplayList(size: Size(width: width, height: total), background: style.background)
    var y = Self.margin
    for (row, height) in zip(rows, heights) {
      try Cancellation.check()
      draw(row, at: y, side, into: &list)
      y += height + Self.gap
    }
    list.remarks = remarks.all
    return list
  }

  private func tiles(_ side: Double, _ setter: Typesetter) throws(FigureError) -> [Tile] {
    let taken = steps.filter(\.isTaken).map { (patch: $0.patch, color: colors.color($0.isCorrect)) }
    var tiles = [
      Tile(
        pixels: image, frames: taken,
        heading: try setter.wrapped(title, size: style.fontSize, bold: true, width: side), lines: [],
        isPale: false)
    ]
    for step in steps {
      var lines: [TextLayout] = []
      for line in step.lines.prefix(12) {
        lines += try setter.wrapped(line, size: textSize, width: side)
      }
      tiles.append(
        Tile(
          pixels: step.pixels, frames: [(patch: nil, color: colors.color(step.isCorrect))],
          heading: try setter.wrapped(step.heading, size: style.fontSize, bold: true, width: side),
          lines: lines, isPale: !step.isTaken))
    }
    return tiles
  }

  private var textSize: Double { style.fontSize * 0.9 }
  private var headingHeight: Double { style.fontSize * 1.3 }
  private var lineHeight: Double { textSize * 1.3 }

  private func imageHeight(_ pixels: Pixels, _ side: Double) -> Double {
    min(side * Double(pixels.height) / Double(max(pixels.width, 1)), 2 * side)
  }

  private func headings(of row: [Tile]) -> Double {
    headingHeight * Double(row.map(\.heading.count).max() ?? 1)
  }

  private func height(of row: [Tile], _ side: Double) -> Double {
    let lines = Double(row.map(\.lines.count).max() ?? 0)
    return headings(of: row) + (row.map { imageHeight($0.pixels, side) }.max() ?? side)
      + lineHeight * lines + (lines > 0 ? 3 : 0)
  }

  private func draw(_ row: [Tile], at y: Double, _ side: Double, into list: inout DisplayList) {
    let top = y + headings(of: row)
    let tallest = row.map { imageHeight($0.pixels, side) }.max() ?? side
    for (index, tile) in row.enumerated() {
      let x = Self.margin + Double(index) * (side + Self.gap)
      let ink = tile.isPale ? Color(0x8A8A8A) : style.ink
      for (number, line) in tile.heading.enumerated() {
        let baseline = y + style.fontSize * 0.92 + headingHeight * Double(number)
        line.draw(at: Point(x, baseline), color: ink, into: &list)
      }
      let box = frame(of: tile.pixels, x: x, y: top, side)
      draw(tile, in: box, into: &list)
      for (number, line) in tile.lines.enumerated() {
        let baseline = top + tallest + lineHeight * Double(number + 1)
        line.draw(at: Point(x, baseline), color: ink, into: &list)
      }
    }
  }

  /// The place of a picture: as wide as its tile, unless it is very tall.
  private func frame(of pixels: Pixels, x: Double, y: Double, _ side: Double) -> Rect {
    let scale = min(side / Double(max(pixels.width, 1)), 2 * side / Double(max(pixels.height, 1)))
    return Rect(x: x, y: y, width: Double(pixels.width) * scale, height: Double(pixels.height) * scale)
  }

  private func draw(_ tile: Tile, in box: Rect, into list: inout DisplayList) {
    list.image(tile.pixels, in: box, .mitchell)
    let scale = box.width / Double(max(tile.pixels.width, 1))
    let line = max(min(box.width / 70, 1.6), 0.8)
    list.clip(to: box)
    if tile.isPale { list.fill(Path(box), Color.white.opacity(0.55)) }
    for frame in tile.frames {
      let rect = frame.patch?.rect(scale: scale, in: box) ?? box
      let color = tile.isPale ? frame.color.opacity(0.5) : frame.color
      list.frame(rect, color, width: line)
    }
    list.endClip()
  }

  /// One row per step: step, taken, row, column, size, correct and what stands below it.
  public func csv() throws -> String {
    CSV.text(
      header: ["step", "taken", "row", "column", "size", "correct", "heading", "text"],
      rows: steps.enumerated().map { index, step in
        let patch = step.patch.map { [$0.row + 1, $0.column + 1, $0.size].map(CSV.number) } ?? ["", "", ""]
        return ["\(index + 1)", step.isTaken ? "1" : "0"] + patch
          + [step.isCorrect.map { $0 ? "1" : "0" } ?? "", step.heading, step.lines.joined(separator: "; ")]
      })
  }
}
