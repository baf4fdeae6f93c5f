import Support
import Vision

/// Clips of video files.
///
/// A video is opened when a clip of it is asked for: its packets are read once, which says how many frames there are, and
/// those that the clip needs are decoded, no others. Then it is closed; the tables of the last used videos are kept.
/// A video that is damaged, cut off or missing is named; nothing takes the place of its frames.
public struct VideosDataset: SampledVideos {
  /// Where the videos are.
  public enum Source: Sendable {
    /// A folder with a folder of videos for each class; or videos without classes. `split` names a folder in it.
    case folder(FilePath)
    /// A text file with a line for each video, and the folder that their names are in.
    case list(FilePath, root: FilePath)
    /// Files, of which no class is known.
    case files([FilePath])
  }

  private let places: VideoPlaces
  private let shelf = VideoShelf()
  public let sampling: FrameSampling
  public let transform: ClipTransform
  public let random: CounterRandom
  /// What users should know of the videos, a line each: what was passed over, and what is not there.
  public let remarks: [String]
  public let split: String
  public let identity: String
  public let labels: [String]
  public let normalization: Normalization
  public let damaged: DamagedImages?

  /// Finds the videos, and opens FFmpeg's libraries; no video is opened yet.
  ///
  /// - Parameters:
  ///   - source: where they are.
  ///   - sampling: which frames make clips.
  ///   - transform: what is done to their pictures.
  ///   - options: how a list is read, and more.
  ///   - note: told what takes long, such as the installation of FFmpeg's libraries.
  /// - Throws: `FileError`, or ``DatasetError`` in one line; `FileAccess.Refused`; ``VideoLibrary/Missing``; `Interrupted`.
  public init(
    _ source: Source, sampling: FrameSampling, transform: ClipTransform, options: VideoSetOptions = .init(),
    note: (String) -> Void = { Console.note($0) }
  ) throws {
    switch source {
    case .folder(let path):
      places = try VideoPlaces(folder: path, options)
      split = options.split.flatMap { $0.isEmpty ? nil : $0 } ?? "all"
    case .list(let path, let root):
      places = try VideoPlaces(list: path, root: root, options)
      split = options.split(sampling)
    case .files(let paths):
      places = try VideoPlaces(files: paths, options)
      split = options.split ?? "all"
    }
    // Pixels depend on the version, which is known once the libraries are open.
    try VideoLibrary.ensure(note)
    self.sampling = sampling
    self.transform = transform
    remarks = places.remarks
    labels = places.classes.map(\.shown)
    normalization = options.normalization
    damaged = options.damage == .skip ? DamagedImages() : nil
    random = CounterRandom(seed: options.seed, stream: "videos")
    var hash = places.content
    for name in places.classes { hash.add(name.bytes) }
    identity =
      "videos/\(split) \(places.root) ffmpeg=\(VideoLibrary.version ?? "")"
      + " \(sampling.identity(with: transform, seed: options.seed)) content=\(hash)"
  }

  public var name: String { "videos" }
  public var videoCount: Int { places.count }
  public var labelNames: [ClassName] { places.classes }
  public var knowsLabels: Bool { places.knowsLabels }
  public var heldBytes: Int { places.heldBytes + shelf.heldBytes }

  public func videoLabel(_ video: Int) -> Int { places.label(video) }
  public func videoPath(_ video: Int) -> FilePath { places.name(video) }

  /// The frames of a clip, counted from 0 in their video, in the order of the clip; `index` must be below `count`.
  ///
  /// - Throws: ``ImageError`` where the video cannot be read.
  public func frameNumbers(at index: Int, epoch: Int = 0) throws -> [Int] {
    try with(index / views) { frameNumbers(at: index, epoch: epoch, of: $0.count) }
  }

  public func pictures(
    of video: Int, _ choose: (Int) -> [Int], prepare: (RGBImage) throws -> RGBImage
  ) throws -> [RGBImage] {
    try with(video) { try $0.frames(at: choose($0.count), prepare) }
  }

  /// Calls `body` with the open video, which belongs to this thread alone and is closed afterwards.
  private func with<Result>(_ video: Int, _ body: (VideoFile) throws -> Result) throws -> Result {
    let path = places.path(video)
    do {
      // Videos of a data set are often links to where they lie; which folder a script may name was decided before.
      return try FileAccess.ofProgram {
        let file = try shelf.take(video) ?? VideoFile(path)
        defer { shelf.put(file, video) }
        // Of a video that is cut off, the parts would be others than those of the whole.
        if let damage = file.damage { throw VideoError(path: path, reason: damage) }
        return try body(file)
      }
    } catch let error as VideoError {
      throw ImageError(path: error.path, reason: error.reason)
    } catch let error as FileError {
      throw ImageError(error, path: path)
    }
  }
}
