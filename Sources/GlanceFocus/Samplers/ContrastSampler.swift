/// Where the glance has the most contrast that no patch has shown yet: an attention map without learning.
///
/// The contrast of a pixel is the sum over channels of the absolute differences to its right and lower neighbours.
public struct ContrastSampler: PatchSampler {
  public let name = "contrast"
  public let needs: SamplerNeeds = .glances

  public init() {}

  public static let definition = SamplerDefinition(
    .sampler, name: "contrast", summary: "where the glance has the most contrast not yet looked at",
    make: { _ in ContrastSampler() })

  public func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
    guard let glances = batch.glances else {
      throw EpisodeError("the sampler 'contrast' needs the resized images, and none were given")
    }
    return (0..<batch.count).map { index in
      WorthMap(values: Self.contrast(glances, index), height: glances.height, width: glances.width)
        .bestUnseen(batch, index)
    }
  }

  /// The contrast of each pixel of an image, H×W.
  private static func contrast(_ glances: PlainMaps, _ index: Int) -> [Float] {
    let (height, width) = (glances.height, glances.width)
    var result = [Float](repeating: 0, count: height * width)
    let start = index * glances.channels * height * width
    glances.values.withUnsafeBufferPointer { values in
      for channel in 0..<glances.channels {
        let plane = start + channel * height * width
        for row in 0..<height - 1 {
          for column in 0..<width - 1 {
            let i = row * width + column
            let here = values[plane + i]
            result[i] += abs(values[plane + i + 1] - here) + abs(values[plane + i + width] - here)
          }
        }
      }
    }
    return result
  }
}
