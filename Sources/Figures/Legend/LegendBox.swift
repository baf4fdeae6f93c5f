/// The legend measured, and later placed where it hides least.
///
/// Names are never cut: long ones take several lines, many take several columns.
struct LegendBox {
  struct Entry {
    var label: String
    /// The width of the name in one line.
    var width: Double
    var text: [TextLayout]
    /// The layers of this name, whose marks stand beside it on one another.
    var samples: [any PlotLayer]

    /// True for what is shown as a stretch of line.
    var isStretch: Bool { samples.first.map { $0.mark == .stretch } ?? true }
  }

  private(set) var entries: [Entry] = []
  private(set) var size = Size(width: 0, height: 0)
  var origin = Point(0, 0)
  var box: Rect { Rect(x: origin.x, y: origin.y, width: size.width, height: size.height) }
  private(set) var columns = 1
  private let fixedColumns: Int?
  private let isStack: Bool
  private var columnWidths: [Double] = []
  private var rowHeights: [Double] = []
  private let fontSize: Double
  private let lineHeight: Double
  private var padding = 4.0
  private var sampleWidth: Double
  private var gap = 4.5
  private let columnGap = 9.0
  var framed: Bool { didSet { padding = framed ? 4 : 1 } }
  /// True when no place was found that leaves the data visible.
  var hidesData = false
  /// Distance of a legend above the axes from their frame.
  var lift = 3.0
  /// What stands between the axes and a legend beside them.
  var aside = 0.0

  /// The legend of some axes; nil when no series has a label or the legend is switched off.
  /// `oncePerLabel` takes only the first of several layers with one label, for the axes of a grid.
  init?(
    _ axes: Axes, style: FigureStyle, setter: Typesetter, oncePerLabel: Bool = false
  ) throws(FigureError) {
    fontSize = style.fontSize
    lineHeight = style.fontSize * 1.12
    let labelled = axes.layers.filter { $0.label != nil }
    sampleWidth = style.fontSize * (labelled.map { $0.mark.width }.max() ?? LegendMark.sign.width)
    framed = axes.legend.frame
    isStack = axes.stacked
    guard axes.legend.place != .none else { return nil }
    var order: [String] = []
    var samples: [String: [any PlotLayer]] = [:]
    for layer in axes.layers {
      guard let label = layer.label, !label.isEmpty else { continue }
      if samples[label] == nil { order.append(label) } else if oncePerLabel { continue }
      samples[label, default: []].append(layer)
    }
    guard !order.isEmpty else { return nil }
    fixedColumns = axes.legend.columns.map { min(max($0, 1), order.count) }
    for label in order {
      let text = try setter.line(label, size: style.fontSize)
      entries.append(Entry(label: label, width: text.width, text: [text], samples: samples[label] ?? []))
    }
    arrange(fixedColumns ?? 1)
  }

  private var inset: Double { sampleWidth + gap }

  /// The narrowest box in which the names can be read.
  var narrowest: Double {
    inset + 2 * padding + min(entries.map(\.width).max() ?? 0, fontSize * 6)
  }

  /// Arranges the names in as many columns as `width` allows.
  mutating func spread(width: Double, setter: Typesetter) throws(FigureError) {
    framed = false
    if let fixedColumns {
      for count in (1...fixedColumns).reversed() {
        let each = (width - 2 * padding - Double(count - 1) * columnGap) / Double(count)
        try wrap(each - inset, setter)
        arrange(count)
        if size.width <= width { return }
      }
      return
    }
    try wrap(width - 2 * padding - inset, setter)
    var count = min(entries.count, max(Int(width / inset), 1))
    arrange(count)
    while size.width > width && count > 1 {
      count = min(count, columns) - 1
      arrange(count)
    }
  }

  /// Makes the box narrower, for a place beside the axes, where width is dear.
  mutating func compact() {
    framed = false
    sampleWidth = min(sampleWidth, fontSize * 1.6)
    gap = 3.5
  }

  /// Arranges the names in a column no wider than `width` with everything; in more where that makes it less
  /// high than `height`.
  mutating func stack(width: Double, height: Double, setter: Typesetter) throws(FigureError) {
    let count = fixedColumns ?? 1
    let each = (width - 2 * padding - Double(count - 1) * columnGap) / Double(count)
    try wrap(each - inset, setter)
    arrange(count)
    guard fixedColumns == nil else { return }
    for more in [2, 3] where size.height > height && more <= entries.count {
      let before = columns
      arrange(more)
      if size.width > width {
        arrange(before)
        return
      }
    }
  }

  private mutating func wrap(_ width: Double, _ setter: Typesetter) throws(FigureError) {
    for i in entries.indices {
      entries[i].text = try setter.wrapped(entries[i].label, size: fontSize, width: max(width, fontSize * 2))
    }
  }

  /// The names in the order in which they are drawn: in one column, a stack is read from its top down.
  private var shown: [Entry] {
    guard isStack, columns == 1 else { return entries }
    return entries.filter { !$0.isStretch }.reversed() + entries.filter(\.isStretch)
  }

  /// Arranges the names in this many columns, or in fewer when the last ones would be empty.
  mutating func arrange(_ wanted: Int) {
    columns = max(wanted, 1)
    let rows = (entries.count + columns - 1) / columns
    columns = (entries.count + rows - 1) / rows
    let shown = shown
    columnWidths = [Double](repeating: inset, count: columns)
    rowHeights = [Double](repeating: 0, count: rows)
    for (i, entry) in shown.enumerated() {
      let widest = entry.text.map(\.width).max() ?? 0
      columnWidths[i / rows] = max(columnWidths[i / rows], inset + widest)
      let height = lineHeight * Double(max(entry.text.count, 1)) + fontSize * 0.26
      rowHeights[i % rows] = max(rowHeights[i % rows], height)
    }
    size = Size(
      width: columnWidths.reduce(0, +) + Double(columns - 1) * columnGap + 2 * padding,
      height: rowHeights.reduce(0, +) + 2 * padding - 2)
  }

  func draw(style: FigureStyle, into list: inout DisplayList) {
    if framed {
      let path = Path.rounded(box, radius: 1.5)
      list.fill(path, style.background.opacity(0.9))
      list.stroke(path, Stroke(Color(0xB4B4B4), width: 0.5))
    }
    let rows = rowHeights.count
    var x = box.x + padding
    for (column, width) in columnWidths.enumerated() {
      var y = box.y + padding - 1
      for row in 0..<rows where column * rows + row < entries.count {
        let entry = shown[column * rows + row]
        var middle = y + (rowHeights[row] - lineHeight * Double(entry.text.count - 1)) / 2
        let half = fontSize * 1.38 * 0.3
        let sample = Rect(x: x, y: middle - half, width: sampleWidth, height: 2 * half)
        for layer in entry.samples { layer.paintMark(in: sample, style: style, into: &list) }
        for line in entry.text {
          line.draw(at: Point(x + inset, middle + fontSize * 0.24), color: style.ink, into: &list)
          middle += lineHeight
        }
        y += rowHeights[row]
      }
      x += width + columnGap
    }
  }
}
