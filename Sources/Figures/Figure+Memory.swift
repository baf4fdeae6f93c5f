extension Layer {
  fileprivate var heldBytes: Int {
    let numbers =
      switch self {
      case .line(let line): line.x.count + line.y.count
      case .bars(let bars): 6 * bars.left.count
      case .band(let band): band.x.count + band.lower.count + band.upper.count
      case .heatMap(let map): map.values.count
      default: 0
      }
    return 256 + numbers * MemoryLayout<Double>.stride
  }
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
      group.images.reduce(sum) { $0 + $1.pixels.bytes.count + 64 * $1.steps.count + 256 }
    }
  }
}
