import Foundation
import Support

extension GlimpseGrid {
  private var margin: Double { 3 }
  private var gap: Double { Self.gap }
  private var titleSize: Double { style.fontSize }
  private var titleHeight: Double { titleSize * 1.3 }

  /// What is drawn: the picture is as wide as ``GlimpseOptions/width`` and as tall as its content.
  ///
  /// Throws ``FigureError`` for senseless options and for fonts that cannot be used, `Interrupted` when a
  /// stop was asked for.
  public func displayList() throws -> DisplayList {
    let shown = groups.filter { !$0.items.isEmpty }
    let (columns, side) = try arrangement(of: shown)
    // Heights come first: the picture is as tall as its content.
    let remarks = Remarks()
    let setter = try Typesetter(style.fonts, remarks: remarks)
    var sections: [(heading: [TextLayout], rows: [Row])] = []
    var height = 2 * margin
    for group in shown {
      let heading = try setter.wrapped(
        group.heading, size: style.titleSize, bold: true, width: options.width - 2 * margin)
      let rows = try rows(of: group, columns).map { try row($0, side, setter) }
      height += DisplayList.headingHeight(heading, style)
      for row in rows { height += row.titleHeight + row.imageHeight + row.captionHeight + gap }
      sections.append((heading, rows))
    }
    height -= gap
    guard height <= 20000 else {
      throw FigureError(
        "glimpses: \(shown.map(\.items.count).reduce(0, +)) images are too many for one picture")
    }
    var list = DisplayList(size: Size(width: options.width, height: height), background: style.background)
    var y = margin
    for section in sections {
      list.heading(section.heading, at: &y, from: margin, to: options.width - margin, style)
      for row in section.rows {
        try Cancellation.check()
        try draw(row, at: y, side: side, setter, into: &list)
        y = y + row.titleHeight + row.imageHeight + row.captionHeight + gap
      }
    }
    list.remarks = remarks.all
    return list
  }

  /// How many images stand side by side, and how wide each may be; throws ``FigureError`` for senseless options.
  private func arrangement(of shown: [Group]) throws(FigureError) -> (columns: Int, side: Double) {
    guard options.width >= 50, options.width <= 10000 else {
      throw FigureError("glimpses: the width must be 50 to 10000 points, not \(options.width)")
    }
    guard !shown.isEmpty else { throw FigureError("glimpses: there are no images to show") }
    if let columns = options.columns, !(1...20).contains(columns) {
      throw FigureError("glimpses: columns must be 1 to 20, not \(columns)")
    }
    let most = shown.map(\.items.count).max() ?? 1
    let fitting = Self.columns(width: options.width)
    let columns = options.columns ?? min(max(most, min(3, fitting)), fitting)
    let side = (options.width - 2 * margin - gap * Double(columns - 1)) / Double(columns)
    guard side >= 12 else {
      throw FigureError("glimpses: \(columns) columns do not fit into \(options.width) points")
    }
    return (columns, side)
  }

  /// Draws a row whose titles begin at `y`.
  private func draw(
    _ row: Row, at y: Double, side: Double, _ setter: Typesetter, into list: inout DisplayList
  ) throws(FigureError) {
    let top = y + row.titleHeight
    for (i, glimpse) in row.images.enumerated() {
      let x = margin + Double(i) * (side + gap)
      let box = frame(of: glimpse, in: Rect(x: x, y: top, width: side, height: row.imageHeight))
      for (j, line) in row.titles[i].enumerated() {
        let baseline = y + titleSize * 0.92 + titleHeight * Double(j)
        line.draw(at: Point(x + (side - line.width) / 2, baseline), color: style.ink, into: &list)
      }
      try draw(glimpse, in: box, setter, into: &list)
      drawCaption(row.captions[i], at: Point(x, top + row.imageHeight), width: side, into: &list)
    }
  }

  /// A row of images with what is written above and below them.
  private struct Row {
    var images: [Glimpse]
    var titles: [[TextLayout]]
    var captions: [[Caption]]
    var titleHeight = 0.0
    var imageHeight = 0.0
    var captionHeight = 0.0
  }

  /// The line of one step: "t  prediction … p %".
  private struct Caption {
    var number: TextLayout
    var name: [TextLayout]
    var percent: TextLayout
    var color: Color
    var lines: Int { max(name.count, 1) }
  }

