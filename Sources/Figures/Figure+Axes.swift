// What scripts call on a figure acts on its axes, or on the first of a grid.
extension Figure {
  /// See ``Axes/line(x:y:label:style:)``.
  public mutating func line(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle()
  ) throws(FigureError) {
    try axes.line(x: x, y: y, label: label, style: style)
  }

  /// See ``Axes/step(x:y:label:style:)``.
  public mutating func step(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle()
  ) throws(FigureError) {
    try axes.step(x: x, y: y, label: label, style: style)
  }

  /// See ``Axes/scatter(x:y:label:style:)``.
  public mutating func scatter(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle()
  ) throws(FigureError) {
    try axes.scatter(x: x, y: y, label: label, style: style)
  }

  /// See ``Axes/band(x:lower:upper:label:color:opacity:)``.
  public mutating func band(
    x: [Double], lower: [Double], upper: [Double], label: String? = nil, color: Color? = nil,
    opacity: Double = 0.18
  ) throws(FigureError) {
    try axes.band(x: x, lower: lower, upper: upper, label: label, color: color, opacity: opacity)
  }

  /// See ``Axes/hline(_:label:style:)``.
  public mutating func hline(_ y: Double, label: String? = nil, style: LineStyle = LineStyle())
    throws(FigureError)
  {
    try axes.hline(y, label: label, style: style)
  }

  /// See ``Axes/vline(_:label:style:)``.
  public mutating func vline(_ x: Double, label: String? = nil, style: LineStyle = LineStyle())
    throws(FigureError)
  {
    try axes.vline(x, label: label, style: style)
  }

  /// See ``Axes/annotate(_:x:y:options:)``.
  public mutating func annotate(_ text: String, x: Double, y: Double, options: NoteOptions = NoteOptions()) {
    axes.annotate(text, x: x, y: y, options: options)
  }

  /// See ``Axes/bar(categories:series:options:)``.
  public mutating func bar(
    categories: [String], series: [Series], options: BarOptions = BarOptions()
  ) throws(FigureError) {
    try axes.bar(categories: categories, series: series, options: options)
  }

  /// See ``Axes/bar(categories:values:label:color:options:)``.
  public mutating func bar(
    categories: [String], values: [Double], label: String? = nil, color: Color? = nil,
    options: BarOptions = BarOptions()
  ) throws(FigureError) {
    try axes.bar(categories: categories, values: values, label: label, color: color, options: options)
  }

  /// See ``Axes/histogram(_:label:color:options:)``.
  public mutating func histogram(
    _ values: [Double], label: String? = nil, color: Color? = nil,
    options: HistogramOptions = HistogramOptions()
  ) throws(FigureError) {
    try axes.histogram(values, label: label, color: color, options: options)
  }

  /// See ``Axes/histogram(series:options:)``.
  public mutating func histogram(
    series: [Series], options: HistogramOptions = HistogramOptions()
  ) throws(FigureError) {
    try axes.histogram(series: series, options: options)
  }

  /// See ``Axes/histogram(edges:heights:label:color:)``.
  public mutating func histogram(
    edges: [Double], heights: [Double], label: String? = nil, color: Color? = nil
  ) throws(FigureError) {
    try axes.histogram(edges: edges, heights: heights, label: label, color: color)
  }

  /// See ``Axes/heatMap(_:options:)``.
  public mutating func heatMap(_ values: [[Double]], options: HeatMapOptions = HeatMapOptions())
    throws(FigureError)
  {
    try axes.heatMap(values, options: options)
  }
}
