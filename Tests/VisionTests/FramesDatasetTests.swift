import Compute
import Foundation
import Support
import TestSupport
import Testing
import Vision

/// Videos as folders of frames.
@Suite struct FramesDatasetTests {
  /// A Netpbm picture of one colour: red is the number of the frame, green the video.
  private func picture(_ frame: Int, _ video: Int, width: Int = 20, height: Int = 12) -> [UInt8] {
    Array("P6 \(width) \(height) 255\n".utf8)
      + (0..<width * height).flatMap { _ in [UInt8(frame), UInt8(video), 7] }
  }

  /// Videos `a`, `b`, … of so many frames each, and their list.
  private func videos(
    _ counts: [Int], template: String = "img_%05d.jpg", separator: String = " ", first: Int = 1
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var list = ""
    for (video, count) in counts.enumerated() {
      let name = "video \(Character(UnicodeScalar(97 + UInt8(video))))"
      for frame in 0..<count {
        try folder.write(
          picture(frame + 1, video), "frames/\(name)/\(String(format: template, first + frame))")
      }
      list += "\(name)\(separator)\(count)\(separator)\(video % 3)\n"
    }
    try folder.write(list, "list.txt")
    return folder
  }

  private func open(
    _ folder: TemporaryFolder, _ method: FrameSampling.Method = .test, segments: Int = 4,
    crops: ClipTransform.Crops = .one, augmentation: ClipTransform.Augmentation? = nil,
    options: FramesDataset.Options = .init()
  ) throws -> FramesDataset {
    try FramesDataset(
      list: folder.path / "list.txt", root: folder.path / "frames",
      sampling: FrameSampling(method, segments: segments),
      transform: ClipTransform(
        ImageTransform(resize: .shorterSide(8), crop: (6, 6)), crops: crops, augmentation: augmentation),
      options: options)
  }

  /// The red of each frame: its number.
  private func shown(_ data: any ImageDataset, _ index: Int, epoch: Int = 0) throws -> [Int] {
    let pixels = try data.item(at: index, epoch: epoch)
    #expect(pixels.count == data.itemBytes)
    return (0..<data.frames).map { Int(pixels[$0 * data.frameBytes]) }
  }

