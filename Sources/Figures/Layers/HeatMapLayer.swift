import Support

/// The cells of a matrix, coloured by their values.
struct HeatMapLayer: PlotLayer {
  /// The values, row by row from the top.
  let values: [Double]
  let rows: Int
  let columns: Int
  let options: HeatMapOptions
  /// What the colours stand for: the values, or in percent their parts of the row.
  private let drawn: [Double]

  /// The most rows or columns, which are more than a picture has pixels.
  private static let limit = 8192
  /// The least size of numbers in points; smaller ones are left out.
  private static let smallestNumber = 4.5

  init(_ values: [Double], rows: Int, columns: Int, options: HeatMapOptions) throws(FigureError) {
    guard !values.isEmpty else { throw FigureError("heat map: there are no values") }
    let limit = HeatMapLayer.limit
    guard rows <= limit, columns <= limit else {
      throw FigureError(
        "heat map: \(rows)×\(columns) values; at most \(limit) rows and columns can be told apart")
    }
    for (what, names, count) in [
      ("row", options.rowNames, rows), ("column", options.columnNames, columns),
    ] {
      guard names.isEmpty || names.count == count else {
        throw FigureError("heat map: \(names.count) \(what) names for \(count) \(what)s")
      }
    }
    guard (0...1).contains(options.opacity ?? 1) else {
      throw FigureError("heat map: opacity must be 0 to 1, not \(options.opacity ?? 1)")
    }
    (self.values, self.rows, self.columns, self.options) = (values, rows, columns, options)
    drawn = options.normalizesRows ? HeatMapLayer.parts(values, columns) : values
  }

  /// The values in percent of the sum of their row; not a number where that is 0.
  private static func parts(_ values: [Double], _ columns: Int) -> [Double] {
    let sums = stride(from: 0, to: values.count, by: columns).map { start in
      values[start..<min(start + columns, values.count)].reduce(0, +)
    }
    return values.indices.map { 100 * values[$0] / sums[$0 / columns] }
  }

  /// The numbers in the cells.
  private var written: [Double] { options.writesValues ? values : drawn }
  /// How much the colours cover: half where an image is to be seen below.
  private var cover: Double { options.opacity ?? (options.image == nil || options.fades ? 1 : 0.5) }

  /// The values of the first and the last colour.
  private var range: (Double, Double) {
    let finite = drawn.filter(\.isFinite)
    let low = options.lower.flatMap { $0.isFinite ? $0 : nil } ?? finite.min() ?? 0
    let high = options.upper.flatMap { $0.isFinite ? $0 : nil } ?? finite.max() ?? 1
    if low < high { return (low, high) }
    let around = Span.around(low)
    return (around.lower, around.upper)
  }

  // MARK: Axes

  func extendX(_ extent: inout Extent) {
    extent.add([0.5, Double(columns) + 0.5])
    extent.sticky += [0.5, Double(columns) + 0.5]
  }

  func extendY(_ extent: inout Extent) {
    extent.add([0.5, Double(rows) + 0.5])
    extent.sticky += [0.5, Double(rows) + 0.5]
  }

  var cells: CellGrid? {
    CellGrid(
      rows: rows, columns: columns, rowNames: options.rowNames, columnNames: options.columnNames,
      squareCells: options.squareCells ?? (options.image == nil ? nil : true),
      shape: options.image.map { (Double($0.width), Double($0.height)) } ?? (Double(columns), Double(rows)))
  }

  var colorScale: ColorScale? {
    guard options.colorBar else { return nil }
    let (low, high) = range
    return ColorScale(
      colors: options.colors, lower: low, upper: high, label: options.label, opacity: cover,
      fades: options.fades)
  }

  func makeRoom(in layout: inout AxesLayout) throws(FigureError) {
    guard let digits = options.digits else { return }
    let widest = try widestNumber(digits, layout.setter)
    let size = HeatMapLayer.smallestNumber
    let width = Double(columns) * (widest * size + 2.5)
    let height = Double(rows) * size / 0.55
    if width <= Figure.widest * 0.9, height <= Figure.widest {
      layout.needs.width = max(layout.needs.width, width)
      layout.needs.height = max(layout.needs.height, height)
    } else {
      layout.obstacle =
        "a heat map of \(rows)×\(columns) cells has no room for its numbers; they are left out"
    }
  }

  /// The width of the number with the most digits, in units of the font size.
  private func widestNumber(_ digits: Int, _ setter: Typesetter) throws(FigureError) -> Double {
    let finite = written.filter(\.isFinite)
    var widest = 0.0
    for value in [finite.min(), finite.max()].compactMap({ $0 }) {
      widest = max(widest, try setter.line(ValueFormat.fixed(value, digits), size: 1).width)
    }
    return widest
  }

  func count(in leftOut: inout LeftOut) { leftOut.infinite += values.count { $0.isInfinite } }

  // MARK: Painting

  private func cell(_ row: Int, _ column: Int, _ painter: AxesPainter) -> Rect {
    let (xMap, yMap) = (painter.layout.xMap, painter.layout.yMap)
    return Rect(
      left: xMap(Double(column) + 0.5), top: yMap(Double(row) + 0.5), right: xMap(Double(column) + 1.5),
      bottom: yMap(Double(row) + 1.5))
  }

