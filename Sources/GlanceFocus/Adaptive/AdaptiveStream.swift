import Foundation
import Support

/// Answers to a stream of images, in the order in which they come, computed as they are asked for.
///
/// Images are run in batches that are refilled as others leave. No more are taken from the source than there is room
/// for, so whoever asks slowly slows the source: memory is bounded however long the stream is.
public final class AdaptiveStream {
  private let stream: EpisodeStream
  private let start = MonotonicClock.milliseconds
  private var end: Double?
  /// Images answered so far.
  public private(set) var images = 0
  /// Images answered after step 1, 2, ….
  public private(set) var exits: [Int]
  private var (labelled, right) = (0, 0)

  init(_ stream: EpisodeStream) {
    self.stream = stream
    exits = [Int](repeating: 0, count: stream.madds.count)
  }

  /// The next image's answer; nil after the last.
  ///
  /// - Throws: what the source, the rule, the sampler or the network throw; `Interrupted`.
  public func next() throws -> AdaptiveRunner.Result? {
    guard let result = try stream.next() else {
      end = end ?? MonotonicClock.milliseconds
      return nil
    }
    images += 1
    exits[result.steps - 1] += 1
    if let label = result.label {
      labelled += 1
      if label == result.prediction { right += 1 }
    }
    return result
  }

  /// The share of right answers so far, 0…1; nil without labels.
  public var accuracy: Double? { labelled > 0 ? Double(right) / Double(labelled) : nil }

  /// Mean Multiply-Adds per image so far; 0 before the first.
  public var madds: Double { Evaluation.meanMadds(exits: exits, stepMadds: stream.madds) }

  /// Since the stream was made, up to its end.
  public var seconds: Double { ((end ?? MonotonicClock.milliseconds) - start) / 1e3 }

  /// Images that were answered after their deadline.
  public var late: Int { stream.late }

  /// Images that are in memory at most.
  public var capacity: Int { stream.capacity }

  /// Bytes of decoded pixels that there is room for.
  public var pixelBytes: Int { stream.pixelBytes }
}
