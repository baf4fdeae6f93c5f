import Support

extension Filmstrip {
  private var margin: Double { 3 }
  private var gap: Double { 3 }
  private var clipGap: Double { 7 }
  private var textSize: Double { style.fontSize * 0.9 }
  private var lineHeight: Double { textSize * 1.3 }
  private var titleHeight: Double { style.fontSize * 1.4 }
  /// The widest frame, in points, and the narrowest where nobody says how many stand side by side.
  private var sides: ClosedRange<Double> { 36...144 }

  /// Where things are that all clips have in common.
  private struct Columns {
    /// Width of the texts beside the frames, with the gap behind them.
    var label: Double
    /// Frames side by side.
    var count: Int
    /// Width of a frame.
    var side: Double
  }

  /// One step with its texts set; nil for a clip that has none.
  private struct Row {
    var step: Film.Step?
    var heading: [TextLayout]
    var lines: [TextLayout]
    var height: Double
  }

  /// A clip with its texts set.
  private struct Section {
    var clip: Film
    var title: [TextLayout]
    var rows: [Row]
  }

  /// What is drawn: as wide as ``GlimpseOptions/width`` and as tall as its content.
  ///
  /// Throws ``FigureError`` for senseless options and for fonts that cannot be used, `Interrupted` when a stop was asked
  /// for.
  public func displayList() throws -> DisplayList {
    let shown = groups.filter { !$0.items.isEmpty }
    let remarks = Remarks()
    let setter = try Typesetter(style.fonts, remarks: remarks)
    let columns = try columns(of: shown.flatMap(\.items), setter)
    var parts: [(heading: [TextLayout], sections: [Section])] = []
    var height = 2 * margin
    for group in shown {
      let heading = try setter.wrapped(
        group.heading, size: style.titleSize, bold: true, width: options.width - 2 * margin)
      let sections = try group.items.map { try section($0, columns, setter) }
      height += DisplayList.headingHeight(heading, style)
      for section in sections { height += self.height(of: section) + clipGap }
      parts.append((heading, sections))
    }
    height -= clipGap
    guard height <= 20000 else {
      throw FigureError(
        "filmstrip: \(shown.map(\.items.count).reduce(0, +)) clips with their steps are too many for one picture"
      )
    }
    var list = DisplayList(size: Size(width: options.width, height: height), background: style.background)
    var y = margin
    for part in parts {
      list.heading(part.heading, at: &y, from: margin, to: options.width - margin, style)
      for section in part.sections {
        try draw(section, at: y, columns, into: &list)
        y += self.height(of: section) + clipGap
      }
    }
    list.remarks = remarks.all
    return list
  }

  // MARK: Arrangement

  /// The room for the texts beside the frames, as wide as the widest of them and at most a fifth of the strip or so.
  private func labelWidth(_ clips: [Film], _ setter: Typesetter) throws(FigureError) -> Double {
    let most = min(options.width * 0.22, 100)
    var widest = 0.0
    for step in clips.lazy.flatMap(\.steps) where widest < most {
      for line in [step.answer] + step.lines.prefix(12) where !line.isEmpty {
        widest = max(widest, try setter.line(line, size: textSize).width)
      }
      if !step.heading.isEmpty {
        widest = max(widest, try setter.line(step.heading, size: textSize, bold: true).width)
      }
    }
    // A little more, so that rounding breaks no line.
    return widest > 0 ? min(widest + 0.5, most) + 2 * gap : 0
  }

  private func columns(of clips: [Film], _ setter: Typesetter) throws(FigureError) -> Columns {
    guard options.width >= 50, options.width <= 10000 else {
      throw FigureError("filmstrip: the width must be 50 to 10000 points, not \(options.width)")
    }
    guard let most = clips.map(\.frames.count).max() else {
      throw FigureError("filmstrip: there are no clips to show")
    }
    if let columns = options.columns, columns < 1 {
      throw FigureError("filmstrip: columns must be 1 or more, not \(columns)")
    }
    let label = try labelWidth(clips, setter)
    let room = options.width - 2 * margin - label
    let fitting = max(Int((room + gap) / (sides.lowerBound + gap)), 1)
    // Where one line is not enough, all lines have about as many frames.
    let lines = (most + fitting - 1) / fitting
    let count = min(options.columns ?? (most + lines - 1) / lines, most)
    let side = (room - gap * Double(count - 1)) / Double(count)
    guard side >= 8 else {
      throw FigureError("filmstrip: \(count) frames side by side do not fit into \(options.width) points")
    }
    return Columns(label: label, count: count, side: min(side, sides.upperBound))
  }

