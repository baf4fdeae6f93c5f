import Support
import Vision

/// Where the videos of a data set are, and what is known of their classes.
struct VideoPlaces: Sendable {
  private enum Videos {
    /// The videos of a list, and for each how its file ends: 0 for as it is written, else one of ``VideoFile/endings``, from
    /// 1.
    case listed(VideoList, endings: [UInt8])
    case found([FolderIndex.File])
    case named([FilePath])
  }

  private let videos: Videos
  /// The folder of all videos; empty for those that are named one by one.
  let root: FilePath
  /// The names of the classes; where labels are not known, those that were given.
  let classes: [ClassName]
  let knowsLabels: Bool
  /// What users should know of the videos, a line each.
  private(set) var remarks: [String] = []
  /// What tells these videos from others: names, sizes, times and labels.
  private(set) var content = ContentHash()

  var count: Int {
    switch videos {
    case .listed(let list, _): list.count
    case .found(let files): files.count
    case .named(let paths): paths.count
    }
  }

  var heldBytes: Int {
    let names = classes.reduce(0) { $0 + 64 + 2 * $1.bytes.count }
    return switch videos {
    case .listed(let list, let endings): names + list.heldBytes + endings.count
    case .found(let files): names + 256 * files.count
    case .named(let paths): names + 256 * paths.count
    }
  }

  /// The 0-based class of a video; 0 where it is not known.
  func label(_ video: Int) -> Int {
    switch videos {
    case .listed(let list, _): list[video].label
    case .found(let files): files[video].label
    case .named: 0
    }
  }

  /// What a video is called, relative to ``root``.
  func name(_ video: Int) -> FilePath {
    switch videos {
    case .listed(let list, let endings): Self.name(list, video, ending: endings[video])
    case .found(let files): files[video].path
    case .named(let paths): paths[video]
    }
  }

  func path(_ video: Int) -> FilePath { root.isEmpty ? name(video) : root.pushing(name(video)) }

  // MARK: Files one by one

  /// - Throws: ``DatasetError`` for an empty list.
  init(files: [FilePath], _ options: VideoSetOptions) throws {
    guard !files.isEmpty else { throw DatasetError.invalid("the list of videos is empty") }
    videos = .named(files)
    root = FilePath()
    classes = try options.givenClasses(files[0]) ?? []
    knowsLabels = false
    for path in files {
      content.add(path.bytes)
      // A video that is not there is entered as damaged where it is read.
      content.add(FileStatus(path))
    }
  }

  // MARK: Folders

  /// The videos of a folder, one folder for each class; or, where there are no folders, those in it, of no class.
  ///
  /// - Throws: ``DatasetError`` in one line; `FileError`; `FileAccess.Refused` where the split leads out.
  init(folder: FilePath, _ options: VideoSetOptions) throws {
    let root = options.split.map { $0.isEmpty ? folder : folder / $0 } ?? folder
    // The name of a part may lead out of the folder that the caller has looked at.
    try FileAccess.requireEnforced(root, for: .read)
    guard root.isFolder else {
      throw DatasetError.invalid(
        "\(root) is not a folder\(FolderDataset.splitHint(folder, options.split ?? ""))")
    }
    let endings = Set(VideoFile.endings)
    let given = try options.givenClasses(root)
    let index: FolderIndex
    if try FolderListing(root).folders.isEmpty {
      index = try FolderIndex(root, extensions: endings)
      guard !index.files.isEmpty else {
        throw DatasetError.invalid(
          "\(root): there are neither folders of classes nor videos in it (files ending in "
            + "\(endings.sorted().joined(separator: ", ")))")
      }
      (knowsLabels, classes) = (false, given ?? [])
    } else {
      let wanted = try given?.map { name -> FilePath in
        guard let folder = FilePath(bytes: name.bytes) else {
          throw DatasetError.invalid("\(root): the class '\(name.shown)' holds a NUL byte")
        }
        return folder
      }
      index = try FolderIndex(root, classes: wanted, extensions: endings, noun: "videos")
      (knowsLabels, classes) = (true, index.classes.map { ClassName($0.bytes) })
      guard !index.files.isEmpty else { throw DatasetError.invalid("\(root): there are no videos in it") }
    }
    self.root = root
    videos = .found(index.files)
    for file in index.files {
      content.add(file.path.bytes)
      for number in [file.label, file.bytes, file.changed] { content.add(UInt64(bitPattern: Int64(number))) }
    }
    if let first = index.passedOver.first {
      let count = index.passedOver.count
      remarks.append(
        "\(count) file\(count == 1 ? "" : "s") of \(root) that \(count == 1 ? "has" : "have") no ending of a video "
          + "\(count == 1 ? "is" : "are") passed over, such as \(first)")
    }
  }

