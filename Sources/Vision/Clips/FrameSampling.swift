import Support

/// Which frames of a video its clips are made of: functions of the number of frames, as the networks' authors wrote them
/// for TSM and AR-Net. Frames count from 0.
public struct FrameSampling: Sendable, Hashable {
  /// How frames are chosen.
  public enum Method: String, Sendable, CaseIterable {
    /// The video in as many equal parts as a clip has frames, and of each part one frame at random, drawn anew each epoch.
    case train
    /// The middle frames of the parts; of videos that have no more frames than a clip, what ``Short`` says.
    case validation
    /// The middle frames of the parts, however short the video is: then frames are repeated.
    case test
    /// Two clips: the middle frames of the parts, and the first ones.
    case twice
    /// One clip from a window of 64 frames, which begins at random, drawn anew each epoch.
    case denseTrain = "dense-train"
    /// Ten clips from windows of 64 frames, which begin at even distances.
    case dense
  }

  /// What clips are made of where a video has fewer frames than a clip.
  public enum Short: String, Sendable, CaseIterable {
    /// The first frame alone, repeated, as TSM does.
    case first
    /// All frames, and the last one repeated, as AR-Net does.
    case last
  }

  /// The frames that a window of dense clips spans.
  public static let window = 64
  /// The most frames of a clip.
  public static let mostSegments = 1024
  /// Videos of fewer frames are not trained on.
  public static let leastTrained = 3
  /// The most parts of a clip.
  public static let mostParts = 8
  private static let denseClips = 10

  /// How frames are chosen.
  public let method: Method
  /// The frames of a clip: of several numbers so many frames each, one after the other, as if each were a clip of its own
  /// of the same video.
  public let parts: [Int]
  /// What clips of short videos are made of, in training and validation.
  public let short: Short

  /// - Throws: ``DatasetError/invalid(_:)`` for a number of frames that no clip has.
  public init(_ method: Method, segments: Int, short: Short = .first) throws {
    try self.init(method, parts: [segments], short: short)
  }

  /// Clips of several parts, ``parts``.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` for numbers of frames that no clip has.
  public init(_ method: Method, parts: [Int], short: Short = .first) throws {
    let isDense = method == .dense || method == .denseTrain
    guard (1...Self.mostParts).contains(parts.count) else {
      throw DatasetError.invalid("a clip of \(parts.count) parts, expected 1 to \(Self.mostParts)")
    }
    for segments in parts {
      guard (1...Self.mostSegments).contains(segments) else {
        throw DatasetError.invalid("a clip of \(segments) frames, expected 1 to \(Self.mostSegments)")
      }
      guard !isDense || segments <= Self.window else {
        throw DatasetError.invalid(
          "a dense clip of \(segments) frames: its window has \(Self.window), expected no more")
      }
    }
    self.method = method
    self.parts = parts
    self.short = short
  }

  /// The number of frames of a clip, in all its ``parts``.
  public var segments: Int { parts.reduce(0, +) }

  /// The number of clips that a video gives.
  public var clips: Int {
    switch method {
    case .train, .validation, .test, .denseTrain: 1
    case .twice: 2
    case .dense: Self.denseClips
    }
  }

  /// What clips of videos depend on beside these, for cache keys: the frames, the pixels, and the seed where something is
  /// drawn.
  package func identity(with transform: ClipTransform, seed: UInt64) -> String {
    let isRandom = isTraining || transform.augmentation != nil
    let frames = parts.map(String.init).joined(separator: "+")
    return "\(method.rawValue) \(frames) short=\(short.rawValue) \(transform.identity)"
      + (isRandom ? " seed=\(seed)" : "")
  }

  /// True where frames are drawn at random.
  public var isTraining: Bool { method == .train || method == .denseTrain }

  /// The frames of one clip of a video, counted from 0: ``segments`` of them, in the order of the clip,
  /// part by part.
  ///
  /// - Parameters:
  ///   - count: the frames of the video, at least 1.
  ///   - clip: which of the ``clips`` of the video, from 0.
  ///   - random: decides what is drawn, where ``isTraining``.
  public func frames(of count: Int, clip: Int = 0, random: CounterRandom) -> [Int] {
    // The first part draws what a clip that is one part does.
    parts.enumerated().flatMap { part, segments in
      frames(segments, of: count, clip: clip, random: part == 0 ? random : random.child(part))
    }
  }

  /// The frames of one part of a clip.
  private func frames(_ segments: Int, of count: Int, clip: Int, random: CounterRandom) -> [Int] {
    switch method {
    case .train: train(segments, count, random)
    case .validation:
      count > segments ? divided(segments, count, middle: true) : repeated(segments, count)
    case .test: divided(segments, count, middle: true)
    case .twice: divided(segments, count, middle: clip == 0)
    case .denseTrain:
      dense(segments, count, from: count > Self.window ? random.integer(0, below: count - Self.window) : 0)
    case .dense: dense(segments, count, from: start(of: clip, count))
    }
  }

  /// Of each part a frame at random. Parts have ⌊count / segments⌋ frames, so the last frames may be in none.
  private func train(_ segments: Int, _ count: Int, _ random: CounterRandom) -> [Int] {
    let part = count / segments
    guard part > 0 else { return repeated(segments, count) }
    return (0..<segments).map { $0 * part + random.integer($0, below: part) }
  }

  /// Of each part the middle frame, or the first one. Parts have count / segments frames, a fraction.
  private func divided(_ segments: Int, _ count: Int, middle: Bool) -> [Int] {
    let part = Double(count) / Double(segments)
    return (0..<segments).map { Int((middle ? part / 2 : 0) + part * Double($0)) }
  }

  private func repeated(_ segments: Int, _ count: Int) -> [Int] {
    (0..<segments).map { short == .first ? 0 : min($0, count - 1) }
  }

  /// Frames at even distances in a window, which goes on from the beginning where the video ends.
  private func dense(_ segments: Int, _ count: Int, from start: Int) -> [Int] {
    let stride = Self.window / segments
    return (0..<segments).map { (start + $0 * stride) % count }
  }

  /// Where the window of a clip begins: the whole part of even distances from the first place to the last.
  private func start(of clip: Int, _ count: Int) -> Int {
    let last = max(0, count - Self.window)
    if clip == Self.denseClips - 1 { return last }
    return Int(Double(clip) * (Double(last) / Double(Self.denseClips - 1)))
  }
}
