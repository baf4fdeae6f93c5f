import Support
import Tensor
import Video
import Vision

/// A video file as scripts hold it.
final class VideoHandle: HoldsMemory {
  let file: VideoFile

  init(_ file: VideoFile) { self.file = file }

  var heldBytes: Int { file.heldBytes }

  /// A line such as `video clip.mp4: 300 frames of 1280×720, 25 a second, h264`.
  var description: String {
    let count = "\(file.count) frame\(file.count == 1 ? "" : "s")"
    let rate = file.frameRate > 0 ? ", \(NumberSpelling.plain(file.frameRate)) a second" : ""
    return "video \(file.path.shown): \(count) of \(file.width)×\(file.height)\(rate), \(file.codec)"
  }

  /// Pictures as a clip.
  ///
  /// - Parameters:
  ///   - numbers: counted from 0; one may occur several times.
  ///   - resize: what is done to each; nil for nothing.
  /// - Returns: F × 3 × height × width, values from 0 to 1.
  /// - Throws: `VideoError`; `LuaError` for pictures of several sizes; what refuses memory.
  func clip(_ numbers: [Int], _ resize: ImageTransform.Resize?) throws -> Tensor {
    let images = try file.frames(at: numbers) { image in
      try resize.map { try image.resized($0) } ?? image
    }
    guard let first = images.first else { throw LuaError("video:clip: the clip has no frames") }
    if let other = images.first(where: { ($0.height, $0.width) != (first.height, first.width) }) {
      throw LuaError(
        "video:clip: frames of \(first.height)×\(first.width) and \(other.height)×\(other.width) pixels: size = {height,"
          + " width} makes them equal")
    }
    try MemoryBudget.shared.require([images.count, first.pixels.count].checkedProduct() ?? .max)
    return try Tensor.levels(
      Array(images.map(\.pixels).joined()), leading: [images.count],
      imageSize: (first.height, first.width), channels: 3)
  }
}

/// The pictures of a video one after the other, as a loop asks for them.
struct VideoPictures: LuaPushable {
  let reader: VideoReader
  /// Of how many pictures one is given.
  let every: Int
  let resize: ImageTransform.Resize?

  func push(onto stack: LuaStack) {
    stack.push { stack in
      while let frame = try reader.next() {
        try Cancellation.check()
        guard frame.index % every == 0 else { continue }
        let image = try resize.map { try frame.image.resized($0) } ?? frame.image
        try LuaResults(PictureFunctions.tensor(image), frame.seconds).push(onto: stack)
        return 2
      }
      stack.pushNil()
      return 1
    }
  }
}
