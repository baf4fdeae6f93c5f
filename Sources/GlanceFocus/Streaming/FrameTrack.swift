import Tensor

/// What an encoder has seen of one stream at one step, frame after frame at one place.
///
/// It goes on while frames follow each other at that place, as those of a clip do; otherwise the next frame is the
/// first of a new one.
struct FrameTrack {
  /// Where patches are cut; nil for the glance.
  let place: PatchLocation?
  /// The frame that was seen last, from 0.
  private(set) var last = -1
  /// What the encoder kept of it.
  private(set) var kept: [Tensor]
  /// Features of the last frames, 1×D, the oldest first.
  private var features: [Tensor] = []
  /// Their maps, 1×C×h×w.
  private var maps: [Tensor] = []

  /// - Parameter kept: what stands for the frame before the first.
  init(at place: PatchLocation? = nil, kept: [Tensor]) {
    self.place = place
    self.kept = kept
  }

  /// Whether `frame` is the next one, and `wanted` near enough to the place for it to stay.
  func goesOn(at frame: Int, near wanted: PatchLocation?, within hold: Float) -> Bool {
    guard frame == last + 1 else { return false }
    guard let place, let wanted else { return place == nil && wanted == nil }
    return max(abs(place.row - wanted.row), abs(place.column - wanted.column)) <= hold
  }

  /// Adds a frame.
  ///
  /// - Parameters:
  ///   - window: of how many frames features are remembered.
  ///   - mapCount: of how many frames maps are.
  mutating func add(
    _ frame: Int, features own: Tensor, map: Tensor, kept: [Tensor], window: Int, mapCount: Int
  ) {
    last = frame
    self.kept = kept
    features = Array((features + [own]).suffix(window))
    maps = Array((maps + [map]).suffix(mapCount))
  }

  /// The features of the last frame, 1×D.
  var ownFeatures: Tensor? { features.last }

  /// The mean of the features, 1×D, as of a clip of these frames.
  func meanFeatures() throws -> Tensor {
    guard features.count > 1 else {
      guard let only = features.first else { throw ModelError("no features before the first frame") }
      return only
    }
    return try Tensor.concatenated(features).mean([0], keepingAxes: true)
  }

  /// The maps of the last `count` frames side by side, 1×(count·C)×h×w; where there are fewer, the oldest is repeated.
  func joinedMaps(_ count: Int) throws -> Tensor {
    guard let oldest = maps.first else { throw ModelError("no map before the first frame") }
    if count == 1 { return oldest }
    let missing = [Tensor](repeating: oldest, count: max(0, count - maps.count))
    return try Tensor.concatenated(missing + maps, axis: 1)
  }
}
