import Compute
import NeuralNet
import Support
import Tensor
import Vision

/// Images, or clips of several pictures, on their way into a network, in units of level/255 and not yet normalised.
///
/// They are 8-bit pixels where nothing is lost by that, so that what a network sees of them is to the last bit what the
/// adaptive loop and training see. Else they are numbers of any level, which may have a history: then gradients flow to
/// them.
public struct NetworkImages {
  private enum Source {
    /// (N·F) × H × W × C levels.
    case pixels([UInt8])
    /// (N·F)×C×H×W.
    case numbers(Tensor)
  }

  private let source: Source
  /// The number of images or clips, N.
  public let count: Int
  /// The number of pictures of each, F: 1 for images.
  public let frames: Int
  /// 1 for grey, 3 for colour.
  public let channels: Int
  /// Rows of pixels, H.
  public let height: Int
  /// Columns of pixels, W.
  public let width: Int

  private init(_ source: Source, count: Int, frames: Int, channels: Int, height: Int, width: Int) {
    self.source = source
    self.count = count
    self.frames = frames
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Items of a data set, prepared on the thread team.
  ///
  /// - Throws: what preparing the first of those threw that cannot be read; `MemoryRefused`; `Interrupted`.
  public init(_ dataset: any ImageDataset, at indices: [Int]) throws {
    let size = dataset.itemBytes
    let bytes = [indices.count, size].checkedProduct() ?? .max
    try MemoryBudget.shared.require(bytes)
    var failures = [(any Error)?](repeating: nil, count: indices.count)
    var pixels = [UInt8](repeating: 0, count: bytes)
    pixels.withUnsafeMutableBufferPointer { pixels in
      failures.withUnsafeMutableBufferPointer { failures in
        ThreadTeam.parallel(indices.count, grain: 1) { range in
          for place in range {
            let slot = UnsafeMutableBufferPointer(rebasing: pixels[place * size..<(place + 1) * size])
            do {
              try Cancellation.check()
              try dataset.render(indices[place], epoch: 0, into: slot)
            } catch {
              failures[place] = error
            }
          }
        }
      }
    }
    try Cancellation.check()
    if let failure = failures.lazy.compactMap(\.self).first { throw failure }
    self.init(
      .pixels(pixels), count: indices.count, frames: dataset.frames, channels: dataset.channels,
      height: dataset.imageSize.height, width: dataset.imageSize.width)
  }

  /// The items of a batch, as they were prepared.
  public init(_ batch: Batch) {
    self.init(
      .pixels(batch.pixels), count: batch.count, frames: batch.frames, channels: batch.channels,
      height: batch.imageSize.height, width: batch.imageSize.width)
  }

  /// Images or clips given as numbers.
  ///
  /// - Parameters:
  ///   - tensor: N×C×H×W with 1 or 3 channels, or N×F×C×H×W.
  ///   - hasHistory: true where gradients are to flow to the numbers.
  /// - Throws: ``ModelError`` for other shapes; `MemoryRefused`; `Interrupted`.
  public init(_ tensor: Tensor, hasHistory: Bool) throws {
    let isOfClips = tensor.rank == 5
    let (items, frames) =
      isOfClips ? (tensor.shape[0], tensor.shape[1]) : (tensor.rank > 0 ? tensor.shape[0] : 0, 1)
    let tensor =
      isOfClips ? try tensor.mergedRows() : tensor
    let shape = tensor.shape
    try ModelError.require(
      shape.rank == 4 && (shape[1] == 1 || shape[1] == 3) && shape.count > 0,
      "images must be n × 1 or 3 × height × width, and clips n × frames × 1 or 3 × height × width; got \(shape)"
    )
    if !hasHistory, let levels = Levels.origin(of: tensor) {
      self.init(
        .pixels(levels.pixels), count: items, frames: frames, channels: shape[1], height: shape[2],
        width: shape[3])
      return
    }
    let levels = hasHistory ? nil : try Self.levels(of: tensor)
    self.init(
      levels.map { .pixels($0) } ?? .numbers(tensor), count: items, frames: frames, channels: shape[1],
      height: shape[2], width: shape[3])
  }

  // MARK: What a network sees

  /// The images as numbers, N×C×H×W, or the clips, N×F×C×H×W, in units of level/255.
  public func tensor() throws -> Tensor {
    let pictures = try pictures()
    return frames == 1 ? pictures : try pictures.reshaped([count, frames, channels, height, width])
  }

  /// All pictures as numbers, (N·F)×C×H×W.
  private func pictures() throws -> Tensor {
    switch source {
    case .numbers(let tensor): return tensor
    case .pixels(let pixels):
      let result = try Tensor.empty([count * frames, channels, height, width])
      // What a crop gives is most often what the next step is asked with: nobody need find the levels again.
      result.storage.origin = Levels(pixels, result)
      let target = result.pointer
      pixels.withUnsafeBufferPointer { pixels in
        ThreadTeam.parallel(pixels.count, grain: 1 << 14) { range in
          for i in range { target[i] = Float(pixels[i]) / 255 }
        }
      }
      return result
    }
  }

  /// All pixels, normalised, (N·F)×3×H×W, as training normalises them.
  public func normalized(for configuration: Configuration) throws -> Tensor {
    let (mean, deviation) = (configuration.mean, configuration.standardDeviation)
    switch source {
    case .pixels(let pixels):
      return try Tensor.images(
        pixels: pixels, count: count * frames, height: height, width: width, channels: channels, mean: mean,
        deviation: deviation)
    case .numbers(let tensor):
      return try (tensor - Tensor([1, 3, 1, 1], mean)) / Tensor([1, 3, 1, 1], deviation)
    }
  }

  /// The whole images at `side`×`side`, normalised, N×3×`side`×`side`, as the adaptive loop makes them; of clips some frames
  /// of each, (N·f)×3×`side`×`side`.
  ///
  /// Numbers that are no 8-bit levels are normalised first and resized afterwards, which differs by rounding.
  ///
  /// - Parameter places: which frames, from 0; nil: all.
  public func glances(for configuration: Configuration, side: Int, frames places: [Int]? = nil) throws
    -> Tensor
  {
    let places = places ?? Array(0..<frames)
    guard case .pixels(let pixels) = source else {
      return try Self.resized(
        normalized(for: configuration).frames(at: places, of: frames), configuration, side)
    }
    let images = try PixelImages(
      height: height, width: width, channels: channels, mean: configuration.mean,
      deviation: configuration.standardDeviation)
    return try pixels.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return try Tensor.empty([0, 3, side, side]) }
      return try images.resized(
        (0..<count).flatMap { item in places.map { start + (item * frames + $0) * images.bytes } },
        images.resizing(to: side, configuration.interpolation, alignCorners: true))
    }
  }

  /// The whole images resized as glances are, not normalised, N×C×`side`×`side`; of clips N×F×C×`side`×`side`.
  public func resized(for configuration: Configuration, side: Int) throws -> Tensor {
    let resized = try Self.resized(pictures(), configuration, side)
    return frames == 1 ? resized : try resized.reshaped([count, frames, channels, side, side])
  }

  private static func resized(_ images: Tensor, _ configuration: Configuration, _ side: Int) throws -> Tensor
  {
    if images.shape[2] == side, images.shape[3] == side { return images }
    return try images.resized(
      height: side, width: side, configuration.interpolation, alignCorners: true)
  }

  /// The patches of `side`×`side` pixels at `locations`, one for each image, cut without interpolation; of clips one of
  /// every frame, at the same place or at its own.
  ///
  /// - Parameter places: which frames, from 0; nil: all.
  /// - Throws: ``ModelError`` where there is not one for each, or one for each frame, one is not in [0, 1]², or images
  ///   are smaller than patches.
  public func patches(at locations: [PatchPlaces], side: Int, frames places: [Int]? = nil) throws
    -> NetworkImages
  {
    try ModelError.require(
      locations.count == count, "\(locations.count) places for \(count) images, expected one for each")
    try ModelError.require(
      side <= height && side <= width, "patches of \(side)×\(side) do not fit images of \(height)×\(width)")
    let places = places ?? Array(0..<frames)
    try Self.requireInside(locations)
    for (index, item) in locations.enumerated() {
      try ModelError.require(
        item.count == 1 || item.count == places.count,
        "\(item.count) places for the \(places.count) frames of clip \(index + 1), expected one for each, or one for all"
      )
    }
    let positions = locations.spread(places.count).map {
      PatchPosition(row: Int($0.row * Float(height - side)), column: Int($0.column * Float(width - side)))
    }
    let patches: Source
    switch source {
    case .numbers(let tensor):
      patches = .numbers(
        try tensor.frames(at: places, of: frames).cropped(
          positions, height: side, width: side))
    case .pixels(let pixels):
      patches = .pixels(
        Self.cut(
          pixels, height: height, width: width, channels: channels, side: side, frames: (frames, places),
          positions))
    }
    return NetworkImages(
      patches, count: count, frames: places.count, channels: channels, height: side, width: side)
  }

  /// The patches of `side`×`side` pixels whose top-left pixels are at `positions`, one for each of the pictures that
  /// `places` name of every `count` frames.
  private static func cut(
    _ pixels: [UInt8], height: Int, width: Int, channels: Int, side: Int, frames: (count: Int, places: [Int]),
    _ positions: [PatchPosition]
  ) -> [UInt8] {
    let (line, places) = (side * channels, frames.places)
    return [UInt8](unsafeUninitializedCapacity: positions.count * side * line) { cut, filled in
      filled = cut.count
      let target = cut
      pixels.withUnsafeBufferPointer { pixels in
        guard let from = pixels.baseAddress, let to = target.baseAddress else { return }
        ThreadTeam.parallel(positions.count, grain: max(1, (1 << 16) / (side * line))) { range in
          for picture in range {
            let frame = picture / places.count * frames.count + places[picture % places.count]
            let (top, left) = (positions[picture].row, positions[picture].column)
            for row in 0..<side {
              (to + (picture * side + row) * line).update(
                from: from + ((frame * height + top + row) * width + left) * channels, count: line)
            }
          }
        }
      }
    }
  }

  private static func requireInside(_ locations: [PatchPlaces]) throws {
    for (index, item) in locations.enumerated() {
      guard let stray = item.stray else { continue }
      throw ModelError(
        "place \(index + 1) is (\(stray.row), \(stray.column)): row and column must lie in [0, 1]")
    }
  }

  /// The same at `locations` between pixels, by bilinear interpolation, with gradients to them: N×C×`side`×`side`, of clips
  /// N×f×C×`side`×`side`.
  ///
  /// - Parameters:
  ///   - locations: (row, column) in [0, 1], N×2, of clips also N×f×2; two numbers are for all.
  ///   - places: which frames, from 0; nil: all.
  /// - Throws: ``ModelError`` where images are smaller than patches; `TensorError` where there is not a place for each, or one
  ///   is not in [0, 1].
  public func patches(interpolatingAt locations: Tensor, side: Int, frames places: [Int]? = nil) throws
    -> Tensor
  {
    try ModelError.require(
      side <= height && side <= width, "patches of \(side)×\(side) do not fit images of \(height)×\(width)")
    let places = places ?? Array(0..<frames)
    try Self.requireInside(PatchPlaces.all(in: locations.rank == 1 ? locations.unsqueezed(0) : locations))
    let room = try Tensor([2], [Float(height - side), Float(width - side)])
    // One place of an item is spread over its frames, one of all over the items.
    let spread =
      locations.rank == 2 && locations.shape[0] == count ? try locations.unsqueezed(1) : locations
    let corners = try (spread * room).expanded(to: [count, places.count, 2]).reshaped([
      count * places.count, 2,
    ])
    let patches = try pictures().frames(at: places, of: frames).cropped(
      interpolatingAt: corners, height: side, width: side)
    return places.count == 1 ? patches : try patches.reshaped([count, places.count, channels, side, side])
  }

  /// From the least to the largest number where these are so far from 0…1 that they will hardly be meant; nil for 8-bit
  /// pixels.
  public func strayRange() throws -> ClosedRange<Float>? {
    guard case .numbers(let tensor) = source else { return nil }
    let values = try Recording.paused { try tensor.values() }
    let (least, most) = values.reduce((Float.infinity, -Float.infinity)) { (min($0.0, $1), max($0.1, $1)) }
    return least < -0.5 || most > 1.5 ? least...max(least, most) : nil
  }
}