  // MARK: Lists

  /// The videos of a text file, below `root`.
  ///
  /// - Throws: `FileError`, or ``DatasetError`` in one line that names the file and the line; `FileAccess.Refused`.
  init(list path: FilePath, root: FilePath, _ options: VideoSetOptions) throws {
    var format = try options.format()
    format.areFiles = true
    try FileAccess.requireEnforced(root, for: .read)
    guard root.isFolder else { throw DatasetError.invalid("\(root) is not a folder") }
    let list = try VideoList(path, format)
    knowsLabels = list.hasLabels
    classes = try list.hasLabels ? options.classes(of: list, path) : options.givenClasses(path) ?? []
    self.root = root
    var (endings, missing, firstMissing) = ([UInt8](), 0, 0)
    content = list.content
    let progress = ProgressReporter("looking for videos", total: list.count)
    defer { progress.finish() }
    for video in 0..<list.count {
      if video % 1024 == 0 {
        try Cancellation.check()
        progress.update(video)
      }
      let found = Self.look(for: video, of: list, root, likely: endings.last ?? 0)
      if found == nil {
        if missing == 0 { firstMissing = video }
        missing += 1
      }
      endings.append(found?.ending ?? 0)
      content.add(found?.status)
    }
    let first = root.pushing(Self.name(list, firstMissing, ending: 0))
    guard missing < list.count else {
      throw DatasetError.invalid("\(path): of \(list.count) videos none is there; there is no \(first)")
    }
    if missing > 0 {
      remarks.append("\(missing) of \(list.count) videos of \(path) are not there; there is no \(first)")
    }
    remarks += options.remarks(on: list, path)
    videos = .listed(list, endings: endings)
  }

  /// The file of a video: as it is written, or with an ending, first that of the video before it.
  private static func look(
    for video: Int, of list: VideoList, _ root: FilePath, likely: UInt8
  ) -> (ending: UInt8, status: FileStatus)? {
    let endings = [likely, 0] + VideoFile.endings.indices.map { UInt8(clamping: $0 + 1) }
    for ending in endings {
      let status = FileStatus(root.pushing(name(list, video, ending: ending)))
      if let status, status.kind == .regular { return (ending, status) }
    }
    return nil
  }

  private static func name(_ list: VideoList, _ video: Int, ending: UInt8) -> FilePath {
    let path = FilePath(bytes: list[video].folder) ?? FilePath()
    return ending == 0 ? path : path.adding("." + VideoFile.endings[Int(ending) - 1])
  }
}

extension VideoFile {
  /// How the names of videos end, in lower case: what folders are searched for, and what names in lists may do without.
  public static let endings = [
    "mp4", "webm", "mkv", "avi", "mov", "m4v", "mpg", "mpeg", "ts", "m2ts", "mts", "vob", "3gp", "ogv", "flv",
    "f4v",
    "gif", "apng", "h264", "264", "h265", "265", "hevc", "m1v", "m2v", "mjpeg",
  ]
}

extension ContentHash {
  /// Adds what tells a file from another one of its name: size and time; 0 where there is none.
  mutating func add(_ status: FileStatus?) {
    guard let status else { return add(0) }
    for number in [status.byteCount, status.changed] { add(UInt64(bitPattern: Int64(number))) }
  }
}
