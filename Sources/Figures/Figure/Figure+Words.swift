import Foundation
import Support

extension Figure {
  /// What the figure shows, for those who hear it read: what its axes are about, and of each series its kind, its name and how
  /// far its numbers reach.
  ///
  /// Throws `Interrupted` when a stop was asked for.
  func words() throws -> String {
    let parts = try panels.enumerated().flatMap { i, panel in
      let place = panels.count == 1 ? "" : "Panel \(i + 1)"
      return try [Self.words(of: panel, place)]
        + (panel.twin.map { [try Self.words(of: $0, "Axis at the right")] } ?? [])
        + panel.insets.map { try Self.words(of: $0.axes, "Inset") }
    }
    let title = TextLayout.plain(self.title)
    return ([title.isEmpty ? "" : title + "."] + parts).filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Of so many series a listener hears; the rest are counted.
  private static let mostSeries = 12

  private static func words(of axes: Axes, _ place: String) throws -> String {
    let (x, y) = (TextLayout.plain(axes.x.label), TextLayout.plain(axes.y.label))
    let about = x.isEmpty || y.isEmpty ? x + y : "\(y) against \(x)"
    let heading = [place, TextLayout.plain(axes.title), about].filter { !$0.isEmpty }.joined(separator: ", ")
    var series = try axes.layers.prefix(mostSeries).map { try LayerWords($0).text }
    if axes.layers.count > mostSeries { series.append("and \(axes.layers.count - mostSeries) more") }
    let list = series.isEmpty ? "nothing is drawn" : series.joined(separator: "; ")
    return (heading.isEmpty ? "" : heading + ": ") + list + "."
  }
}

/// What is said of a layer, from the rows that its numbers have in the file.
private struct LayerWords {
  private var names: [String] = []
  private var ranges: [(name: String, range: ClosedRange<Double>?)] = [
    ("x", nil), ("y", nil), ("from", nil), ("value", nil),
  ]
  private let layer: any PlotLayer

  /// Of longer layers the axes are asked, which takes no text for each number.
  private static let mostRows = 20_000
  private static let mostNames = 12

  init(_ layer: any PlotLayer) throws {
    self.layer = layer
    guard layer.rowCount <= Self.mostRows else { return extendByAxes() }
    for i in 0..<layer.rowCount {
      if i % 4096 == 0 { try Cancellation.check() }
      let row = layer.row(i)
      if !row.name.isEmpty, names.last != row.name { names.append(row.name) }
      for (k, texts) in [[row.x], [row.y], [row.lower, row.upper], [row.value]].enumerated() {
        for text in texts { extend(k, Double(text)) }
      }
    }
  }

  private mutating func extend(_ k: Int, _ value: Double?) {
    guard let value, value.isFinite else { return }
    let old = ranges[k].range ?? value...value
    ranges[k].range = min(old.lowerBound, value)...max(old.upperBound, value)
  }

  private mutating func extendByAxes() {
    for (k, isX) in [(0, true), (1, false)] {
      var extent = Extent(scale: .linear)
      if isX { layer.extendX(&extent) } else { layer.extendY(&extent) }
      extend(k, extent.lower)
      extend(k, extent.upper)
    }
  }

  var text: String {
    guard layer.rowCount > 0 else { return "a layer without numbers" }
    let kind = layer.row(0).kind
    var text = kind
    if let label = layer.label, !label.isEmpty { text += " “\(TextLayout.plain(label))”" }
    if !names.isEmpty {
      let listed = names.prefix(Self.mostNames).map { "“\(TextLayout.plain($0))”" }.joined(separator: ", ")
      text += (layer.rowCount > 1 ? " of " : " ") + listed
      if names.count > Self.mostNames { text += " and \(names.count - Self.mostNames) more" }
    }
    if layer.rowCount > 1 { text += ", \(layer.rowCount) values" }
    for (name, range) in ranges {
      guard let range else { continue }
      let (low, high) = (Self.number(range.lowerBound), Self.number(range.upperBound))
      let start = name == "from" ? "" : name + " "
      text += low == high ? ", \(start)\(low)" : ", \(start)\(name == "from" ? "" : "from ")\(low) to \(high)"
    }
    return text
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e6 ? String(Int(value)) : String(format: "%.4g", value)
  }
}
