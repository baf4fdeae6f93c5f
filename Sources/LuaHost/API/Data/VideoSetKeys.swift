import Support
import Vision

/// The options of data sets of videos, whether these are files or folders of frames.
enum VideoSetKeys {
  static let preset = ArgumentKey<VideoPreset?>(
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
  private static let manyLabels = ArgumentKey<Bool?>(
    "many_labels", "a line may have several labels, of which the first counts")
  private static let firstLabel = ArgumentKey<Int>(
    "first_label", default: 0, "the label of the first class: 1 in the training lists of UCF101", in: 0...1)
  private static let segments = ArgumentKey<[Int]>(
    .optional(
      "segments", .either([.integer, .list(.integer)]),
      "frames of a clip; {8, 12}: 8 for a glance and 12 others for patches, each sampled for itself, in one clip; default: 8"
    )
  ) { call, name in
    let value = try call.value(name)
    if value.isNil { return [8] }
    let parts = try value.asInteger.map { [$0] } ?? call.integers(name)
    guard (1...FrameSampling.mostParts).contains(parts.count) else {
      throw LuaError(
        "\(call.place(name)) has \(parts.count) numbers of frames, expected 1 to \(FrameSampling.mostParts)")
    }
    let allowed = 1...FrameSampling.mostSegments
    guard let odd = parts.first(where: { !allowed.contains($0) }) else { return parts }
    throw LuaError(
      "\(call.place(name)) is \(odd), expected \(allowed.lowerBound) to \(allowed.upperBound) frames")
  }
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

  /// How a line of a list is read.
  static let line: [any ArgumentRow] = [separator, manyLabels, firstLabel]
  /// Which frames and which pixels make clips, and what all sets have.
  static let clips: [[any ArgumentRow]] = [
    [classes, segments, sampling, short], PictureOptions.parameters, [crops, augment, flip],
    DatasetOptions.normalization, [DatasetOptions.onError, seed],
  ]

  /// How the list is read, and what the set is called.
  static func options(of call: LuaCall) throws -> VideoSetOptions {
    let known = try call[preset]
    var options = VideoSetOptions()
    options.split = try call[DatasetOptions.split]
    options.separator = try call[separator] ?? known?.separator ?? options.separator
    options.hasManyLabels = try call[manyLabels] ?? known?.hasManyLabels ?? false
    options.firstLabel = try call[firstLabel]
    options.normalization = try DatasetOptions.normalization(of: call)
    options.seed = try call[seed]
    if let damage = try call[DatasetOptions.onError] { options.damage = damage }
    if try call[classes].asString != nil {
      options.classFile = try call.inputPath("classes")
    } else if try call.has(classes) {
      options.classes = try call.elements("classes").compactMap { $0.stringBytes.map { ClassName($0) } }
    }
    return options
  }

  /// Which frames make clips.
  static func sampling(of call: LuaCall) throws -> FrameSampling {
    try FrameSampling(
      call[sampling], parts: call[segments], short: call[short] ?? call[preset]?.short ?? .first)
  }

  /// What is done to the frames of clips that `sampling` chooses.
  static func transform(of call: LuaCall, _ sampling: FrameSampling) throws -> ClipTransform {
    let number = try call[crops]
    guard let parts = ClipTransform.Crops(rawValue: number) else {
      let known = ClipTransform.Crops.allCases.map { "\($0.rawValue)" }.joined(separator: ", ")
      throw LuaError("gfnet.dataset: option 'crops' is \(number), expected one of \(known)")
    }
    let flips = try call[flip] ?? call[preset]?.flips ?? true
    let augments = try call[augment] ?? sampling.isTraining
    return try ClipTransform(
      PictureOptions.transform(call, defaultCrop: 224), crops: parts,
      augmentation: augments ? .init(flips: flips) : nil)
  }
}
