import Support

/// Where the frames of the videos of a list are.
struct FrameFiles {
  let root: FilePath
  let list: VideoList
  let template: FrameTemplate
  /// The number of a video's first frame.
  let first: Int

  /// The folder of a video, by its 0-based number.
  func folder(_ video: Int) -> FilePath {
    root.pushing(FilePath(bytes: list[video].folder) ?? FilePath())
  }

  /// The file of a frame, counted from 0.
  func path(_ video: Int, frame: Int) -> FilePath {
    folder(video).pushing(FilePath(bytes: template.name(first + frame)) ?? FilePath())
  }

  /// Looks for the first frame of each video.
  ///
  /// - Returns: what was found, as a number that tells other files from these by their sizes and times; and a line about
  ///   videos that have none.
  /// - Throws: ``DatasetError`` where no video has one; `Interrupted`.
  func lookForFirst() throws -> (found: ContentHash, remark: String?) {
    var found = ContentHash()
    var (missing, firstMissing, wanted) = (0, 0, 0)
    let progress = ProgressReporter("looking for frames", total: list.count)
    defer { progress.finish() }
    for video in 0..<list.count {
      if video % 1024 == 0 {
        try Cancellation.check()
        progress.update(video)
      }
      guard list[video].frames > 0 else { continue }
      wanted += 1
      let status = FileStatus(path(video, frame: 0))
      if let status {
        for number in [status.byteCount, status.changed] { found.add(UInt64(bitPattern: Int64(number))) }
      } else {
        found.add(0)
        if missing == 0 { firstMissing = video }
        missing += 1
      }
    }
    guard missing > 0 else { return (found, nil) }
    let (path, hint) = (path(firstMissing, frame: 0), hint(firstMissing))
    guard missing < wanted else {
      throw DatasetError.invalid(
        "\(root): of \(wanted) videos none has its first frame; there is no \(path)\(hint)")
    }
    return (
      found,
      "\(missing) of \(list.count) videos have no first frame in \(root); there is no \(path)\(hint)"
    )
  }

  /// What is in the folder of a video instead of its first frame.
  private func hint(_ video: Int) -> String {
    guard let listing = try? FolderListing(folder(video)) else { return ", nor its folder" }
    let pictures = listing.files.map(\.name).filter {
      ImageFormat.extensions.contains(FilePath(root: nil, components: $0).ending)
    }
    guard let one = pictures.first else { return ", nor any picture in its folder" }
    return "; its folder begins with \(one)"
  }
}
