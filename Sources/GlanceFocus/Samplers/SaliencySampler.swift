/// Where the glance has the most contrast that no patch has shown yet: an attention map without learning.
///
/// The contrast of a pixel is the sum over channels of the absolute differences to its right and lower
/// neighbours. A patch's worth is the contrast inside it, less what earlier patches covered; the first of equals
/// wins.
public struct SaliencySampler: PatchSampler {
  public let name = "saliency"
  public let needs: SamplerNeeds = .glances

  public init() {}

  public static let definition = SamplerDefinition(
    name: "saliency", summary: "where the glance has the most contrast not yet looked at", parameters: [],
    make: { _ in SaliencySampler() })

  public func propose(_ batch: SamplerBatch) throws -> [PatchLocation] {
    guard let glances = batch.glances else {
      throw EpisodeError("the sampler 'saliency' needs the resized images, and none were given")
    }
    let record = batch.last.record
    // The side of a patch as the glance shows it; what is left of the glance is where patches can start.
    let side = min(max(glances.height * record.patchSize / record.imageSize, 1), glances.height)
    return (0..<batch.count).map { index in
      var contrast = Self.contrast(glances, index)
      for place in batch.locations(index) { Self.clear(&contrast, glances, side: side, place) }
      return Self.best(contrast, glances, side: side)
    }
  }

  /// H×W.
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

  private static func clear(
    _ contrast: inout [Float], _ glances: PlainMaps, side: Int, _ place: PatchLocation
  ) {
    let top = Int(place.row * Float(glances.height - side))
    let left = Int(place.column * Float(glances.width - side))
    for row in top..<top + side {
      for column in left..<left + side { contrast[row * glances.width + column] = 0 }
    }
  }

  /// The window with the largest sum, from running sums over the whole map.
  private static func best(_ contrast: [Float], _ glances: PlainMaps, side: Int) -> PatchLocation {
    let (height, width) = (glances.height, glances.width)
    let stride = width + 1
    var sums = [Double](repeating: 0, count: (height + 1) * stride)
    for row in 0..<height {
      var line = 0.0
      for column in 0..<width {
        line += Double(contrast[row * width + column])
        sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + line
      }
    }
    var best = (sum: -1.0, row: 0, column: 0)
    for row in 0...height - side {
      for column in 0...width - side {
        let (top, bottom) = (row * stride, (row + side) * stride)
        let sum =
          sums[bottom + column + side] - sums[bottom + column] - sums[top + column + side]
          + sums[top + column]
        if sum > best.sum { best = (sum, row, column) }
      }
    }
    return PatchLocation(
      row: height > side ? Float(best.row) / Float(height - side) : 0,
      column: width > side ? Float(best.column) / Float(width - side) : 0)
  }
}
