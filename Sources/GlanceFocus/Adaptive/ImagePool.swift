import Foundation
import Compute
import Support
import Tensor
import Vision

/// The pixels of the images in play, or of the frames of clips, 8 bits each, in memory that is taken once and used over and
/// over.
///
/// What the network looks at is made from them directly: beyond its decoded pixels an image needs memory for what the
/// encoders see only, whatever its resolution.
final class ImagePool {
  /// Images or clips that there is room for.
  let capacity: Int
  private let pixels: PixelImages
  private let glance: PixelImages.Resizing
  private let memory: UnsafeMutableBufferPointer<UInt8>
  private let configuration: Configuration
  /// Bytes of one image, or of all frames of a clip.
  private let itemBytes: Int

  init(_ configuration: Configuration, channels: Int, capacity: Int) throws {
    self.configuration = configuration
    self.capacity = capacity
    let side = configuration.imageSize
    pixels = try PixelImages(
      height: side, width: side, channels: channels, mean: configuration.mean,
      deviation: configuration.standardDeviation)
    glance = pixels.resizing(
      to: configuration.side(.glance), configuration.interpolation, alignCorners: true)
    // Pages that no image has used yet cost nothing, but the addresses must be there.
    itemBytes = [pixels.bytes, configuration.frames].checkedProduct() ?? .max
    let bytes = [itemBytes, capacity].checkedProduct() ?? .max
    guard bytes < .max, let start = malloc(max(bytes, 1)) else {
      throw MemoryRefused(
        "room for \(capacity) \(configuration.frames == 1 ? "images" : "clips of \(configuration.frames) frames") of \(side)×\(side) needs \(MemoryText.size(bytes)), and the system grants no more memory; a smaller batch needs less"
      )
    }
    memory = UnsafeMutableBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: bytes)
  }

  deinit { free(memory.baseAddress) }

  /// Bytes of all images that there is room for.
  var bytes: Int { memory.count }

  /// Prepares images on the one team of threads, and puts each at its row.
  ///
  /// - Returns: for each, false where it cannot be read and its data set notes that.
  /// - Throws: what preparing the first of those threw that cannot be left out; `Interrupted`.
  func load(_ images: [SourceImage], rows: [Int]) throws -> [Bool] {
    try MemoryBudget.shared.require(images.count * itemBytes)
    var failures = [(any Error)?](repeating: nil, count: images.count)
    failures.withUnsafeMutableBufferPointer { failures in
      ThreadTeam.parallel(images.count, grain: 1) { range in
        for position in range {
          do {
            try Cancellation.check()
            try render(images[position], into: slot(rows[position]))
          } catch {
            failures[position] = error
          }
        }
      }
    }
    try Cancellation.check()
    return try zip(images, failures).map { image, failure in
      guard let failure else { return true }
      guard failure is ImageError, image.dataset.damaged != nil else { throw failure }
      return false
    }
  }

  private func render(_ image: SourceImage, into slot: UnsafeMutableBufferPointer<UInt8>) throws {
    let (dataset, side) = (image.dataset, configuration.imageSize)
    try ModelError.require(
      dataset.frames == configuration.frames,
      "item \(image.number + 1) is of \(Configuration.items(dataset.frames)), the model was made for"
        + " \(Configuration.items(configuration.frames))")
    try ModelError.require(
      dataset.imageSize == (side, side) && (dataset.channels == pixels.channels || dataset.channels == 1),
      "image \(image.number + 1) has \(dataset.imageSize.height)×\(dataset.imageSize.width)×\(dataset.channels)"
        + " values, expected \(side)×\(side)×\(pixels.channels)")
    if dataset.channels == pixels.channels {
      return try dataset.render(image.index, epoch: 0, into: slot)
    }
    let grey = dataset.itemBytes
    try dataset.render(image.index, epoch: 0, into: UnsafeMutableBufferPointer(rebasing: slot[..<grey]))
    // We go from the end, so that nothing is overwritten before it was read.
    for pixel in (0..<grey).reversed() {
      let value = slot[pixel]
      for channel in 0..<pixels.channels { slot[pixel * pixels.channels + channel] = value }
    }
  }

  private func slot(_ row: Int) -> UnsafeMutableBufferPointer<UInt8> {
    let first = row % capacity * itemBytes
    return UnsafeMutableBufferPointer(rebasing: memory[first..<first + itemBytes])
  }

  /// The pictures of `rows` that an encoder sees, item by item.
  private func pictures(_ rows: [Int], _ look: Look) throws -> [UnsafePointer<UInt8>] {
    guard let start = memory.baseAddress else { throw ModelError("no memory for images") }
    if configuration.frames == 1 {
      return rows.map { UnsafePointer(start + $0 % capacity * itemBytes) }
    }
    let places = configuration.framePlaces(look)
    return rows.flatMap { row in
      places.map { UnsafePointer(start + row % capacity * itemBytes + $0 * pixels.bytes) }
    }
  }

  /// The whole images at the glance's size G, n×3×G×G, normalised; of clips the frames that the glance sees, (n·f)×3×G×G.
  func glances(_ rows: [Int]) throws -> Tensor {
    try pixels.resized(pictures(rows, .glance), glance)
  }

  /// One patch of each image, n×3×P×P, normalised; of clips one of every frame that patches are cut from.
  func patches(_ rows: [Int], _ locations: [PatchPlaces]) throws -> Tensor {
    let (side, patch) = (configuration.imageSize, configuration.patchSize)
    let corners = locations.map { $0.corners(imageSize: side, patchSize: patch) }
    return try pixels.patches(
      pictures(rows, .patch), corners.spread(configuration.frames(.patch)), side: patch)
  }
}
