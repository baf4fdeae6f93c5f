/// How much it is worth to look at each place of an image: a map of any size that covers it.
struct WorthMap {
  /// The worth of each place, H×W, at least 0.
  var values: [Float]
  let height: Int
  let width: Int

  /// The patch with the largest sum over what earlier patches of the image left uncovered; the first of equals.
  ///
  /// Of a clip the map is of all frames together, and so are the places.
  func bestUnseen(_ batch: SamplerBatch, _ index: Int) -> PatchPlaces {
    .same(bestUnseen(batch.last.record, seen: batch.locations(index).flatMap(\.values)))
  }

  /// The patch with the largest sum over what patches at `places` left uncovered; the first of equals.
  func bestUnseen(_ record: EpisodeRecord, seen places: [PatchLocation]) -> PatchLocation {
    // This is the side of a patch on the map; what is left of the map is where patches can start.
    let side = min(max(height * record.patchSize / record.imageSize, 1), min(height, width))
    var rest = self
    for place in places { rest.clear(place, side: side) }
    return rest.best(side: side)
  }

  private mutating func clear(_ place: PatchLocation, side: Int) {
    let top = Int(place.row * Float(height - side))
    let left = Int(place.column * Float(width - side))
    for row in top..<top + side {
      for column in left..<left + side { values[row * width + column] = 0 }
    }
  }

  /// The window with the largest sum, from running sums over the whole map.
  private func best(side: Int) -> PatchLocation {
    let stride = width + 1
    var sums = [Double](repeating: 0, count: (height + 1) * stride)
    for row in 0..<height {
      var line = 0.0
      for column in 0..<width {
        line += Double(values[row * width + column])
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
