import Backbones
import Foundation
import Support
import Tensor
import Vision

/// The frames of several streams side by side, one lane each, and what the encoders keep of those before.
///
/// At every frame the episode is that of a clip of the last frames, but an encoder takes in one frame and goes on from what
/// it kept: the features of a step are the mean over the frames that it has seen there, and the policy reads their maps
/// side by side. Rows of the record are lanes.
final class FrameLanes: Sight {
  /// The number of streams.
  let count: Int
  private let configuration: Configuration
  private let options: FrameOptions
  private let pixels: PixelImages
  private let resizing: PixelImages.Resizing
  private let memory: UnsafeMutableBufferPointer<UInt8>
  /// The number of each lane's frame, from 0.
  private var frames: [Int]
  /// What was seen of each lane at step 1, 2, …; nil: nothing that goes on.
  private var tracks: [[FrameTrack?]]
  /// The last glances of each lane, the oldest first, where a sampler wants them.
  private var glances: [[Tensor]]
  private let keepsGlances: Bool

  /// - Parameters:
  ///   - count: the number of streams.
  ///   - steps: the most steps.
  ///   - keepsGlances: whether the sampler reads the resized frames.
  init(
    _ configuration: Configuration, count: Int, steps: Int, options: FrameOptions, keepsGlances: Bool
  ) throws {
    self.configuration = configuration
    self.count = count
    self.options = options
    self.keepsGlances = keepsGlances
    let side = configuration.imageSize
    pixels = try PixelImages(
      height: side, width: side, channels: 3, mean: configuration.mean,
      deviation: configuration.standardDeviation)
    resizing = pixels.resizing(
      to: configuration.patchSize, configuration.interpolation, alignCorners: true)
    frames = [Int](repeating: -1, count: count)
    tracks = [[FrameTrack?]](repeating: [FrameTrack?](repeating: nil, count: steps), count: count)
    glances = [[Tensor]](repeating: [], count: count)
    let bytes = [pixels.bytes, count].checkedProduct() ?? .max
    try MemoryBudget.shared.require(bytes)
    memory = .allocate(capacity: bytes)
  }

  deinit { memory.deallocate() }

  /// Bytes of all frames that there is room for.
  var bytes: Int { memory.count }

  /// Puts the next frame of a stream in its lane.
  func load(_ frame: StreamFrame, lane: Int) throws {
    try ModelError.require(
      frame.pixels.count == pixels.bytes,
      "frame \(frame.number + 1) has \(frame.pixels.count) values, expected"
        + " \(configuration.imageSize)×\(configuration.imageSize)×3")
    _ = UnsafeMutableBufferPointer(rebasing: memory[lane * pixels.bytes..<(lane + 1) * pixels.bytes])
      .update(from: frame.pixels)
    frames[lane] += 1
  }

  /// The number of a lane's frame among those that were loaded, from 0.
  func frame(_ lane: Int) -> Int { frames[lane] }

  /// What the encoder of a step said of a lane's frame alone, 1×D.
  func ownFeatures(_ lane: Int, step: Int) -> Tensor? { tracks[lane][step - 1]?.ownFeatures }

  private func pictures(_ lanes: [Int]) throws -> [UnsafePointer<UInt8>] {
    guard let start = memory.baseAddress else { throw ModelError("no memory for frames") }
    return lanes.map { UnsafePointer(start + $0 * pixels.bytes) }
  }

  func glances(_ rows: [Int]) throws -> Tensor {
    let count = configuration.frames(.glance)
    return try Tensor.concatenated(
      rows.flatMap { lane in
        let known = glances[lane]
        return [Tensor](repeating: known[0], count: max(0, count - known.count)) + known
      })
  }

  func settled(_ places: [PatchLocation], _ rows: [Int], step: Int) -> [PatchLocation] {
    zip(places, rows).map { place, lane in
      guard let track = tracks[lane][step - 1],
        track.goesOn(at: frames[lane], near: place, within: options.hold), let held = track.place
      else { return place }
      return held
    }
  }

  func encoding(
    _ rows: [Int], at places: [PatchLocation]?, step: Int, by engine: StepEngine
  ) throws -> Encoding {
    let look: Look = places == nil ? .glance : .patch
    let images = try images(rows, at: places)
    var current = try rows.enumerated().map { index, lane in
      try track(lane, step: step, at: places?[index], look, engine)
    }
    let states = current[0].kept.indices
    let past =
      current.count == 1
      ? current[0].kept : try states.map { state in try Tensor.concatenated(current.map { $0.kept[state] }) }
    let (encoding, kept) = try engine.encode(nextFrame: images, after: past, look)
    let mapCount = tracks[0].count > 1 ? configuration.frames(look) : 1
    for (index, lane) in rows.enumerated() {
      func own(_ tensor: Tensor) throws -> Tensor {
        rows.count == 1 ? tensor : try tensor.sliced(0, index..<index + 1).clone()
      }
      current[index].add(
        frames[lane], features: try own(encoding.features), map: try own(encoding.map),
        kept: try kept.map(own), window: options.window ?? configuration.frames(look), mapCount: mapCount)
      tracks[lane][step - 1] = current[index]
    }
    return Encoding(
      features: try joined(current.map { try $0.meanFeatures() }),
      map: try joined(current.map { try $0.joinedMaps(mapCount) }))
  }

  private func joined(_ rows: [Tensor]) throws -> Tensor {
    rows.count == 1 ? rows[0] : try Tensor.concatenated(rows)
  }

  private func images(_ rows: [Int], at places: [PatchLocation]?) throws -> Tensor {
    let (side, patch) = (configuration.imageSize, configuration.patchSize)
    if let places {
      return try pixels.patches(
        pictures(rows), places.map { $0.position(imageSize: side, patchSize: patch) }, side: patch)
    }
    let images = try pixels.resized(pictures(rows), resizing)
    guard keepsGlances else { return images }
    for (index, lane) in rows.enumerated() {
      let own = try images.sliced(0, index..<index + 1).clone()
      glances[lane] = Array((glances[lane] + [own]).suffix(configuration.frames(.glance)))
    }
    return images
  }

  /// What is known of a lane before a step looks at its frame.
  private func track(
    _ lane: Int, step: Int, at place: PatchLocation?, _ look: Look, _ engine: StepEngine
  ) throws -> FrameTrack {
    // Places were settled before: whoever stays is at the very place.
    if let known = tracks[lane][step - 1], known.goesOn(at: frames[lane], near: place, within: 0) {
      return known
    }
    return FrameTrack(at: place, kept: try engine.nothingKept(of: 1, look))
  }
}
