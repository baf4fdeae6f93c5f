import Foundation
import Support

/// Videos as folders of pictures, one a frame, that a list names: the form in which TSM, AR-Net and AdaFocus keep them.
///
/// Frames are chosen, read and transformed when a clip is asked for. A frame that is missing or cannot be read is named;
/// nothing takes its place. What is drawn at random depends on the seed, the epoch and the video alone.
public struct FramesDataset: ImageDataset {
  /// How videos are found and shown.
  public struct Options: Sendable {
    /// What the part is called; nil: by the sampling.
    public var split: String?
    /// What stands between the fields of a line of the list: one ASCII character.
    public var separator = " "
    /// How frames are called.
    public var template = "img_{:05d}.jpg"
    /// The number of a video's first frame.
    public var first = 1
    /// Whether a line may have several labels, of which the first counts.
    public var hasManyLabels = false
    /// The names of the classes; nil for their numbers, from 1.
    public var classes: [ClassName]?
    /// A file with the names of the classes.
    public var classFile: FilePath?
    /// What encoders normalise the pixels with.
    public var normalization = Normalization.imageNet
    /// What happens at a clip that cannot be read.
    public var damage = FolderDataset.DamagePolicy.skip
    /// What the random choices follow from.
    public var seed: UInt64 = 0

    /// Lists as those of Kinetics; damaged clips are skipped.
    public init() {}
  }

