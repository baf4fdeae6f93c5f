import Compute

/// The top-left pixel of a patch, counted from 0.
public struct PatchPosition: Hashable, Sendable {
  /// Rows of pixels above the patch.
  public let row: Int
  /// Columns of pixels to the left of the patch.
  public let column: Int

  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// Cuts one patch out of each of N×C×H×W images.
struct Crop: Op {
  let positions: [PatchPosition]
  let height: Int
  let width: Int
  let name = "crop"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let x = inputs[0]
    guard x.rank == 4 else { throw TensorError(name, "needs N×C×H×W images, not shape \(x)") }
    guard x[0] == positions.count else {
      throw TensorError(name, "\(positions.count) patches for \(x[0]) images")
    }
    guard height > 0, width > 0, height <= x[2], width <= x[3] else {
      throw TensorError(name, "a \(height)×\(width) patch of an image of \(x[2])×\(x[3])")
    }
    let (lastRow, lastColumn) = (x[2] - height, x[3] - width)
    for position in positions
    where position.row < 0 || position.row > lastRow || position.column < 0 || position.column > lastColumn {
      throw TensorError(
        name, "top-left pixel (\(position.row), \(position.column)) is outside 0…\(lastRow), 0…\(lastColumn)")
    }
    return [x[0], x[1], height, width]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    let patches = try Tensor.empty([positions.count, inputs[0].shape[1], height, width])
    try inputs[0].cut(Array(positions.indices), positions, into: patches, from: 0)
    return patches
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let g = try gradient.channelsLast()
    let dx = try Tensor.zeros(saved.shapes[0])
    let (source, target) = (g.pointer, dx.pointer)
    Self.forEachLine(Array(positions.indices), positions, of: dx.shape, height, width) {
      image, patch, count in
      (target + image).update(from: source + patch, count: count)
    }
    return [dx]
  }

  /// Calls `body` with the offsets of each line of the patches in the images and in the patches.
  @inline(__always)
  fileprivate static func forEachLine(
    _ images: [Int], _ positions: [PatchPosition], of shape: Shape, _ height: Int, _ width: Int,
    _ body: (_ image: Int, _ patch: Int, _ count: Int) -> Void
  ) {
    let (c, h, w) = (shape[1], shape[2], shape[3])
    ThreadTeam.parallel(positions.count, grain: max(1, (1 << 15) / max(height * width * c, 1))) { range in
      for n in range {
        let position = positions[n]
        for line in 0..<height {
          let image = ((images[n] * h + position.row + line) * w + position.column) * c
          body(image, (n * height + line) * width * c, width * c)
        }
      }
    }
  }
}

extension Tensor {
  /// From N×C×H×W images, the `height`×`width` patch at each image's position; no interpolation.
  ///
  /// - Throws: ``TensorError`` when a patch is not within its image, or there is not one for each.
  public func cropped(_ positions: [PatchPosition], height: Int, width: Int) throws -> Tensor {
    try apply(Crop(positions: positions, height: height, width: width), [self])
  }

  /// Copies a patch of each of some of these N×C×H×W images to the rows of `patches` from `row` on; no gradient.
  ///
  /// `images` says which images, from 0, and `positions` has a position for each of them. `patches` are
  /// M×C×height×width, as ``empty(_:)`` makes them.
  ///
  /// - Throws: ``TensorError`` when an image, a patch or a row is not there.
  public func cut(_ images: [Int], _ positions: [PatchPosition], into patches: Tensor, from row: Int) throws {
    let x = try channelsLast()
    let (height, width) = (patches.shape[2], patches.shape[3])
    guard x.rank == 4, patches.rank == 4, x.shape[1] == patches.shape[1], images.count == positions.count,
      row >= 0, row + images.count <= patches.shape[0], patches.isChannelsLast
    else { throw TensorError("cut", "\(images.count) patches of \(x.shape) do not fit \(patches.shape)") }
    let (c, h, w) = (x.shape[1], x.shape[2], x.shape[3])
    for (image, position) in zip(images, positions) {
      guard (0..<x.shape[0]).contains(image), position.row >= 0, position.row + height <= h,
        position.column >= 0, position.column + width <= w
      else {
        throw TensorError(
          "cut",
          "a \(height)×\(width) patch at (\(position.row), \(position.column)) of image \(image) of \(x.shape)"
        )
      }
    }
    let source = x.pointer
    let target = patches.pointer + row * height * width * c
    Crop.forEachLine(images, positions, of: x.shape, height, width) { image, patch, count in
      (target + patch).update(from: source + image, count: count)
    }
  }
}