  private func section(_ clip: Film, _ columns: Columns, _ setter: Typesetter) throws -> Section {
    try Cancellation.check()
    guard clip.steps.count <= 1000 else {
      throw FigureError("filmstrip: \(clip.steps.count) steps are too many for one clip")
    }
    let title = try setter.wrapped(
      clip.title, size: style.fontSize, bold: true, width: options.width - 2 * margin)
    let width = columns.label - 2 * gap
    let rows = try clip.steps.map { step throws(FigureError) -> Row in
      var lines: [TextLayout] = []
      for line in ([step.answer] + step.lines).filter({ !$0.isEmpty }).prefix(12) {
        lines += try setter.wrapped(line, size: textSize, width: max(width, textSize))
      }
      let heading = try setter.wrapped(
        step.heading, size: textSize, bold: true, width: max(width, textSize))
      let texts = lineHeight * Double(heading.count + lines.count)
      return Row(
        step: step, heading: heading, lines: lines, height: max(texts, framesHeight(clip, columns)))
    }
    let plain = Row(step: nil, heading: [], lines: [], height: framesHeight(clip, columns))
    return Section(clip: clip, title: title, rows: rows.isEmpty ? [plain] : rows)
  }

  private func frameHeight(_ clip: Film, _ side: Double) -> Double {
    let first = clip.frames[0]
    return min(side * Double(first.height) / Double(first.width), 2 * side)
  }

  private func framesHeight(_ clip: Film, _ columns: Columns) -> Double {
    let lines = Double((clip.frames.count + columns.count - 1) / columns.count)
    return lines * (frameHeight(clip, columns.side) + gap) - gap
  }

  private func height(of section: Section) -> Double {
    titleHeight * Double(section.title.count) + section.rows.map { $0.height + gap }.reduce(0, +) - gap
  }

  // MARK: Drawing

  private func draw(_ section: Section, at top: Double, _ columns: Columns, into list: inout DisplayList)
    throws
  {
    var y = top
    for line in section.title {
      line.draw(at: Point(margin, y + style.fontSize * 0.95), color: style.ink, into: &list)
      y += titleHeight
    }
    for row in section.rows {
      drawTexts(of: row, at: y, into: &list)
      let height = frameHeight(section.clip, columns.side)
      for (number, pixels) in section.clip.frames.enumerated() {
        try Cancellation.check()
        let (line, column) = number.quotientAndRemainder(dividingBy: columns.count)
        let place = Rect(
          x: margin + columns.label + Double(column) * (columns.side + gap),
          y: y + Double(line) * (height + gap), width: columns.side, height: height)
        draw(pixels, number, row.step, in: place, into: &list)
      }
      y += row.height + gap
    }
  }

  private func drawTexts(of row: Row, at y: Double, into list: inout DisplayList) {
    guard let step = row.step else { return }
    var baseline = y + textSize * 0.95
    let pale = Color(0x8A8A8A)
    for line in row.heading {
      line.draw(
        at: Point(margin, baseline), color: step.isTaken ? options.colors.color(step.isCorrect) : pale,
        into: &list)
      baseline += lineHeight
    }
    for line in row.lines {
      line.draw(at: Point(margin, baseline), color: step.isTaken ? style.ink : pale, into: &list)
      baseline += lineHeight
    }
  }

  /// Draws one frame into the middle of its place.
  private func draw(
    _ pixels: Pixels, _ number: Int, _ step: Film.Step?, in place: Rect, into list: inout DisplayList
  ) {
    let scale = min(place.width / Double(pixels.width), place.height / Double(pixels.height))
    let size = Size(width: Double(pixels.width) * scale, height: Double(pixels.height) * scale)
    let box = Rect(
      x: place.center.x - size.width / 2, y: place.y, width: size.width, height: size.height)
    list.image(pixels, in: box, options.interpolation)
    guard let step else { return }
    list.clip(to: box)
    defer { list.endClip() }
    guard step.sees(number) else {
      return list.fill(Path(box), style.background.opacity(0.7))
    }
    let rect = step.patch(in: number)?.rect(scale: scale, in: box)
    if let rect, options.dim > 0 {
      list.fill(GlimpseGrid.rest(of: box, without: [rect]), Color.black.opacity(min(options.dim, 1)))
    }
    if !step.isTaken { list.fill(Path(box), style.background.opacity(0.55)) }
    let color = options.colors.color(step.isCorrect)
    list.frame(
      rect ?? box, step.isTaken ? color : color.opacity(0.5), width: max(min(box.width / 60, 1.4), 0.7))
  }
}
