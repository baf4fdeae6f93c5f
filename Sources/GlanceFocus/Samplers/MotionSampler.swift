/// In each frame of a clip where most has changed that no patch has shown yet: what moves is followed from frame to frame,
/// without learning.
///
/// The change of a pixel is the sum over channels of the absolute difference to the frame before or to the one after,
/// whichever is less (frame differencing over three frames): what has only just been left, or is only just being entered, does
/// not count. A frame that the glance does not see goes by the nearest one that it sees.
public struct MotionSampler: PatchSampler {
  public let name = "motion"
  public let needs: SamplerNeeds = .glances

  public init() {}

  public static let definition = SamplerDefinition(
    .sampler, name: "motion",
    summary: "in each frame of a clip where most changes, of what was not yet looked at",
    make: { _ in MotionSampler() })

  public func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
    guard let glances = batch.glances else {
      throw EpisodeError("the sampler 'motion' needs the resized frames, and none were given")
    }
    guard let clips = batch.last.record.clips, clips.glanceFrames > 1 else {
      throw EpisodeError(
        "the sampler 'motion' compares the frames of a clip, and the glance sees a single one")
    }
    let seen = clips.places(.glance)
    let nearest = clips.places(.patch).map { place in
      seen.indices.min { abs(seen[$0] - place) < abs(seen[$1] - place) } ?? 0
    }
    let record = batch.last.record
    return (0..<batch.count).compactMap { index in
      let maps = Self.changes(glances, index, frames: seen.count)
      let earlier = batch.locations(index).map { $0.values(frames: nearest.count) }
      return PatchPlaces(
        nearest.enumerated().map { frame, glance in
          maps[glance].bestUnseen(record, seen: earlier.map { $0[frame] })
        })
    }
  }

  /// How much each pixel of every frame of a clip changes.
  private static func changes(_ glances: PlainMaps, _ index: Int, frames: Int) -> [WorthMap] {
    let (area, channels) = (glances.height * glances.width, glances.channels / frames)
    let start = index * glances.channels * area
    let steps = glances.values.withUnsafeBufferPointer { values in
      // Between every frame and the next.
      (1..<frames).map { frame in
        var sums = [Float](repeating: 0, count: area)
        for channel in 0..<channels {
          let here = start + (frame * channels + channel) * area
          let before = here - channels * area
          for i in 0..<area { sums[i] += abs(values[here + i] - values[before + i]) }
        }
        return sums
      }
    }
    return (0..<frames).map { frame in
      let before = steps[max(frame - 1, 0)]
      let after = steps[min(frame, steps.count - 1)]
      return WorthMap(values: zip(before, after).map(min), height: glances.height, width: glances.width)
    }
  }
}