  @Test func aClipIsTheFramesOfItsVideo() throws {
    let folder = try videos([9, 4, 1])
    let data = try open(folder)
    #expect(data.name == "frames" && data.split == "test" && data.itemNoun == "clip")
    #expect(data.count == 3 && data.frames == 4 && data.views == 1 && data.channels == 3)
    #expect(data.imageSize == (6, 6) && data.labels == ["1", "2", "3"] && data.remarks.isEmpty)
    #expect((0..<3).map { data.label(at: $0) } == [0, 1, 2] && data.itemName(at: 1) == "video b")
    #expect(
      try shown(data, 0) == [2, 4, 6, 8] && shown(data, 1) == [1, 2, 3, 4] && shown(data, 2) == [1, 1, 1, 1])
    #expect(try data.item(at: 1)[1] == 1, "the green is the video")
    #expect(data.frameNumbers(at: 0) == [1, 3, 5, 7])
    // One frame a clip is an image.
    let images = try open(folder, segments: 1)
    #expect(images.frames == 1 && images.itemNoun == "image")
  }

  /// The parts of a clip, as the frames of a glance and those of patches, are one item: all frames get the same crop.
  @Test func clipsOfSeveralPartsAreCutAlike() throws {
    let folder = try TemporaryFolder()
    let pixels = (0..<20 * 12).flatMap { pixel -> [UInt8] in
      let (row, column) = (pixel / 20, pixel % 20)
      return [UInt8(column * 12), UInt8(row * 20), 7]
    }
    for frame in 1...9 {
      try folder.write(
        Array("P6 20 12 255\n".utf8) + pixels, "frames/a/\(String(format: "img_%05d.jpg", frame))")
    }
    try folder.write("a 9 0\na 9 0\n", "list.txt")
    let data = try FramesDataset(
      list: folder.path / "list.txt", root: folder.path / "frames",
      sampling: FrameSampling(.train, parts: [2, 3]),
      transform: ClipTransform(
        ImageTransform(resize: .shorterSide(8), crop: (6, 6)), augmentation: .init(flips: true)),
      options: .init())
    #expect(data.frames == 5 && data.frameParts == [2, 3])
    #expect(try data.subset([1]).frameParts == [2, 3])
    var crops: Set<[UInt8]> = []
    for epoch in 0..<6 {
      let item = try data.item(at: 0, epoch: epoch)
      let frames = (0..<5).map { Array(item[$0 * data.frameBytes..<($0 + 1) * data.frameBytes]) }
      #expect(Set(frames).count == 1)
      crops.insert(frames[0])
    }
    #expect(crops.count > 1)
  }

  @Test func presetsReadTheListsOfTheirDataSets() throws {
    for (template, name) in [
      ("%05d.jpg", "something-v1"), ("%06d.jpg", "something-v2"), ("image_%05d.jpg", "activitynet"),
    ] {
      let preset = try #require(VideoPreset.all.first { $0.name == name })
      let folder = try videos([5, 4], template: template, separator: preset.separator)
      var options = FramesDataset.Options()
      (options.separator, options.template) = (preset.separator, preset.template)
      options.hasManyLabels = preset.hasManyLabels
      let data = try open(folder, options: options)
      #expect(try data.count == 2 && shown(data, 1) == [1, 2, 3, 4])
    }
    #expect(VideoPreset.all.filter { !$0.flips }.map(\.name) == ["something-v1", "something-v2", "jester"])
    for preset in VideoPreset.all { _ = try FrameTemplate(preset.template) }
  }

  @Test func framesMayCountFromAnyNumber() throws {
    let folder = try videos([4], first: 0)
    var options = FramesDataset.Options()
    options.first = 0
    #expect(try shown(open(folder, options: options), 0) == [1, 2, 3, 4])
  }

  @Test func trainingIsDrawnAnewEachEpochAndIsTheSameEachTime() throws {
    let folder = try videos([40, 40, 2, 40])
    let data = try open(folder, .train)
    #expect(data.count == 3 && data.split == "train" && data.itemName(at: 2) == "video d")
    #expect(data.remarks.count == 1)
    #expect(data.remarks[0].hasPrefix("1 of 4 videos of "))
    #expect(data.remarks[0].hasSuffix("list.txt have less than 3 frames and are not trained on"))
    let epochs = try (0..<8).map { try shown(data, 0, epoch: $0) }
    #expect(Set(epochs).count > 1)
    #expect(try epochs == (0..<8).map { try shown(data, 0, epoch: $0) })
    #expect(
      epochs.allSatisfy { frames in (0..<4).allSatisfy { (10 * $0 + 1...10 * $0 + 10).contains(frames[$0]) } }
    )
    #expect(try shown(data, 1) != shown(data, 0) || shown(data, 1, epoch: 1) != shown(data, 0, epoch: 1))
    var options = FramesDataset.Options()
    options.seed = 1
    let other = try open(folder, .train, options: options)
    #expect(try (0..<8).map { try shown(other, 0, epoch: $0) } != epochs)
    #expect(other.identity != data.identity)
  }

  /// A kept trace or a training must not depend on who prepared its clips.
  @Test func batchesDoNotDependOnTheThreads() throws {
    let folder = try videos([40, 9, 5, 30, 12])
    let data = try open(folder, .train, augmentation: .init(flips: true))
    let batches = try [1, 2, 4].map { threads in
      let loader = try BatchLoader(data, batchSize: 2, order: .shuffled(seed: 5), threads: threads)
      var found: [[UInt8]] = []
      try loader.epoch(3).forEach { found.append($0.pixels) }
      return found
    }
    #expect(batches[0] == batches[1] && batches[1] == batches[2])
  }

  @Test func severalClipsAndCropsOfAVideoAreItemsInARow() throws {
    let folder = try videos([80, 9, 4])
    let twice = try open(folder, .twice)
    #expect(twice.views == 2 && twice.count == 6)
    #expect(try shown(twice, 2) == [2, 4, 6, 8] && shown(twice, 3) == [1, 3, 5, 7])
    #expect((0..<6).map { twice.label(at: $0) } == [0, 0, 1, 1, 2, 2])
    #expect(twice.itemName(at: 3) == "video b#2")
    let dense = try open(folder, .dense, crops: .three)
    #expect(dense.views == 30 && dense.count == 90)
    // The crops of a clip follow each other.
    #expect(try shown(dense, 0) == shown(dense, 2) && shown(dense, 0) == [1, 17, 33, 49])
    #expect(try shown(dense, 29) == [17, 33, 49, 65])
    // A limit counts videos, which keep all of their views.
    let some = try twice.limited(to: 2)
    #expect(some.count == 4 && some.views == 2 && some.limitedLabels == [0, 0, 1, 1])
    #expect(try twice.limited(asIn: some.identity)?.identity == some.identity)
    #expect(try twice.limited(to: 3).identity == twice.identity)
    #expect(try twice.subset([0, 3]).views == 1)
  }

  @Test func aMissingOrDamagedFrameIsNamedAndNotReplaced() throws {
    let folder = try videos([4, 4, 4, 0])
    try FileManager.default.removeItem(atPath: (folder.path / "frames/video a/img_00003.jpg").string)
    try folder.write(Array("P6 20 12 255\nshort".utf8), "frames/video b/img_00002.jpg")
    let data = try open(folder)
    let loader = try BatchLoader(data, batchSize: 4)
    let batch = try #require(try loader.epoch(0).next())
    #expect(batch.indices == [2] && batch.pixels.count == data.itemBytes)
    let damaged = try #require(data.damaged?.all)
    #expect(damaged.map(\.index) == [0, 1, 3])
    #expect(damaged[0].reason.hasSuffix("video a/img_00003.jpg cannot be read: No such file or directory"))
    #expect(damaged[1].reason.contains("video b/img_00002.jpg"))
    #expect(damaged[2].reason.hasSuffix("video d has no frames, as its list says"))
    var options = FramesDataset.Options()
    options.damage = .stop
    let strict = try open(folder, options: options)
    #expect(strict.damaged == nil)
    #expect(throws: ImageError.self) { try BatchLoader(strict, batchSize: 4).epoch(0).next() }
  }

  @Test func whatIsNotThereIsSaidWhenTheListIsOpened() throws {
    let folder = try videos([4, 4])
    var options = FramesDataset.Options()
    options.template = "image_{:05d}.jpg"
    #expect { try open(folder, options: options) } throws: {
      let text = "\($0)"
      return text.contains("of 2 videos none has its first frame; there is no ") && !text.contains("\n")
        && text.hasSuffix("video a/image_00001.jpg; its folder begins with img_00001.jpg")
    }
    try FileManager.default.removeItem(atPath: (folder.path / "frames/video b").string)
    let data = try open(folder)
    #expect(data.remarks.count == 1 && data.remarks[0].hasPrefix("1 of 2 videos have no first frame in "))
    #expect(data.remarks[0].hasSuffix("video b/img_00001.jpg, nor its folder"))
  }

  @Test func classesHaveNamesOrNumbers() throws {
    let folder = try videos([4, 4, 4])
    var options = FramesDataset.Options()
    options.classFile = try folder.write("1 Swiping Left\n2 Swiping Right\n3 Stop\n", "classInd.txt")
    #expect(try open(folder, options: options).labels == ["Swiping Left", "Swiping Right", "Stop"])
    options.classFile = try folder.write("a\nb\n", "category.txt")
    #expect { try open(folder, options: options) } throws: {
      "\($0)".contains("list.txt, line 3: the label is 2, but ")
        && "\($0)".hasSuffix("category.txt has 2 classes, 0 to 1")
    }
    options.classes = ["a", "b", "c"]
    #expect { try open(folder, options: options) } throws: { "\($0)".contains("classes are given twice") }
    options.classFile = nil
    #expect(try open(folder, options: options).labels == ["a", "b", "c"])
    options.classes = []
    #expect { try open(folder, options: options) } throws: {
      "\($0)".hasSuffix("the list of classes is empty")
    }
  }

  @Test func labelsMayCountFromOne() throws {
    let folder = try videos([4, 4, 4])
    let list = try String(contentsOfFile: (folder.path / "list.txt").string, encoding: .utf8)
    _ = try folder.write(
      list.replacing(" 2\n", with: " 3\n").replacing(" 1\n", with: " 2\n").replacing(" 0\n", with: " 1\n"),
      "list.txt")
    var options = FramesDataset.Options()
    options.classes = ["a", "b", "c"]
    #expect { try open(folder, options: options) } throws: {
      "\($0)".hasSuffix(
        "the label is 3, but there are 3 classes, 0 to 2; where labels count from 1, first_label is 1")
    }
    options.classes = nil
    #expect(
      try open(folder, options: options).remarks.map {
        $0.hasSuffix("has the label 0; where labels count from 1, first_label is 1")
      }
        == [true])
    options.common.firstLabel = 1
    let data = try open(folder, options: options)
    #expect(data.labels == ["1", "2", "3"] && data.remarks.isEmpty)
    #expect((0..<3).map { data.videoLabel($0) } == [0, 1, 2])
    // A list that is read from 1 already, and begins with the second class, gets no advice to read it so.
    _ = try folder.write("video a 4 2\nvideo b 4 4\n", "list.txt")
    options.classes = ["a", "b", "c"]
    #expect { try open(folder, options: options) } throws: {
      "\($0)".hasSuffix("list.txt, line 2: the label is 4, but there are 3 classes, 1 to 3")
    }
    options.classes = nil
    _ = try folder.write(list, "list.txt")
    #expect { try open(folder, options: options) } throws: {
      "\($0)".contains("the label is '0', expected a whole number from 1 to 1000000")
    }
  }

  @Test func optionsThatCannotBeAreRefused() throws {
    let folder = try videos([4])
    for separator in ["", "  ", "3", "é", "\0", "\n"] {
      var options = FramesDataset.Options()
      options.separator = separator
      #expect { try open(folder, options: options) } throws: { "\($0)".hasPrefix("the separator is '") }
    }
    for first in [-1, Int.min, Int.max] {
      var options = FramesDataset.Options()
      options.first = first
      #expect { try open(folder, options: options) } throws: {
        "\($0)".hasPrefix("the first frame has number")
      }
    }
    #expect { try open(folder, crops: .ten, augmentation: .init(flips: true)) } throws: {
      "\($0)" == "10 crops of clips that are cropped at random, expected 1"
    }
  }

  @Test func identityFollowsListOptionsAndFiles() throws {
    let folder = try videos([5, 4])
    let plain = try open(folder)
    #expect(try open(folder).identity == plain.identity && plain.identity.hasPrefix("frames/test "))
    #expect(try open(folder, .twice).identity != plain.identity)
    #expect(try open(folder, segments: 5).identity != plain.identity)
    #expect(try open(folder, crops: .three).identity != plain.identity)
    // Frames that were extracted anew have another size.
    try folder.write(picture(1, 1, width: 24), "frames/video b/img_00001.jpg")
    let changed = try open(folder)
    #expect(changed.identity != plain.identity)
    try folder.write("video a 5 0\nvideo b 4 2\n", "list.txt")
    #expect(try open(folder).identity != changed.identity)
  }
}

extension ImageDataset {
  fileprivate var limitedLabels: [Int] { (0..<count).map { label(at: $0) } }
}
