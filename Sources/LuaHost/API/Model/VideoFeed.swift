import GlanceFocus
import Support
import Tensor
import Video
import Vision

/// The frames of a video file, prepared as pictures of files are: the shorter side to the image size / 0.875, of which the
/// centre.
final class VideoFeed: FrameFeed {
  private let reader: VideoReader
  private let transform: ImageTransform
  private let every: Int

  init(_ path: FilePath, for configuration: Configuration, every: Int) throws {
    reader = try VideoReader(path)
    transform = try .evaluation(size: configuration.imageSize)
    self.every = every
  }

  func next() throws -> StreamFrame? {
    while let frame = try reader.next() {
      try Cancellation.check()
      guard frame.index % every == 0 else { continue }
      let image = try transform.apply(frame.image, CounterRandom(seed: 0, stream: "video"))
      return StreamFrame(pixels: image.pixels, number: frame.index, seconds: frame.seconds)
    }
    return nil
  }
}

/// Frames that a Lua function returns one after the other.
final class LuaFrameFeed: FrameFeed {
  private let function: LuaFunction
  private let state: LuaState
  private let side: Int
  private var count = 0

  init(_ function: LuaFunction, for configuration: Configuration, in state: LuaState) {
    self.function = function
    self.state = state
    side = configuration.imageSize
  }

  func next() throws -> StreamFrame? {
    let results = try function.call()
    guard let value = results.first, !value.isNil else { return nil }
    let place = "model:stream: frame \(count + 1)"
    let image = try image(value, place)
    let time = results.count > 1 ? results[1] : .nil
    guard time.isNil || time.asNumber != nil else {
      throw LuaError("\(place): the second result is its time in seconds, got \(time.described)")
    }
    defer { count += 1 }
    return StreamFrame(pixels: try levels(image, place), number: count, seconds: time.asNumber)
  }

  private func image(_ value: LuaValue, _ place: String) throws -> Tensor {
    try value.push(onto: state.stack)
    defer { state.stack.pop() }
    let image = try state.stack.tensor(at: -1, place)
    guard image.rank == 3, [1, 3].contains(image.shape[0]), image.shape == [image.shape[0], side, side] else {
      throw LuaError("\(place) has shape \(image.shape), expected 1 or 3 × \(side) × \(side)")
    }
    return image
  }

  /// Height × width × 3 levels of 1×S×S or 3×S×S.
  private func levels(_ image: Tensor, _ place: String) throws -> [UInt8] {
    let channels = image.shape[0]
    let values = try image.values()
    // This is written so that a NaN fails as well.
    if let bad = values.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw LuaError("\(place) has the value \(bad), expected 0 to 1")
    }
    let dataset = try TensorsDataset(
      values: values, layout: .channelsFirst, imageSize: (side, side), channels: channels, labels: nil)
    var pixels = [UInt8](repeating: 0, count: side * side * channels)
    try pixels.withUnsafeMutableBufferPointer { try dataset.render(0, epoch: 0, into: $0) }
    return channels == 3 ? pixels : pixels.flatMap { [$0, $0, $0] }
  }
}
