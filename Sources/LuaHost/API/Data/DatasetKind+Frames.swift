import Support
import Vision

extension DatasetKind {
  private static let list = ArgumentKey<FilePath>.inputPath(
    "list", "the text file with a line for each video; required there"
  ).optional
  private static let root = ArgumentKey<FilePath>.inputPath(
    "root", "the folder with the folders of the videos; default: that of the list"
  ).optional
  private static let template = ArgumentKey<String?>(
    .optional("template", .string, "how frames are called; default: img_{:05d}.jpg")
  ) { call, name in try call.optionalString(name) }
  private static let first = ArgumentKey<Int?>("first", "the number of a video's first frame; default: 1")

  /// Videos as folders of pictures, which a list names.
  static let frames = DatasetKind(
    name: "frames",
    summary: """
      The data set "frames" has clips of videos that are folders of pictures, one a frame, as TSM, AR-Net and AdaFocus keep \
      them: gfnet.dataset("frames", {list = "val_videofolder.txt", root = "frames", preset = "something-v1"}). A line of \
      the list has folder, number of frames and label, from 0. sampling = "train" draws a frame of each part of the video \
      every epoch, "validation" and "test" take the middle ones, "twice" gives a second clip of the first ones, "dense" ten \
      clips of windows of 64 frames, "dense-train" one at random. Clips and crops of one video are items in a row, \
      data.views of them. A frame that cannot be read leaves its clip out, and data.damaged names it.
      """,
    rows: [[VideoSetKeys.preset, list, root], VideoSetKeys.line, [template, first]] + VideoSetKeys.clips
  ) { call in
    guard let file = try call[list] else {
      throw LuaError("gfnet.dataset: \"frames\" needs list = \"…\", a text file with a line for each video")
    }
    let known = try call[VideoSetKeys.preset]
    var options = FramesDataset.Options()
    options.common = try VideoSetKeys.options(of: call)
    options.template = try call[template] ?? known?.template ?? options.template
    options.first = try call[first] ?? known?.first ?? options.first
    let sampling = try VideoSetKeys.sampling(of: call)
    let clips = try FramesDataset(
      list: file, root: call[root] ?? file.folder, sampling: sampling,
      transform: VideoSetKeys.transform(of: call, sampling), options: options)
    for remark in clips.remarks { call.context.note("gfnet.dataset: \(remark)") }
    return clips
  }
}
