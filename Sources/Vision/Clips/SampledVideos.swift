import Foundation
import Support

/// A data set of clips of videos, wherever the frames of these come from: which frames make clips, which crops of them are
/// looked at, and which items are views of one video. A kind of such sets says what videos there are and reads their frames.
///
/// What is drawn at random depends on the seed, the epoch and the video alone.
public protocol SampledVideos: ImageDataset {
  /// The number of videos, at least 1.
  var videoCount: Int { get }
  /// Which frames of a video make clips.
  var sampling: FrameSampling { get }
  /// What is done to the frames of a clip.
  var transform: ClipTransform { get }
  /// What the random choices follow from.
  var random: CounterRandom { get }

  /// What a video is called, relative to the folder of all; `video` counts from 0.
  func videoPath(_ video: Int) -> FilePath

  /// The 0-based class of a video.
  func videoLabel(_ video: Int) -> Int

  /// Some frames of a video.
  ///
  /// - Parameters:
  ///   - video: from 0.
  ///   - choose: gives the frames, counted from 0, of as many as the video has; it may name one several times.
  ///   - prepare: what is done to each frame, once for each that differs.
  /// - Returns: the frames as `choose` has them.
  /// - Throws: ``ImageError`` where the video is damaged or has no frames; what `prepare` throws.
  func pictures(
    of video: Int, _ choose: (_ count: Int) -> [Int], prepare: (RGBImage) throws -> RGBImage
  ) throws -> [RGBImage]
}

extension SampledVideos {
  public var count: Int { videoCount * views }
  public var frames: Int { sampling.segments }
  public var frameParts: [Int] { sampling.parts }
  /// The clips of a video times the crops of a clip: the crops of the first clip, those of the second, and so on.
  public var views: Int { sampling.clips * transform.crops.rawValue }
  public var imageSize: (height: Int, width: Int) { transform.still.crop }
  public var channels: Int { 3 }
  public var loaderThreads: Int { ProcessInfo.processInfo.activeProcessorCount }

  public func label(at index: Int, epoch: Int) -> Int { videoLabel(index / views) }

  public func itemName(at index: Int) -> String { itemPath(at: index).shown }

  /// The path of the video, relative to the folder of all; of several views, `video#1` is the first.
  public func itemPath(at index: Int) -> FilePath {
    let path = videoPath(index / views)
    return views == 1 ? path : path.adding("#\(index % views + 1)")
  }

  /// The frames of an item, counted from 0 in its video of `count` frames, in the order of the clip.
  public func frameNumbers(at index: Int, epoch: Int, of count: Int) -> [Int] {
    guard count > 0 else { return [] }
    let clip = index % views / transform.crops.rawValue
    return sampling.frames(of: count, clip: clip, random: draws(index / views, epoch).child(0))
  }

  private func draws(_ video: Int, _ epoch: Int) -> CounterRandom { random.child(epoch).child(video) }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
    try checkSize(pixels)
    let (video, crop, size) = (index / views, index % transform.crops.rawValue, frameBytes)
    do {
      let draws = draws(video, epoch).child(1)
      let images = try pictures(of: video) {
        frameNumbers(at: index, epoch: epoch, of: $0)
      } prepare: {
        try transform.apply($0, crop: crop, draws)
      }
      for (slot, image) in images.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: pixels[slot * size..<(slot + 1) * size])
        _ = target.update(fromContentsOf: image.pixels)
      }
    } catch let error as ImageError {
      damaged?.add(index, error.description)
      throw error
    }
  }
}
