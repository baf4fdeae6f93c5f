import Tensor

/// Frames whose first channels are those of the frames before.
struct FollowingStep: SharedStep {
  let source, past, destination: UnsafeMutableRawPointer
  let moves: FollowingMoves
  var name: String { "following" }

  var parts: Int { moves.pixels }
  var grain: Int { grain(1 << 16, of: moves.pixels * moves.bytes) }
  var uses: [MemoryUse] {
    [
      .reads(source, moves.pixels * moves.bytes), .reads(past, moves.pixels * moves.pastBytes),
      .writes(destination, moves.pixels * moves.bytes),
    ]
  }

  func run(_ parts: Range<Int>) {
    moves.run(from: source, past: past, to: destination, pixels: parts)
  }
}