  /// The colour of a value between the ends of the colour scale, as it is seen on the page.
  private func shown(_ value: Double, in span: Span, on page: Color) -> Color {
    guard value.isFinite else { return options.image == nil ? Color(0xE8E8E8) : page }
    let t = span.fraction(value)
    return page.mixed(with: options.colors.color(t), options.fades ? cover * t.clamped(0, 1) : cover)
  }

  /// The map as an image; nil where it is small enough for a shape for each cell.
  private func picture(on page: Color) throws -> Pixels? {
    guard options.image != nil || options.smooth || values.count > 1024 else { return nil }
    let (low, high) = range
    let span = Span(low, high)
    let fades = options.fades
    let most = cover
    let map = HeatMapPicture(
      values: drawn, rows: rows, columns: columns, color: { options.colors.color(span.fraction($0)) },
      opacity: { fades ? most * span.fraction($0).clamped(0, 1) : most })
    if let image = options.image { return try map.over(image, smooth: options.smooth) }
    if options.smooth {
      // Sixteen pixels for a cell are more than eyes tell apart.
      let factor = max(min(16, 2048 / max(rows, columns)), 1)
      let (width, height) = (columns * factor, rows * factor)
      let ground = [UInt8](repeating: 255, count: width * height)
      return try map.over(Pixels(width: width, height: height, channels: 1, bytes: ground), smooth: true)
    }
    // A map as fine as a photograph is drawn as one.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * values.count)
    for (i, value) in drawn.enumerated() {
      if i % 65536 == 0 { try Cancellation.check() }
      let c = shown(value, in: span, on: page)
      bytes.append(c.red)
      bytes.append(c.green)
      bytes.append(c.blue)
    }
    return try Pixels(width: columns, height: rows, channels: 3, bytes: bytes)
  }

  func paintGround(with painter: AxesPainter, into list: inout DisplayList) throws {
    let page = painter.style.background
    let last = cell(rows - 1, columns - 1, painter)
    if let picture = try picture(on: page) {
      let first = cell(0, 0, painter)
      let whole = Rect(left: first.x, top: first.y, right: last.right, bottom: last.bottom)
      list.image(picture, in: whole, options.smooth || options.image != nil ? .mitchell : .nearest)
      return
    }
    let span = Span(range.0, range.1)
    for (i, value) in drawn.enumerated() {
      let box = cell(i / columns, i % columns, painter)
      // Each cell reaches beneath those after it: where two only meet, viewers of vectors show a seam.
      let reach = Rect(
        left: box.x, top: box.y, right: min(box.right + box.width / 2, last.right),
        bottom: min(box.bottom + box.height / 2, last.bottom))
      list.fill(Path(reach), shown(value, in: span, on: page))
    }
  }

  func paintNumbers(with painter: AxesPainter, into list: inout DisplayList) throws {
    guard let digits = options.digits else { return }
    let (setter, style) = (painter.setter, painter.style)
    let one = cell(0, 0, painter)
    let widest = try widestNumber(digits, setter)
    let size = min(style.fontSize * 0.9, one.height * 0.55, (one.width - 2) / max(widest, 0.1))
    guard size >= HeatMapLayer.smallestNumber * 0.95 else { return }
    let span = Span(range.0, range.1)
    for row in 0..<rows {
      try Cancellation.check()
      for column in 0..<columns {
        let (value, number) = (drawn[row * columns + column], written[row * columns + column])
        guard number.isFinite else { continue }
        let box = cell(row, column, painter)
        let text = try setter.line(ValueFormat.fixed(number, digits), size: size)
        let behind = shown(value, in: span, on: style.background)
        text.draw(
          at: Point(box.center.x - text.width / 2, box.center.y + setter.digitHeight * size / 2),
          color: behind.luminance > 0.3 ? .black : .white, into: &list)
      }
    }
  }

  // MARK: Numbers

  var rowCount: Int { values.count }

  func row(_ i: Int) -> NumbersRow {
    let (row, column) = (i / columns, i % columns)
    return NumbersRow(
      "heatmap", x: column < options.columnNames.count ? options.columnNames[column] : "\(column + 1)",
      y: row < options.rowNames.count ? options.rowNames[row] : "\(row + 1)", value: CSV.number(values[i]))
  }

  var heldNumbers: Int { values.count }
}

extension LayerHolder {
  /// Draws the rows (from the top) and columns of a matrix as colours; a value that is not a number stays
  /// grey.
  ///
  /// Rows and columns are numbered from 1 unless named. Throws ``FigureError`` for rows of unequal length and a
  /// second map in the same axes.
  public mutating func heatMap(
    _ values: [[Double]], options: HeatMapOptions = HeatMapOptions()
  ) throws(FigureError) {
    let columns = values.first?.count ?? 0
    for (i, row) in values.enumerated() where row.count != columns {
      throw FigureError("heat map: row \(i + 1) has \(row.count) values, row 1 has \(columns)")
    }
    try heatMap(values.flatMap { $0 }, rows: values.count, columns: columns, options: options)
  }

  /// Draws a matrix whose values are given row by row, `rows`·`columns` of them.
  ///
  /// Throws ``FigureError`` for another number of values and a second map in the same axes.
  public mutating func heatMap(
    _ values: [Double], rows: Int, columns: Int, options: HeatMapOptions = HeatMapOptions()
  ) throws(FigureError) {
    let layer = try HeatMapLayer(values, rows: rows, columns: columns, options: options)
    try changeAxes { axes throws(FigureError) in
      guard axes.cells == nil else { throw FigureError("heat map: these axes hold one already") }
      axes.add(layer)
    }
  }
}
