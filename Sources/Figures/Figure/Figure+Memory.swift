extension PlotLayer {
  var heldBytes: Int { 256 + heldNumbers * MemoryLayout<Double>.stride }
}

extension Axes {
  /// Roughly the bytes of all that is drawn in them.
  fileprivate var heldBytes: Int {
    layerBytes + (twin?.heldBytes ?? 0) + insets.reduce(0) { $0 + $1.axes.heldBytes }
  }
}

extension Figure {
  /// Roughly the bytes of the numbers that came to be drawn since the last call.
  ///
  /// - Parameter counted: what was counted before; to begin with an empty list.
  public func newBytes(_ counted: inout [Int]) -> Int {
    let total = panels.reduce(0) { $0 + $1.heldBytes }
    let before = counted.first ?? 0
    counted = [total]
    return max(total - before, 0)
  }
}

extension GlimpseGrid {
  /// Roughly the bytes of the pixels and steps that are drawn.
  public var heldBytes: Int {
    groups.reduce(512) { sum, group in
      group.items.reduce(sum) { $0 + $1.pixels.bytes.count + 64 * $1.steps.count + 256 }
    }
  }
}

extension Film {
  /// Roughly the bytes of the frames and steps that are drawn.
  public var heldBytes: Int { frames.reduce(256 + 256 * steps.count) { $0 + $1.bytes.count } }
}

extension Filmstrip {
  /// Roughly the bytes of the frames and steps that are drawn.
  public var heldBytes: Int {
    groups.reduce(512) { sum, group in group.items.reduce(sum) { $0 + $1.heldBytes } }
  }
}
