extension PlotLayer {
  fileprivate var heldBytes: Int { 256 + heldNumbers * MemoryLayout<Double>.stride }
}

extension Figure {
  /// Roughly the bytes of the numbers that came to be drawn since the last call.
  ///
  /// - Parameter counted: layers of each panel that were counted before; to begin with an empty list.
  public func newBytes(_ counted: inout [Int]) -> Int {
    if counted.count < panels.count { counted += Array(repeating: 0, count: panels.count - counted.count) }
    var bytes = 0
    for (index, panel) in panels.enumerated() where panel.layers.count > counted[index] {
      bytes += panel.layers[counted[index]...].reduce(0) { $0 + $1.heldBytes }
      counted[index] = panel.layers.count
    }
    return bytes
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