  private func row(_ images: [Glimpse], _ side: Double, _ setter: Typesetter) throws(FigureError) -> Row {
    var row = Row(images: images, titles: [], captions: [])
    for image in images {
      row.titles.append(try setter.wrapped(image.title, size: titleSize, width: side))
      row.captions.append(options.hasCaptions ? try captions(of: image, side, setter) : [])
    }
    row.titleHeight = titleHeight * Double(max(row.titles.map(\.count).max() ?? 1, 1))
    row.imageHeight = rowHeight(images, side)
    if options.hasCaptions {
      let lines = row.captions.map { $0.map(\.lines).reduce(0, +) }.max() ?? 0
      row.captionHeight = captionSize * (1.3 * Double(lines) + 0.4)
    }
    return row
  }

  private func captions(of glimpse: Glimpse, _ width: Double, _ setter: Typesetter) throws(FigureError)
    -> [Caption]
  {
    var captions: [Caption] = []
    for (i, step) in glimpse.steps.enumerated() {
      let percent = try setter.line(Self.percent(step.confidence), size: captionSize)
      let room = width - percent.width - captionSize * 1.6
      captions.append(
        Caption(
          number: try setter.line("\(glimpse.firstStep + i)", size: captionSize, bold: true),
          name: try setter.wrapped(step.prediction, size: captionSize, width: max(room, captionSize * 3)),
          percent: percent, color: options.colors.color(step.isCorrect)))
    }
    return captions
  }

  private func rows(of group: Group, _ columns: Int) -> [[Glimpse]] {
    stride(from: 0, to: group.items.count, by: columns).map {
      Array(group.items[$0..<min($0 + columns, group.items.count)])
    }
  }

  /// The height of a row's images: cells are square for most, extreme shapes are fitted into at most twice
  /// the width.
  private func rowHeight(_ row: [Glimpse], _ side: Double) -> Double {
    row.map { min(side * Double($0.pixels.height) / Double($0.pixels.width), 2 * side) }.max() ?? side
  }

  /// The image's place, centred in its cell.
  private func frame(of glimpse: Glimpse, in cell: Rect) -> Rect {
    let scale = min(
      cell.width / Double(glimpse.pixels.width), cell.height / Double(glimpse.pixels.height))
    let (w, h) = (Double(glimpse.pixels.width) * scale, Double(glimpse.pixels.height) * scale)
    return Rect(x: cell.center.x - w / 2, y: cell.y, width: w, height: h)
  }

  private func draw(
    _ glimpse: Glimpse, in box: Rect, _ setter: Typesetter, into list: inout DisplayList
  ) throws(FigureError) {
    list.image(glimpse.pixels, in: box, options.interpolation)
    let scale = box.width / Double(glimpse.pixels.width)
    let width = max(min(box.width / 70, 1.6), 0.8)
    list.clip(to: box)
    let patches = glimpse.steps.compactMap(\.patch).map { $0.rect(scale: scale, in: box) }
    if options.dim > 0, !patches.isEmpty {
      list.fill(GlimpseGrid.rest(of: box, without: patches), Color.black.opacity(min(options.dim, 1)))
    }
    // Later steps lie above earlier ones.
    let frames = glimpse.steps.map { step in
      (rect: step.patch?.rect(scale: scale, in: box) ?? box, color: options.colors.color(step.isCorrect))
    }
    for frame in frames { list.frame(frame.rect, frame.color, width: width) }
    list.endClip()
    try drawTags(glimpse, frames, in: box, setter, into: &list)
  }

  private var captionSize: Double { style.fontSize * 0.9 }

  private func drawCaption(
    _ captions: [Caption], at corner: Point, width: Double, into list: inout DisplayList
  ) {
    var baseline = corner.y + captionSize * 1.2
    for caption in captions {
      caption.number.draw(at: Point(corner.x, baseline), color: caption.color, into: &list)
      caption.percent.draw(
        at: Point(corner.x + width - caption.percent.width, baseline), color: style.ink, into: &list)
      for (i, line) in caption.name.enumerated() {
        line.draw(
          at: Point(corner.x + captionSize * 1.1, baseline + captionSize * 1.3 * Double(i)), color: style.ink,
          into: &list)
      }
      baseline += captionSize * 1.3 * Double(caption.lines)
    }
  }

  /// A confidence as text, such as "94 %".
  static func percent(_ confidence: Double) -> String {
    confidence.isFinite ? "\(Int((min(max(confidence, 0), 1) * 100).rounded())) %" : "–"
  }
}
