import Compute
import Tensor
import TestSupport
import Testing
import Vision

/// Glances and patches made from 8-bit pixels are those of the ops on normalised images.
struct PixelImagesTests {
  private static let mean: [Float] = [0.485, 0.456, 0.406]
  private static let deviation: [Float] = [0.229, 0.224, 0.225]

  /// N images, and the same as an N×3×H×W tensor, normalised as its definition says.
  private static func images(
    _ count: Int, _ height: Int, _ width: Int, _ channels: Int
  ) throws -> (bytes: [[UInt8]], tensor: Tensor) {
    let bytes = (0..<count).map { n in
      (0..<height * width * channels).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761 + n * 77) >> 7) }
    }
    var values = [Float](repeating: 0, count: count * 3 * height * width)
    for n in 0..<count {
      for c in 0..<3 {
        for pixel in 0..<height * width {
          let value = Float(bytes[n][pixel * channels + (channels == 3 ? c : 0)]) / 255
          values[(n * 3 + c) * height * width + pixel] = (value - mean[c]) / deviation[c]
        }
      }
    }
    return (bytes, try Tensor([count, 3, height, width], values))
  }

  private static func withPointers<R>(
    _ bytes: [[UInt8]], _ body: ([UnsafePointer<UInt8>]) throws -> R
  ) throws -> R {
    let copies = bytes.map { image in
      let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: image.count)
      copy.initialize(from: image, count: image.count)
      return copy
    }
    defer { for copy in copies { copy.deallocate() } }
    return try body(copies.map { UnsafePointer($0) })
  }

  @Test(
    arguments: [(64, 64, 24), (50, 70, 33), (24, 24, 24), (20, 30, 48), (224, 224, 96)],
    [Interpolation.bilinear, .bicubic])
  func glancesAreResizedImages(_ sizes: (Int, Int, Int), _ interpolation: Interpolation) throws {
    let (height, width, side) = sizes
    for channels in [1, 3] {
      let (bytes, tensor) = try Self.images(3, height, width, channels)
      let pixels = try PixelImages(
        height: height, width: width, channels: channels, mean: Self.mean, deviation: Self.deviation)
      #expect(pixels.bytes == height * width * channels)
      for aligned in [true, false] {
        let expected = try tensor.resized(height: side, width: side, interpolation, alignCorners: aligned)
        let found = try Self.withPointers(bytes) {
          try pixels.resized($0, pixels.resizing(to: side, interpolation, alignCorners: aligned))
        }
        try assertClose(found, expected, relative: 1e-5, absolute: 2e-5)
      }
    }
  }

  @Test func patchesAreCroppedImages() throws {
    for (channels, side) in [(1, 7), (3, 7), (3, 40), (1, 40)] {
      let (bytes, tensor) = try Self.images(5, 40, 53, channels)
      let pixels = try PixelImages(
        height: 40, width: 53, channels: channels, mean: Self.mean, deviation: Self.deviation)
      let positions = (0..<5).map {
        PatchPosition(row: (40 - side) * $0 / 4, column: (53 - side) * (4 - $0) / 4)
      }
      let expected = try tensor.cropped(positions, height: side, width: side)
      let found = try Self.withPointers(bytes) { try pixels.patches($0, positions, side: side) }
      try assertClose(found, expected, relative: 1e-6, absolute: 1e-6)
    }
  }

  /// A clip is its pictures one after the other: what is made of them is bit for bit what is made of each alone.
  @Test(arguments: [1, 3]) func clipsAreTheirPicturesInARow(_ channels: Int) throws {
    let (count, frames) = (2, 3)
    let (pictures, _) = try Self.images(count * frames, 30, 40, channels)
    let clips = (0..<count).map { n in Array(pictures[n * frames..<(n + 1) * frames].joined()) }
    func form(_ frames: Int) throws -> PixelImages {
      try PixelImages(
        frames: frames, height: 30, width: 40, channels: channels, mean: Self.mean, deviation: Self.deviation)
    }
    let (single, several) = (try form(1), try form(frames))
    #expect(several.frameBytes == single.bytes && several.bytes == frames * single.bytes)
    let resizing = single.resizing(to: 16, .bicubic, alignCorners: true)
    let glances = try Self.withPointers(pictures) { try single.resized($0, resizing) }
    let found = try Self.withPointers(clips) { try several.resized($0, resizing) }
    #expect(found.shape == [count * frames, 3, 16, 16])
    #expect(try found.values() == glances.values())

    let places = (0..<count * frames).map { PatchPosition(row: $0, column: 2 * $0) }
    let each = try Self.withPointers(pictures) { try single.patches($0, places, side: 12) }
    #expect(
      try Self.withPointers(clips) { try several.patches($0, places, side: 12) }.values() == each.values())
    // One place for all frames of a clip.
    let repeated = places.prefix(count).flatMap { [PatchPosition](repeating: $0, count: frames) }
    let shared = try Self.withPointers(pictures) { try single.patches($0, repeated, side: 12) }
    #expect(
      try Self.withPointers(clips) { try several.patches($0, Array(places.prefix(count)), side: 12) }.values()
        == shared.values())
    #expect {
      try Self.withPointers(clips) { try several.patches($0, Array(places.prefix(4)), side: 12) }
    } throws: {
      "\($0)".contains("4 positions for 2 items, expected one for each, or 6, one for each of 3 frames")
    }
    #expect {
      try Self.withPointers(clips) {
        try several.patches($0, [places[0], PatchPosition(row: 20, column: 0)], side: 12)
      }
    } throws: {
      "\($0)".contains("of clip 2 of 30×40 pixels")
    }
  }

  @Test func rowsOfABatchOfClipsAreItsFrames() throws {
    let (pictures, tensor) = try Self.images(6, 5, 7, 3)
    let clips = try TensorsDataset(
      bytes: Array(pictures.joined()), layout: .channelsLast, frames: 3, imageSize: (5, 7), channels: 3,
      labels: [0, 1])
    let batch = try #require(try BatchLoader(clips, batchSize: 2).epoch(0).next())
    #expect(batch.count == 2 && batch.frames == 3)
    let rows = try Tensor.images(batch, mean: Self.mean, deviation: Self.deviation)
    #expect(rows.shape == [6, 3, 5, 7])
    try assertClose(rows, tensor, relative: 1e-6, absolute: 1e-6)
  }

  @Test func threadsDoNotChangeBits() throws {
    let (bytes, _) = try Self.images(4, 224, 224, 3)
    let pixels = try PixelImages(
      height: 224, width: 224, channels: 3, mean: Self.mean, deviation: Self.deviation)
    let before = ThreadTeam.size
    defer { ThreadTeam.setSize(before) }
    let results = try [1, 2, 3].map { threads in
      ThreadTeam.setSize(threads)
      return try Self.withPointers(bytes) {
        try pixels.resized($0, pixels.resizing(to: 96, .bicubic, alignCorners: true)).values()
      }
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    #expect(throws: TensorError.self) {
      try PixelImages(height: 4, width: 4, channels: 2, mean: Self.mean, deviation: Self.deviation)
    }
    #expect(throws: TensorError.self) {
      try PixelImages(height: 4, width: 4, channels: 3, mean: [0.5], deviation: Self.deviation)
    }
    #expect(throws: TensorError.self) {
      try PixelImages(
        frames: 0, height: 4, width: 4, channels: 3, mean: Self.mean, deviation: Self.deviation)
    }
    let (bytes, _) = try Self.images(1, 8, 8, 1)
    let pixels = try PixelImages(
      height: 8, width: 8, channels: 1, mean: Self.mean, deviation: Self.deviation)
    for (row, column) in [(-1, 0), (0, -1), (5, 0), (0, 5)] {
      #expect(throws: TensorError.self) {
        try Self.withPointers(bytes) {
          try pixels.patches($0, [PatchPosition(row: row, column: column)], side: 4)
        }
      }
    }
  }
}
