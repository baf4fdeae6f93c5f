import Support

/// Videos as folders of pictures, one a frame, that a list names: the form in which TSM, AR-Net and AdaFocus keep them.
///
/// Frames are chosen, read and transformed when a clip is asked for. A frame that is missing or cannot be read is named;
/// nothing takes its place. What is drawn at random depends on the seed, the epoch and the video alone.
public struct FramesDataset: SampledVideos {
  /// How videos are found and shown.
  @dynamicMemberLookup
  public struct Options: Sendable {
    /// How frames are called.
    public var template = "img_{:05d}.jpg"
    /// The number of a video's first frame.
    public var first = 1
    /// What videos that are files have as well.
    public var common = VideoSetOptions()

    /// Lists as those of Kinetics; damaged clips are skipped.
    public init() {}

    public subscript<Value>(dynamicMember path: WritableKeyPath<VideoSetOptions, Value>) -> Value {
      get { common[keyPath: path] }
      set { common[keyPath: path] = newValue }
    }
  }

  private let root: FilePath
  private let list: VideoList
  public let sampling: FrameSampling
  public let transform: ClipTransform
  private let template: FrameTemplate
  private let first: Int
  public let random: CounterRandom
  /// What users should know of the list, a line each: what was left out, and what is not there.
  public let remarks: [String]
  public let split: String
  public let identity: String
  public let labelNames: [ClassName]
  public let labels: [String]
  public let normalization: Normalization
  public let damaged: DamagedImages?

  private static let mostFirst = 1_000_000_000

  /// Reads the list, and looks for the first frame of each video; none is opened yet.
  ///
  /// - Parameters:
  ///   - list: the text file with a line for each video.
  ///   - root: the folder that the folders of the videos are in.
  ///   - sampling: which frames make clips.
  ///   - transform: what is done to their pictures.
  ///   - options: how the list is read, and more.
  /// - Throws: `FileError`, or ``DatasetError`` in one line that names the file and the line; `FileAccess.Refused`.
  public init(
    list: FilePath, root: FilePath, sampling: FrameSampling, transform: ClipTransform, options: Options
  ) throws {
    var format = try options.common.format()
    guard (0...Self.mostFirst).contains(options.first) else {
      throw DatasetError.invalid(
        "the first frame has number \(options.first), expected 0 to \(Self.mostFirst)")
    }
    template = try FrameTemplate(options.template)
    try FileAccess.requireEnforced(root, for: .read)
    guard root.isFolder else { throw DatasetError.invalid("\(root) is not a folder") }
    if sampling.isTraining { format.leastFrames = FrameSampling.leastTrained }
    let videos = try VideoList(list, format)
    let names = try options.common.classes(of: videos, list)
    let frames = FrameFiles(root: root, list: videos, template: template, first: options.first)
    let look = try frames.lookForFirst()
    self.list = videos
    self.root = root
    self.sampling = sampling
    self.transform = transform
    first = options.first
    labelNames = names
    labels = names.map(\.shown)
    normalization = options.normalization
    damaged = options.damage == .skip ? DamagedImages() : nil
    random = CounterRandom(seed: options.seed, stream: "frames")
    split = options.common.split(sampling)
    remarks =
      Self.remark(videos, list) + options.common.remarks(on: videos, list) + (look.remark.map { [$0] } ?? [])
    var hash = videos.content
    hash.add(look.found.description.utf8.map { $0 })
    for name in names { hash.add(name.bytes) }
    identity =
      "frames/\(split) \(root) \(template.text) first=\(first)"
      + " \(sampling.identity(with: transform, seed: options.seed)) content=\(hash)"
  }

  private static func remark(_ videos: VideoList, _ list: FilePath) -> [String] {
    guard videos.tooShort > 0 else { return [] }
    let all = videos.count + videos.tooShort
    return [
      "\(videos.tooShort) of \(all) videos of \(list) have less than \(FrameSampling.leastTrained) frames and are not"
        + " trained on"
    ]
  }

  public var name: String { "frames" }
  public var videoCount: Int { list.count }
  public var heldBytes: Int { list.heldBytes + labelNames.reduce(0) { $0 + 64 + 2 * $1.bytes.count } }

  public func videoLabel(_ video: Int) -> Int { list.label(at: video) }

  /// The folder of the video.
  public func videoPath(_ video: Int) -> FilePath { FilePath(bytes: list[video].folder) ?? FilePath() }

  /// The frames of a clip, counted from 0 in their video, in the order of the clip; `index` must be below `count`.
  public func frameNumbers(at index: Int, epoch: Int = 0) -> [Int] {
    frameNumbers(at: index, epoch: epoch, of: list[index / views].frames)
  }

  public func pictures(
    of video: Int, _ choose: (Int) -> [Int], prepare: (RGBImage) throws -> RGBImage
  ) throws -> [RGBImage] {
    let files = FrameFiles(root: root, list: list, template: template, first: first)
    let numbers = choose(list[video].frames)
    guard !numbers.isEmpty else {
      throw ImageError(path: files.folder(video).shown, reason: "has no frames, as its list says")
    }
    // Short videos repeat frames: none is decoded twice.
    var known: [Int: RGBImage] = [:]
    for number in numbers where known[number] == nil {
      try Cancellation.check()
      known[number] = try prepare(ImageDecoder.decode(contentsOf: files.path(video, frame: number)))
    }
    return numbers.compactMap { known[$0] }
  }
}
