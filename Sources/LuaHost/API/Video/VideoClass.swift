import Support
import Tensor
import Video
import Vision

/// `gfnet.video` and the class `video`.
enum VideoClass {
  private static let path = ArgumentKey<FilePath>.inputPath("path", "the file")

  static let open = FunctionEntry(
    "video", "Opens a video file: MP4, Matroska, WebM, AVI, MPEG, QuickTime, GIF and others.", [path],
    returns: "video", example: "local v = gfnet.video(\"clip.mp4\")  print(v.frames, v.rate, v.duration)",
    discussion: """
      Its packets are read once, so that number and times of its pictures are known; none is decoded before it is asked \
      for. FFmpeg's libraries, which decode, are installed where they are missing. A file that is cut off has its \
      pictures up to there, and v.damage says what is wrong.
      """, touches: [.readFiles]
  ) { call in
    let path = try call[path]
    try VideoLibrary.ensure { call.context.note("gfnet.video: \($0)") }
    let file = try VideoFile(path)
    // Who only asks what is in many files keeps none of them open.
    file.close()
    return Pushed(VideoHandle(file))
  }

  private static let at = ArgumentKey<[Int]>(
    .optional("at", .list(.integer), "the numbers of the pictures, from 1, in any order"),
    read: { try $0.integers($1) })
  private static let seconds = ArgumentKey<[Double]>(
    .optional("seconds", .list(.number), "in place of at: the times at which the pictures are shown"),
    read: { try $0.numbers($1) })
  private static let segments = ArgumentKey<Int?>(
    "segments", "in place of at: of so many equal parts of the video, the middle pictures",
    in: 1...Double(FrameSampling.mostSegments))
  private static let size = PictureOptions.sides(
    "size", "the shorter side of the pictures, or {height, width}; default: as they are")
  private static let every = ArgumentKey<Int>(
    "every", default: 1, "of so many pictures the first is given", in: 1...1e9)

  private static let sample = "local v = gfnet.video(\"clip.mp4\")"

  private static var clip: LuaMethod<VideoHandle> {
    LuaMethod<VideoHandle>(
      "clip", "Pictures of the video as a clip.", [.options([at, seconds, segments, size])],
      returns: "tensor: frames × 3 × height × width, values from 0 to 1",
      example: "\(sample)  print(v:clip{segments = 8, size = 32}:size(1))",
      discussion: """
        One of at, seconds and segments says which. Only what they need is decoded. segments chooses as gfnet.dataset does \
        with sampling = "test".
        """
    ) { video, call in
      let given = try [call.has(at), call.has(seconds), call.has(segments)].count { $0 }
      guard given == 1 else {
        throw LuaError(
          "video:clip: expected one of at = {1, 5, …}, seconds = {0, 0.5, …} and segments = 8, got \(given) of them"
        )
      }
      let file = video.file
      let numbers: [Int]
      if let parts = try call[segments] {
        numbers = try FrameSampling(.test, segments: parts).frames(
          of: file.count, random: CounterRandom(seed: 0, stream: "video"))
      } else if try call.has(seconds) {
        numbers = try call[seconds].map { try file.index(at: $0) }
      } else {
        numbers = try call[at].map { $0 &- 1 }
      }
      return try video.clip(numbers, resize(call))
    }
  }

  private static var pictures: LuaMethod<VideoHandle> {
    LuaMethod<VideoHandle>(
      "pictures", "Goes through the pictures: for picture, seconds in v:pictures{…} do … end.",
      [.options([size, every])],
      returns:
        "function: the next picture, 3 × height × width, and when it is shown, in seconds; nil after the last",
      example:
        "\(sample)  for picture, seconds in v:pictures{size = 32, every = 2} do print(picture:size(3), seconds) end",
      discussion: """
        However long the video is, a few pictures are in memory. One that is damaged is an error.
        """
    ) { video, call in
      try VideoPictures(reader: VideoReader(video.file.path), every: call[every], resize: resize(call))
    }
  }

  private static func resize(_ call: LuaCall) throws -> ImageTransform.Resize? {
    try call[size].map { sides in
      sides.count == 2 ? .exact(height: sides[0], width: sides[1]) : .shorterSide(sides[0])
    }
  }

  static let entry = LuaClass<VideoHandle>(
    "video", "A video file: #v pictures, v[i] is one, 3 × height × width with values from 0 to 1.",
    discussion: """
      v[i] decodes from where it is, or from the last key before the picture, whichever is less. Pixels are those that the \
      ffmpeg command gives.
      """, freeable: true,
    properties: [
      .init("frames", "integer", "number of pictures", get: { it, _ in it.file.count }),
      .init(
        "rate", "number", "pictures a second; 0 where nothing is known", get: { it, _ in it.file.frameRate }),
      .init(
        "duration", "number", "seconds from the first picture to the end of the last",
        get: { it, _ in it.file.duration }),
      .init("width", "integer", "of the pictures in pixels", get: { it, _ in it.file.width }),
      .init("height", "integer", "of the pictures in pixels", get: { it, _ in it.file.height }),
      .init("codec", "string", "the code of the pictures, such as h264", get: { it, _ in it.file.codec }),
      .init(
        "container", "string", "FFmpeg's name of the kind of file, such as matroska,webm",
        get: { it, _ in it.file.container }),
      .init(
        "times", "list of numbers", "when each picture is shown, in seconds from the first",
        get: { it, _ in it.file.times }),
      .init(
        "damage", "string", "what is wrong with the end of the file; nil where nothing is",
        get: { it, _ in it.file.damage.map { LuaValue.string($0) } ?? LuaValue.nil }),
    ],
    methods: [clip, pictures],
    describe: { $0.description },
    index: { video, stack in
      let key = try stack.value(at: 2)
      guard let number = key.asInteger, (1...video.file.count).contains(number) else {
        throw LuaError(
          "the video \(video.file.path.shown) has no picture \(key.described), expected a whole number from 1 to \(video.file.count)"
        )
      }
      guard let image = try video.file.frames(at: [number - 1]).first else { return stack.pushNil() }
      try PictureFunctions.tensor(image).push(onto: stack)
    },
    count: { $0.file.count }, sample: "gfnet.video(\"clip.mp4\")"
  ).entry
}
