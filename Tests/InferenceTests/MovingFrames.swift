import GlanceFocus
import Support
import Vision

/// Frames of noise that moves, as a video.
final class MovingFrames: FrameFeed {
  static let side = 64
  private let seed: Int
  private var numbers: [Int]
  /// The frame that cannot be read.
  private let damaged: Int?

  init(_ numbers: Range<Int>, seed: Int = 0, damaged: Int? = nil) {
    self.numbers = Array(numbers)
    self.seed = seed
    self.damaged = damaged
  }

  func next() throws -> StreamFrame? {
    guard let number = numbers.first else { return nil }
    numbers.removeFirst()
    if number == damaged { throw ImageError(path: "clip", reason: "is damaged: frame \(number + 1)") }
    return StreamFrame(
      pixels: Self.pixels(number, seed: seed), number: number, seconds: Double(number) / 10)
  }

  /// Noise whose columns move by three a frame, so that frames differ and have to do with each other.
  static func pixels(_ number: Int, seed: Int) -> [UInt8] {
    let random = CounterRandom(seed: 2, stream: "frames").child(seed)
    return (0..<side * side * 3).map { place in
      let (row, column, channel) = (place / 3 / side, place / 3 % side, place % 3)
      let moved = (column + 3 * number) % 48
      return UInt8(random.integer((row / 3 * 48 + moved) * 3 + channel, below: 256))
    }
  }

  /// The clips of `starts`, of `frames` frames each.
  static func clips(_ starts: [Int], frames: Int) throws -> TensorsDataset {
    try TensorsDataset(
      bytes: starts.flatMap { start in (start..<start + frames).flatMap { pixels($0, seed: 0) } },
      layout: .channelsLast, frames: frames, imageSize: (side, side), channels: 3, labels: nil)
  }
}
