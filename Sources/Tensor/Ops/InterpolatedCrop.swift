import Compute

/// Cuts one patch out of each of N×C×H×W images at a place that need not be a whole pixel, with gradients with respect to
/// images and places.
///
/// Pixel (i, j) of a patch is what bilinear interpolation reads at (row + i, column + j): of whole pixels what ``Crop``
/// copies, and in PyTorch `grid_sample` of the affine grid that covers the patch, corners not aligned.
struct InterpolatedCrop: Op {
  let height: Int
  let width: Int
  let name = "interpolated_crop"

  /// The inputs are the images and the top-left corners of the patches, N×2, (row, column) in pixels.
  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let (x, corners) = (inputs[0], inputs[1])
    guard x.rank == 4 else { throw TensorError(name, "needs N×C×H×W images, not shape \(x)") }
    guard corners == [x[0], 2] else {
      throw TensorError(name, "needs \(x[0])×2 places (row, column) for \(x[0]) images, not shape \(corners)")
    }
    guard height > 0, width > 0, height <= x[2], width <= x[3] else {
      throw TensorError(name, "a \(height)×\(width) patch of an image of \(x[2])×\(x[3])")
    }
    return [x[0], x[1], height, width]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.keep(inputs[0], inputs[1])
    let x = try inputs[0].channelsLast()
    let reads = try reads(of: x.shape, at: inputs[1])
    let patches = try Tensor.empty([x.shape[0], x.shape[1], height, width])
    let (source, target) = (x.pointer, patches.pointer)
    forEachLine(reads, x.shape) { read, image, patch, count in
      let (a, b) = (source + image, source + image + read.across)
      let (c, d) = (source + image + read.down, source + image + read.down + read.across)
      let (y, x) = (read.y, read.x)
      let line = target + patch
      for e in 0..<count {
        let upper = a[e] + x * (b[e] - a[e])
        let lower = c[e] + x * (d[e] - c[e])
        line[e] = upper + y * (lower - upper)
      }
    }
    return patches
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, g) = (try saved.tensors[0].channelsLast(), try gradient.channelsLast())
    let reads = try reads(of: x.shape, at: saved.tensors[1])
    return [
      needs[0] ? try imageGradient(g, reads, x.shape) : nil,
      needs[1] ? try placeGradient(g, reads, x) : nil,
    ]
  }

  /// Every gradient of a patch goes to the four pixels that were read, by their weights.
  private func imageGradient(_ g: Tensor, _ reads: [Read], _ shape: Shape) throws -> Tensor {
    let dx = try Tensor.zeros(shape)
    let (source, target) = (g.pointer, dx.pointer)
    forEachLine(reads, shape) { read, image, patch, count in
      let line = source + patch
      let (y, x) = (read.y, read.x)
      // One corner after the other: the lines of two of them overlap.
      for (offset, weight) in [
        (0, (1 - y) * (1 - x)), (read.across, (1 - y) * x), (read.down, y * (1 - x)),
        (read.down + read.across, y * x),
      ] where weight != 0 {
        let corner = target + image + offset
        for e in 0..<count { corner[e] += weight * line[e] }
      }
    }
    return dx
  }

  /// What a pixel's move of a patch changes: differences of the pixels that were read, times the gradients.
  private func placeGradient(_ g: Tensor, _ reads: [Read], _ x: Tensor) throws -> Tensor {
    var sums = [Double](repeating: 0, count: 2 * reads.count)
    let (gradients, source) = (g.pointer, x.pointer)
    sums.withUnsafeMutableBufferPointer { buffer in
      // Each image has two sums of its own, which one thread alone adds to.
      nonisolated(unsafe) let sums = buffer
      forEachLine(reads, x.shape) { read, image, patch, count in
        let (a, b) = (source + image, source + image + read.across)
        let (c, d) = (source + image + read.down, source + image + read.down + read.across)
        let (y, x) = (read.y, read.x)
        let line = gradients + patch
        var (rows, columns) = (0.0, 0.0)
        for e in 0..<count {
          let g = Double(line[e])
          rows += g * Double((c[e] - a[e]) + x * ((d[e] - c[e]) - (b[e] - a[e])))
          columns += g * Double((b[e] - a[e]) + y * ((d[e] - c[e]) - (b[e] - a[e])))
        }
        sums[2 * read.index] += rows
        sums[2 * read.index + 1] += columns
      }
    }
    return try Tensor([reads.count, 2], sums.map { Float($0) })
  }

  /// What the pixels of one patch read.
  private struct Read {
    /// The number of the image.
    let index: Int
    /// The pixel above and to the left of the patch's first one.
    let row: Int
    let column: Int
    /// The weights of the pixels below and to the right.
    let y: Float
    let x: Float
    /// How far the pixel below is, in numbers; 0 where patches are as high as images.
    let down: Int
    /// How far the pixel to the right is; 0 where patches are as wide as images.
    let across: Int
  }

  /// - Throws: ``TensorError`` where a patch is not within its image.
  private func reads(of shape: Shape, at corners: Tensor) throws -> [Read] {
    let (c, h, w) = (shape[1], shape[2], shape[3])
    let places = try corners.values()
    let (lastRow, lastColumn) = (h - height, w - width)
    return try (0..<shape[0]).map { index in
      let (row, column) = (places[2 * index], places[2 * index + 1])
      guard row >= 0, row <= Float(lastRow), column >= 0, column <= Float(lastColumn) else {
        throw TensorError(
          name, "the patch at (\(row), \(column)) is outside 0…\(lastRow), 0…\(lastColumn)")
      }
      // A patch at the far edge reads the pair before it with weight 1, so that it has a slope there.
      let (top, left) = (min(Int(row), max(lastRow - 1, 0)), min(Int(column), max(lastColumn - 1, 0)))
      return Read(
        index: index, row: top, column: left, y: row - Float(top), x: column - Float(left),
        down: lastRow > 0 ? w * c : 0, across: lastColumn > 0 ? c : 0)
    }
  }

  /// Calls `body` with what is read, and the offsets of each line in the images and in the patches; the lines of an image
  /// come in order, on one thread.
  @inline(__always)
  private func forEachLine(
    _ reads: [Read], _ shape: Shape,
    _ body: (_ read: Read, _ image: Int, _ patch: Int, _ count: Int) -> Void
  ) {
    let (c, h, w) = (shape[1], shape[2], shape[3])
    let (height, width) = (height, width)
    ThreadTeam.parallel(reads.count, grain: max(1, (1 << 14) / max(height * width * c, 1))) { range in
      for n in range {
        let read = reads[n]
        for line in 0..<height {
          let image = ((n * h + read.row + line) * w + read.column) * c
          body(read, image, (n * height + line) * width * c, width * c)
        }
      }
    }
  }
}

extension Tensor {
  /// From N×C×H×W images, the `height`×`width` patch at each image's place, by bilinear interpolation between pixels.
  ///
  /// Gradients flow to the images and to the places: that of a place is how the patch changes as it moves.
  ///
  /// - Parameter corners: N×2, the row and column of the patches' top-left pixels, from 0 to what leaves the patch within
  ///   its image; fractions are between pixels. At whole pixels the patch is ``cropped(_:height:width:)``'s, and of the two
  ///   slopes that meet there the gradient is the one ahead, at the far edge the one behind.
  /// - Throws: ``TensorError`` when a patch is not within its image, or there is not one for each.
  public func cropped(interpolatingAt corners: Tensor, height: Int, width: Int) throws -> Tensor {
    try apply(InterpolatedCrop(height: height, width: width), [self, corners])
  }
}
