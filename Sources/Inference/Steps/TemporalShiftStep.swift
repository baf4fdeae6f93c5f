import Tensor

/// Some channels of each frame from its neighbours in the clip.
struct TemporalShiftStep: SharedStep {
  let source, destination: UnsafeMutableRawPointer
  let moves: FrameMoves
  let rows: Int
  var name: String { "temporal shift" }

  var parts: Int { rows }
  var grain: Int { grain(1 << 16, of: rows * moves.frameBytes) }
  var uses: [MemoryUse] {
    [.reads(source, rows * moves.frameBytes), .writes(destination, rows * moves.frameBytes)]
  }

  func run(_ parts: Range<Int>) {
    for row in parts {
      moves.run(from: source, to: destination, row: row, pixels: 0..<moves.pixels)
    }
  }
}
