import Support
import Vision

extension DatasetKind {
  private static let list = ArgumentKey<FilePath>.inputPath(
    "list", "the text file with a line for each video; required there"
  ).optional
  private static let root = ArgumentKey<FilePath>.inputPath(
    "root", "the folder with the folders of the videos; default: that of the list"
  ).optional
  private static let preset = ArgumentKey<VideoPreset?>(
    .optional(
      "preset", .choice(VideoPreset.all.map(\.name)),
      "whose lists and frames they are: gives separator, template, first, short, flip and many_labels")
  ) { call, name in
    let given = try call.optionalString(name)
    return VideoPreset.all.first { $0.name == given }
  }
  private static let separator = ArgumentKey<String?>(
    .optional("separator", .string, "what stands between the fields of a line; default: a space")
  ) { call, name in try call.optionalString(name) }
  private static let template = ArgumentKey<String?>(
    .optional("template", .string, "how frames are called; default: img_{:05d}.jpg")
  ) { call, name in try call.optionalString(name) }
  private static let first = ArgumentKey<Int?>("first", "the number of a video's first frame; default: 1")
  private static let manyLabels = ArgumentKey<Bool?>(
    "many_labels", "a line may have several labels, of which the first counts")
  private static let segments = ArgumentKey<Int>(
    "segments", default: 8, "frames of a clip", in: 1...Double(FrameSampling.mostSegments))
  private static let sampling = ArgumentKey<FrameSampling.Method>(
    "sampling", default: .test, "which frames of a video make clips")
  private static let short = ArgumentKey<FrameSampling.Short>(
    "short",
    "of videos that have fewer frames than a clip, repeat the first frame or take all and repeat the last"
  ).optional
  private static let crops = ArgumentKey<Int>(
    "crops", default: 1, "parts of the frames that are looked at, each a view: 1, 3, 5 or 10")
  private static let augment = ArgumentKey<Bool?>(
    "augment",
    "a random part of each clip, mirrored at random, another one every epoch; default: where frames are drawn"
  )
  private static let flip = ArgumentKey<Bool?>(
    "flip", "mirror half of the clips that are augmented; default: true, but where labels say left and right")
  private static let classes = ArgumentKey<LuaValue>(
    .optional(
      "classes", .either([.string, .list(.string)]), "a text file with the names of the classes, or the names"
    ))
  private static let seed = ArgumentKey<UInt64>.seed(of: "what augment draws")

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
    rows: [
      [preset, list, root, separator, template, first, manyLabels, classes, segments, sampling, short],
      PictureOptions.parameters, [crops, augment, flip], DatasetOptions.normalization,
      [DatasetOptions.onError, seed],
    ]
  ) { call in
    guard let file = try call[list] else {
      throw LuaError("gfnet.dataset: \"frames\" needs list = \"…\", a text file with a line for each video")
    }
    let known = try call[preset]
    var options = FramesDataset.Options()
    options.split = try call[DatasetOptions.split]
    options.separator = try call[separator] ?? known?.separator ?? options.separator
    options.template = try call[template] ?? known?.template ?? options.template
    options.first = try call[first] ?? known?.first ?? options.first
    options.hasManyLabels = try call[manyLabels] ?? known?.hasManyLabels ?? false
    options.normalization = try DatasetOptions.normalization(of: call)
    options.seed = try call[seed]
    if let damage = try call[DatasetOptions.onError] { options.damage = damage }
    if try call[classes].asString != nil {
      options.classFile = try call.inputPath("classes")
    } else if try call.has(classes) {
      options.classes = try call.elements("classes").compactMap { $0.stringBytes.map { ClassName($0) } }
    }
    let frames = try FrameSampling(
      call[sampling], segments: call[segments], short: call[short] ?? known?.short ?? .first)
    let clips = try FramesDataset(
      list: file, root: call[root] ?? file.folder, sampling: frames,
      transform: transform(call, known, augments: call[augment] ?? frames.isTraining), options: options)
    for remark in clips.remarks { call.context.note("gfnet.dataset: \(remark)") }
    return clips
  }

  private static func transform(
    _ call: LuaCall, _ preset: VideoPreset?, augments: Bool
  ) throws -> ClipTransform {
    let number = try call[crops]
    guard let parts = ClipTransform.Crops(rawValue: number) else {
      let known = ClipTransform.Crops.allCases.map { "\($0.rawValue)" }.joined(separator: ", ")
      throw LuaError("gfnet.dataset: option 'crops' is \(number), expected one of \(known)")
    }
    let flips = try call[flip] ?? preset?.flips ?? true
    return try ClipTransform(
      PictureOptions.transform(call, defaultCrop: 224), crops: parts,
      augmentation: augments ? .init(flips: flips) : nil)
  }
}