  private let root: FilePath
  private let list: VideoList
  private let sampling: FrameSampling
  private let transform: ClipTransform
  private let template: FrameTemplate
  private let first: Int
  private let random: CounterRandom
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
    let separator = try Self.separator(options)
    guard (0...Self.mostFirst).contains(options.first) else {
      throw DatasetError.invalid(
        "the first frame has number \(options.first), expected 0 to \(Self.mostFirst)")
    }
    template = try FrameTemplate(options.template)
    try FileAccess.requireEnforced(root, for: .read)
    guard root.isFolder else { throw DatasetError.invalid("\(root) is not a folder") }
    var format = VideoList.Format()
    format.separator = separator
    format.hasManyLabels = options.hasManyLabels
    if sampling.isTraining { format.leastFrames = FrameSampling.leastTrained }
    let videos = try VideoList(list, format)
    let names = try Self.classes(of: videos, list, options)
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
    split =
      options.split
      ?? (sampling.isTraining ? "train" : sampling.method == .validation ? "validation" : "test")
    remarks = Self.remarks(videos, list, look.remark)
    var hash = videos.content
    hash.add(look.found.description.utf8.map { $0 })
    for name in names { hash.add(name.bytes) }
    let isRandom = sampling.isTraining || transform.augmentation != nil
    identity =
      "frames/\(split) \(root) \(template.text) first=\(first) \(sampling.method.rawValue) \(sampling.segments)"
      + " short=\(sampling.short.rawValue) \(transform.identity)\(isRandom ? " seed=\(options.seed)" : "")"
      + " content=\(hash)"
  }

  private static func separator(_ options: Options) throws -> UInt8 {
    guard let separator = options.separator.utf8.first, options.separator.utf8.count == 1,
      separator.isBlank || (UInt8(ascii: "!")...UInt8(ascii: "~")).contains(separator),
      !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(separator)
    else {
      throw DatasetError.invalid(
        "the separator is '\(String(escaping: options.separator).prefix(40))', expected one character such as a space,"
          + " a comma or a semicolon")
    }
    return separator
  }

  private static func classes(of videos: VideoList, _ list: FilePath, _ options: Options) throws
    -> [ClassName]
  {
    guard options.classes == nil || options.classFile == nil else {
      throw DatasetError.invalid("\(list): classes are given twice, by a list and by a file")
    }
    let (label, line) = videos.largest
    guard let names = try options.classes ?? options.classFile.map({ try VideoClasses.names($0) }) else {
      return (1...label + 1).map { ClassName(String($0).utf8) }
    }
    guard !names.isEmpty else { throw DatasetError.invalid("\(list): the list of classes is empty") }
    guard label < names.count else {
      let source = options.classFile.map { "\($0) has" } ?? "there are"
      throw DatasetError.invalid(
        "\(list), line \(line): the label is \(label), but \(source) \(names.count) classes, 0 to \(names.count - 1)"
      )
    }
    return names
  }

  private static func remarks(_ videos: VideoList, _ list: FilePath, _ missing: String?) -> [String] {
    let all = videos.count + videos.tooShort
    var remarks: [String] = []
    if videos.tooShort > 0 {
      remarks.append(
        "\(videos.tooShort) of \(all) videos of \(list) have less than \(FrameSampling.leastTrained) frames and are not"
          + " trained on")
    }
    if videos.withManyLabels > 0 {
      remarks.append(
        "\(videos.withManyLabels) of \(all) videos of \(list) have several labels; the first counts")
    }
    return remarks + (missing.map { [$0] } ?? [])
  }

  public var name: String { "frames" }
  public var count: Int { list.count * views }
  public var frames: Int { sampling.segments }
  /// The clips of a video times the crops of a clip: the crops of the first clip, those of the second, and so on.
  public var views: Int { sampling.clips * transform.crops.rawValue }
  public var imageSize: (height: Int, width: Int) { transform.still.crop }
  public var channels: Int { 3 }
  public var loaderThreads: Int { ProcessInfo.processInfo.activeProcessorCount }
  public var heldBytes: Int { list.heldBytes + labelNames.reduce(0) { $0 + 64 + 2 * $1.bytes.count } }

  public func label(at index: Int, epoch: Int) -> Int { list.label(at: index / views) }

  public func itemName(at index: Int) -> String { itemPath(at: index).shown }

  /// The folder of the video, relative to that of all; of several views, `folder#1` is the first.
  public func itemPath(at index: Int) -> FilePath {
    let folder = FilePath(bytes: list[index / views].folder) ?? FilePath()
    return views == 1 ? folder : folder.adding("#\(index % views + 1)")
  }

  /// The frames of a clip, counted from 0 in their video, in the order of the clip; `index` must be below `count`.
  public func frameNumbers(at index: Int, epoch: Int = 0) -> [Int] {
    let video = index / views
    let clip = index % views / transform.crops.rawValue
    let count = list[video].frames
    return count == 0 ? [] : sampling.frames(of: count, clip: clip, random: draws(video, epoch).child(0))
  }

  private func draws(_ video: Int, _ epoch: Int) -> CounterRandom { random.child(epoch).child(video) }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
    try checkSize(pixels)
    do {
      try renderFrames(index, epoch, into: pixels)
    } catch let error as ImageError {
      damaged?.add(index, error.description)
      throw error
    }
  }

  private func renderFrames(_ index: Int, _ epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws
  {
    let numbers = frameNumbers(at: index, epoch: epoch)
    let files = FrameFiles(root: root, list: list, template: template, first: first)
    guard !numbers.isEmpty else {
      throw ImageError(path: files.folder(index / views).shown, reason: "has no frames, as its list says")
    }
    let draws = draws(index / views, epoch).child(1)
    let size = frameBytes
    for (slot, number) in numbers.enumerated() {
      try Cancellation.check()
      let target = UnsafeMutableBufferPointer(rebasing: pixels[slot * size..<(slot + 1) * size])
      // Short videos repeat frames: none is decoded twice.
      if let same = numbers[..<slot].firstIndex(of: number) {
        _ = target.update(fromContentsOf: pixels[same * size..<(same + 1) * size])
        continue
      }
      let image = try ImageDecoder.decode(contentsOf: files.path(index / views, frame: number))
      let result = try transform.apply(image, crop: index % transform.crops.rawValue, draws)
      _ = target.update(fromContentsOf: result.pixels)
    }
  }
}
