import Support
import Video
import Vision

extension DatasetKind {
  private static let path = ArgumentKey<FilePath>.inputPath(
    "path", "a folder with a folder of videos for each class, or with videos"
  ).optional
  private static let list = ArgumentKey<FilePath>.inputPath(
    "list", "a text file with a line for each video, in place of path"
  ).optional
  private static let root = ArgumentKey<FilePath>.inputPath(
    "root", "the folder with the videos of the list; default: that of the list"
  ).optional
  private static let videoFiles = ArgumentKey<[FilePath]>(
    .optional("files", .list(.string), "videos of which no class is known, in place of path"),
    read: { try $0.inputPaths($1) })

  /// Video files: in folders of classes, as a list names them, or one by one.
  static let videos = DatasetKind(
    name: "videos",
    summary: """
      The data set "videos" has clips of video files: gfnet.dataset("videos", {path = "ucf101", split = "train", sampling = \
      "train"}) of a folder of videos for each class, in the order of their names; {list = "val.txt", root = "videos"} of \
      the lists that "frames" reads, whose lines name files, with or without ending, and then the label, from 0, or number \
      of frames and label, or nothing; {files = {"a.mp4", "b.mkv"}} of videos whose classes are not known. Which frames and \
      which pixels make clips is said as it is for "frames"; how many frames a video has, its file says. Only frames that \
      are needed are decoded. A video that is damaged or cut off leaves its clips out, and data.damaged names it. FFmpeg's \
      libraries, which decode, are installed where they are missing.
      """,
    rows: [[VideoSetKeys.preset, path, list, root, videoFiles], VideoSetKeys.line] + VideoSetKeys.clips
  ) { call in
    let source = try videoSource(call)
    let sampling = try VideoSetKeys.sampling(of: call)
    let clips = try VideosDataset(
      source, sampling: sampling, transform: VideoSetKeys.transform(of: call, sampling),
      options: VideoSetKeys.options(of: call), note: { call.context.note("gfnet.dataset: \($0)") })
    for remark in clips.remarks { call.context.note("gfnet.dataset: \(remark)") }
    if case .folder(let folder) = source { warnOfSplits(clips, folder, call) }
    return clips
  }

  private static func videoSource(_ call: LuaCall) throws -> VideosDataset.Source {
    let given = try [call.has(path), call.has(list), call.has(videoFiles)].count { $0 }
    guard given == 1 else {
      throw LuaError(
        given == 0
          ? "gfnet.dataset: \"videos\" needs path = \"…\", a folder, or list = \"…\", a text file, or files = {\"a.mp4\", …}"
          : "gfnet.dataset: \"videos\" takes one of path, list and files, not several")
    }
    guard let list = try call[list] else {
      if let misplaced = try ["root", "separator", "many_labels", "first_label"].first(where: {
        try call.has($0)
      }) {
        throw LuaError("gfnet.dataset: of \"videos\", the option '\(misplaced)' goes with a list")
      }
      return try call[path].map { .folder($0) } ?? .files(call[videoFiles])
    }
    return .list(list, root: try call[root] ?? list.folder)
  }
}
