import Foundation
import Support
import TestSupport
import Testing
import Video
import Vision

/// Clips of video files.
@Suite(.enabled(if: VideoClips.areReadable, VideoClips.absence))
struct VideosDatasetTests {
  /// Copies of recorded clips, by the names that they are to have.
  private func folder(_ files: KeyValuePairs<String, String>) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, clip) in files { try folder.write(VideoClips.bytes(clip), name) }
    return folder
  }

  /// Frames come out as they are in the file.
  private func asTheyAre(_ crops: ClipTransform.Crops = .one) throws -> ClipTransform {
    try ClipTransform(ImageTransform(resize: .exact(height: 48, width: 64), crop: (48, 64)), crops: crops)
  }

  private func open(
    _ source: VideosDataset.Source, _ method: FrameSampling.Method = .test, segments: Int = 4,
    options: VideoSetOptions = .init()
  ) throws -> VideosDataset {
    try VideosDataset(
      source, sampling: FrameSampling(method, segments: segments), transform: asTheyAre(), options: options)
  }

  /// The SHA-256 of each frame of an item.
  private func hashes(_ data: VideosDataset, _ index: Int, epoch: Int = 0) throws -> [String] {
    let pixels = try data.item(at: index, epoch: epoch)
    return (0..<data.frames).map {
      SHA256.hex(Array(pixels[$0 * data.frameBytes..<($0 + 1) * data.frameBytes]))
    }
  }

  private func expected(_ clip: String, _ frames: [Int]) throws -> [String] {
    let all = try VideoClips.expected(clip)
    return frames.map { all[$0] }
  }

  @Test func aFolderHasAFolderForEachClass() throws {
    let folder = try folder([
      "train/walk/a.mp4": "h264.mp4", "train/run/deep/b.WEBM": "vp9.webm", "train/run/c.avi": "mpeg4.avi",
      "test/walk/d.mp4": "h264.mp4",
    ])
    try folder.write("x", "train/run/notes.txt")
    var options = VideoSetOptions()
    options.split = "train"
    let data = try open(.folder(folder.path), options: options)
    #expect(data.name == "videos" && data.split == "train" && data.itemNoun == "clip")
    #expect(data.count == 3 && data.frames == 4 && data.views == 1 && data.imageSize == (48, 64))
    #expect(data.labels == ["run", "walk"] && data.knowsLabels)
    #expect((0..<3).map { data.itemName(at: $0) } == ["run/c.avi", "run/deep/b.WEBM", "walk/a.mp4"])
    #expect((0..<3).map { data.label(at: $0) } == [0, 0, 1])
    #expect(data.remarks.count == 1 && data.remarks[0].hasPrefix("1 file of "))
    #expect(data.remarks[0].hasSuffix("that has no ending of a video is passed over, such as run/notes.txt"))
    // ⌊18/8 + i · 18/4⌋
    #expect(try data.frameNumbers(at: 2) == [2, 6, 11, 15])
    #expect(try hashes(data, 2) == expected("h264.mp4", [2, 6, 11, 15]))
    #expect(try hashes(data, 1) == expected("vp9.webm", [2, 6, 11, 15]))
    #expect(try hashes(data, 0) == expected("mpeg4.avi", data.frameNumbers(at: 0)))
    options.split = "trai"
    #expect { try open(.folder(folder.path), options: options) } throws: {
      "\($0)".contains("is not a folder") && "\($0)".contains("did you mean 'train'?")
    }
  }

  @Test func videosNeedNoClasses() throws {
    let folder = try folder(["b.mp4": "h264.mp4", "a.webm": "vp9.webm"])
    let data = try open(.folder(folder.path))
    #expect(!data.knowsLabels && data.labels.isEmpty && data.split == "all" && data.count == 2)
    #expect(data.itemName(at: 0) == "a.webm")
    let named = try open(.files([folder.path / "b.mp4", folder.path / "none.mp4", folder.path]))
    #expect(!named.knowsLabels && named.count == 3)
    #expect(try hashes(named, 0) == expected("h264.mp4", [2, 6, 11, 15]))
    #expect(try BatchLoader(named, batchSize: 3).epoch(0).next()?.indices == [0])
    let reasons = try #require(named.damaged?.all.map(\.reason))
    #expect(reasons.count == 2 && reasons[0].contains("none.mp4 cannot be read: no such file"), "\(reasons)")
    #expect(throws: DatasetError.self) { try open(.files([])) }
    let empty = try TemporaryFolder()
    #expect { try open(.folder(empty.path)) } throws: {
      "\($0)".contains("there are neither folders of classes nor videos in it")
    }
  }

  /// The number of frames is what the file has, whatever a list says.
  @Test(arguments: ["in/a 7 1\nb c.webm 999 0\n", "in/a.mp4 1\nb c.webm 0\n", "in/a\nb c\n"])
  func aListNamesFilesWithOrWithoutMore(_ text: String) throws {
    let folder = try folder(["all/in/a.mp4": "h264.mp4", "all/b c.webm": "vp9.webm"])
    let list = try folder.write(text, "list.txt")
    let data = try open(.list(list, root: folder.path / "all"), .validation)
    let isLabelled = text.contains("1\n")
    #expect(data.knowsLabels == isLabelled && data.labels == (isLabelled ? ["1", "2"] : []))
    #expect(!isLabelled || (0..<2).map { data.label(at: $0) } == [1, 0])
    #expect(data.split == "validation" && data.remarks.isEmpty)
    #expect((0..<2).map { data.itemName(at: $0) } == ["in/a.mp4", "b c.webm"])
    #expect(try hashes(data, 0) == expected("h264.mp4", [2, 6, 11, 15]))
    #expect(try hashes(data, 1) == expected("vp9.webm", [2, 6, 11, 15]))
  }

  @Test func whatAListNamesAndIsNotThereIsSaid() throws {
    let folder = try folder(["a.mp4": "h264.mp4"])
    let source = VideosDataset.Source.list(
      try folder.write("a 0\nb 1\n", "list.txt"), root: folder.path)
    let data = try open(source)
    #expect(data.remarks.count == 1 && data.remarks[0].hasPrefix("1 of 2 videos of "))
    #expect(data.remarks[0].contains("are not there; there is no ") && data.remarks[0].hasSuffix("/b"))
    #expect(throws: ImageError.self) { try data.item(at: 1) }
    #expect(data.damaged?.all.map(\.index) == [1])
    try folder.write("x 0\ny 1\n", "list.txt")
    #expect { try open(source) } throws: {
      "\($0)".contains("of 2 videos none is there; there is no ") && !"\($0)".contains("\n")
    }
    for bad in ["../a.mp4 0\n", "/a.mp4 0\n"] {
      try folder.write(bad, "list.txt")
      #expect { try open(source) } throws: { "\($0)".contains("line 1: the file '") }
    }
    try folder.write("a.mp4 0\nb.mp4\n", "list.txt")
    #expect { try open(source) } throws: {
      "\($0)".hasSuffix("line 2: 'b.mp4' is not FILE and LABEL with spaces between")
    }
  }

  @Test func damagedVideosAndThoseThatAreNoneAreNamed() throws {
    let folder = try folder(["a.mp4": "h264.mp4", "c.mp4": "sound-only.m4a", "e.mp4": "encrypted.mp4"])
    let whole = try VideoClips.bytes("no-index.mkv")
    try folder.write(Array(whole.prefix(whole.count * 6 / 10)), "b.mkv")
    try folder.write("no video\n", "d.mp4")
    let data = try open(.folder(folder.path))
    let batch = try #require(try BatchLoader(data, batchSize: 5).epoch(0).next())
    #expect(batch.indices == [0])
    let damaged = try #require(data.damaged?.all)
    #expect(damaged.map(\.index) == [1, 2, 3, 4])
    for (index, name) in [(0, "b.mkv is cut off"), (1, "c.mp4 "), (2, "d.mp4 "), (3, "e.mp4 ")] {
      #expect(damaged[index].reason.contains("/" + name) && !damaged[index].reason.contains("\n"))
    }
    var options = VideoSetOptions()
    options.damage = .stop
    let strict = try open(.folder(folder.path), options: options)
    #expect(throws: ImageError.self) { try BatchLoader(strict, batchSize: 5).epoch(0).next() }
  }

  @Test func whatIsDrawnDoesNotDependOnTheThreads() throws {
    let folder = try folder([
      "a.mp4": "h264.mp4", "b.webm": "vp9.webm", "c.avi": "mpeg4.avi", "d.h264": "raw.h264",
    ])
    let data = try open(.folder(folder.path), .train)
    let batches = try [1, 2, 4].map { threads in
      let loader = try BatchLoader(data, batchSize: 2, order: .shuffled(seed: 3), threads: threads)
      return try (0..<3).map { epoch in
        var found: [[UInt8]] = []
        try loader.epoch(epoch).forEach { found.append($0.pixels) }
        return found
      }
    }
    #expect(batches[0] == batches[1] && batches[1] == batches[2])
    #expect(batches[0][0] != batches[0][1])
    #expect(data.damaged?.count == 0)
    // Each frame is one of its part: ⌊18/4⌋ = 4 frames.
    for epoch in 0..<4 {
      let numbers = try data.frameNumbers(at: 0, epoch: epoch)
      #expect(numbers.enumerated().allSatisfy { (4 * $0.offset..<4 * $0.offset + 4).contains($0.element) })
      #expect(try hashes(data, 0, epoch: epoch) == expected("h264.mp4", numbers))
    }
  }

  @Test func clipsOfOneVideoAreItemsInARow() throws {
    let folder = try folder(["x/a.mp4": "h264.mp4", "y/b.webm": "vp9.webm"])
    let data = try open(.folder(folder.path), .twice)
    #expect(data.views == 2 && data.count == 4 && data.itemName(at: 3) == "y/b.webm#2")
    #expect((0..<4).map { data.label(at: $0) } == [0, 0, 1, 1])
    #expect(try hashes(data, 1) == expected("h264.mp4", [0, 4, 9, 13]))
    #expect(try hashes(data, 3) == expected("vp9.webm", [0, 4, 9, 13]))
    let few = try data.limited(to: 1)
    #expect(few.count == 2)
    // A clip of more frames than the video has repeats them.
    let long = try open(.folder(folder.path), segments: 36)
    #expect(try hashes(long, 0) == expected("h264.mp4", (0..<36).map { $0 / 2 }))
  }

  @Test func itsIdentityTellsFilesVersionsAndChoices() throws {
    let folder = try folder(["x/a.mp4": "h264.mp4"])
    let data = try open(.folder(folder.path))
    #expect(data.identity.contains("ffmpeg=\(VideoLibrary.version ?? "none")"))
    #expect(try open(.folder(folder.path)).identity == data.identity)
    #expect(try open(.folder(folder.path), segments: 5).identity != data.identity)
    #expect(try open(.folder(folder.path), .validation).identity != data.identity)
    try folder.write(VideoClips.bytes("bt709.mp4"), "x/a.mp4")
    #expect(try open(.folder(folder.path)).identity != data.identity)
  }

  @Test func aFileThatChangesIsNotMixedUp() throws {
    let folder = try folder(["x/a.mp4": "h264.mp4"])
    let data = try open(.folder(folder.path))
    _ = try data.item(at: 0)
    try folder.write(VideoClips.bytes("vp9.webm"), "x/a.mp4")
    #expect(throws: ImageError.self) { try data.item(at: 0) }
    #expect(data.damaged?.all.first?.reason.contains("a.mp4 ") == true)
  }

  @Test func theLastUsedVideosAreKept() throws {
    let file = try VideoFile(VideoClips.path("h264.mp4"))
    let shelf = VideoShelf(mostPictures: 18 * 4)
    for video in 0..<4 { shelf.put(file, video) }
    #expect(shelf.count == 4)
    #expect(shelf.take(0) === file && shelf.take(0) == nil && shelf.count == 3)
    // What is put back was used last; the older half goes where there are too many.
    shelf.put(file, 0)
    shelf.put(file, 4)
    #expect(shelf.count == 2 && shelf.take(3) == nil && shelf.take(0) != nil && shelf.take(4) != nil)
    #expect(shelf.count == 0 && shelf.heldBytes == 0)
    let few = VideoShelf(mostVideos: 2)
    for video in 0..<100 { few.put(file, video) }
    #expect(few.count <= 2 && few.take(99) != nil)
    VideoShelf(mostPictures: 17).put(file, 0)
  }
}
