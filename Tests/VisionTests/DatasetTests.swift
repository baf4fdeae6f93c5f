import Support
import Testing
import Vision

@Suite struct DatasetTests {
  @Test func opensByNameAndSplit() throws {
    for split in ["train", "validation", "test"] {
      let data = try Datasets.open(name: "clutter-fashion", split: split)
      #expect(data.name == "clutter-fashion" && data.split == split)
      let clips = try Datasets.open(name: "clutter-motion", split: split)
      #expect(clips.name == "clutter-motion" && clips.split == split)
      let some = try clips.limited(to: 25)
      #expect(try Datasets.open(identity: some.identity, name: "clutter-motion")?.identity == some.identity)
    }
    #expect(try Datasets.open(name: "clutter-fashion", split: "test", limit: 12).count == 12)
  }

  @Test func namesTheNearestName() {
    #expect { try Datasets.open(name: "cluter-fashion", split: "test") } throws: { error in
      "\(error)"
        == "there is no data set \"cluter-fashion\"; did you mean 'clutter-fashion'?"
    }
    #expect { try Datasets.open(name: "imagenet", split: "test") } throws: { error in
      "\(error)" == "there is no data set \"imagenet\"; known: clutter-fashion, clutter-motion"
    }
    #expect { try Datasets.open(name: "clutter-fashion", split: "tets") } throws: { error in
      "\(error)"
        == "clutter-fashion has no split \"tets\"; did you mean 'test'?"
    }
  }

  @Test(arguments: [0, -3, Int.min]) func refusesALimitBelowOne(_ limit: Int) {
    #expect(throws: DatasetError.invalid("clutter-fashion: limit is \(limit), expected at least 1 image")) {
      try Datasets.open(name: "clutter-fashion", split: "test", limit: limit)
    }
  }

  @Test func aLimitKeepsTheFirstImages() throws {
    let all = try squares(10)
    let some = try all.limited(to: 4)
    #expect(some.count == 4)
    #expect(try some.item(at: 3) == all.item(at: 3))
    #expect(throws: DatasetError.noSuchItem("image", index: 4, dataset: "tensors", count: 4)) {
      try some.item(at: 4)
    }
    #expect(try all.limited(to: 99).identity == all.identity)
    #expect(some.identity != all.identity)
    #expect(try all.limited(to: 3).limited(to: 4).count == 3)
  }

  @Test func aSubsetKeepsItsOrder() throws {
    let all = try squares(10)
    let some = try all.subset([7, 2, 2])
    #expect(some.count == 3)
    #expect((0..<3).map { some.label(at: $0) } == [7, 2, 2])
    #expect(try (0..<3).map { try some.item(at: $0)[0] } == [7, 2, 2])
    #expect(some.itemName(at: 0) == all.itemName(at: 7))
    #expect(try some.limited(to: 2).subset([1]).label(at: 0) == 2)
    #expect(try some.identity != all.subset([2, 7, 2]).identity)
    #expect(try some.identity == all.subset([7, 2, 2]).identity)
    #expect(throws: DatasetError.noSuchItem("image", index: 10, dataset: "tensors", count: 10)) {
      try all.subset([0, 10])
    }
    #expect(throws: DatasetError.self) { try all.subset([]) }
  }

  @Test func tensorsBecomeRowsOfPixels() throws {
    // Two 1 × 2 images of 3 channels, plane by plane.
    let planes: [UInt8] = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]
    let data = try TensorsDataset(
      bytes: planes, layout: .channelsFirst, imageSize: (1, 2), channels: 3, labels: [1, 0])
    #expect(try data.item(at: 0) == [1, 3, 5, 2, 4, 6])
    #expect(try data.item(at: 1) == [11, 13, 15, 12, 14, 16])
    #expect(data.labels == ["1", "2"] && data.label(at: 0) == 1 && data.itemName(at: 1) == "tensors.2")
    let rows = try TensorsDataset(
      bytes: planes, layout: .channelsLast, imageSize: (1, 2), channels: 3, labels: [1, 0])
    #expect(try rows.item(at: 0) == [1, 2, 3, 4, 5, 6])
    #expect(rows.identity != data.identity)
  }

  @Test func floatsBecomeTheNearestLevel() throws {
    let data = try TensorsDataset(
      values: [0, 1, 0.5, 0.001], layout: .channelsFirst, imageSize: (2, 2), channels: 1, labels: [0])
    #expect(try data.item(at: 0) == [0, 255, 128, 0])
    for bad in [-0.1, 1.5, .nan, .infinity] as [Float] {
      #expect(throws: DatasetError.invalid("tensors: image 2 has the value \(bad), expected 0 to 1")) {
        try TensorsDataset(
          values: [0, 0, bad, 0], layout: .channelsFirst, imageSize: (1, 2), channels: 1, labels: [0, 0])
      }
    }
  }

  @Test func tensorsThatDoNotFitAreRefused() {
    func make(_ bytes: Int, _ height: Int, _ labels: [Int], names: [String]? = nil) throws -> TensorsDataset {
      try TensorsDataset(
        bytes: Array(repeating: 0, count: bytes), layout: .channelsLast, imageSize: (height, 2), channels: 1,
        labels: labels, classNames: names)
    }
    #expect { try make(7, 2, [0, 0]) } throws: {
      "\($0)" == "tensors: 7 values, expected 8 = 2 × 2 × 2 × 1 (images, height, width, channels)"
    }
    #expect { try make(4, 2, [2], names: ["a", "b"]) } throws: {
      "\($0)" == "tensors: image 1 has class 3, expected 1 to 2"
    }
    #expect(throws: DatasetError.self) { try make(4, 2, [-1]) }
    #expect(throws: DatasetError.self) { try make(4, 2, [Int.max]) }
    #expect(throws: DatasetError.self) { try make(0, 2, []) }
    #expect(throws: DatasetError.self) { try make(0, 0, [0]) }
    #expect(throws: DatasetError.self) { try make(4, Int.max, [0]) }
  }

  @Test func tensorsBecomeClips() throws {
    // Two clips of 2 frames of 1 × 2 pixels of 3 channels, plane by plane.
    let planes = (0..<24).map { UInt8($0) }
    let data = try TensorsDataset(
      bytes: planes, layout: .channelsFirst, frames: 2, imageSize: (1, 2), channels: 3, labels: [1, 0])
    #expect(data.count == 2 && data.frames == 2 && data.frameBytes == 6 && data.itemBytes == 12)
    #expect(try data.item(at: 0) == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    #expect(try data.item(at: 1) == [12, 14, 16, 13, 15, 17, 18, 20, 22, 19, 21, 23])
    let images = try TensorsDataset(
      bytes: planes, layout: .channelsFirst, imageSize: (1, 2), channels: 3, labels: [1, 0, 0, 0])
    #expect(try images.item(at: 1) == Array(data.item(at: 0).suffix(6)))
    #expect(images.identity != data.identity)
    #expect(try data.subset([1]).frames == 2 && data.subset([1]).item(at: 0) == data.item(at: 1))
    // The lower class comes first.
    #expect(try data.limited(to: 1).item(at: 0) == data.item(at: 1))
  }

  @Test func clipsThatDoNotFitAreRefused() {
    func make(_ bytes: Int, _ frames: Int, _ labels: [Int]) throws -> TensorsDataset {
      try TensorsDataset(
        bytes: Array(repeating: 0, count: bytes), layout: .channelsLast, frames: frames, imageSize: (2, 2),
        channels: 1, labels: labels)
    }
    #expect { try make(25, 3, [0, 0]) } throws: {
      "\($0)"
        == "tensors: 25 values, expected 24 = 2 × 3 × 2 × 2 × 1 (clips, frames, height, width, channels)"
    }
    #expect { try make(24, 3, [0]) } throws: {
      "\($0)" == "tensors: 1 labels for 2 clips, expected one for each"
    }
    #expect { try make(24, 3, [0, -1]) } throws: { "\($0)".hasPrefix("tensors: clip 2 has class 0") }
    for frames in [0, -1, Int.min, Int.max] {
      #expect(throws: DatasetError.self) { try make(24, frames, [0]) }
    }
  }

  @Test func identityFollowsTheContent() throws {
    let some = try squares(10)
    #expect(try some.identity == squares(10).identity)
    #expect(try some.identity != squares(10, first: 1).identity)
  }

  /// `count` images of 2 × 2 pixels; image i has the label and the value i.
  private func squares(_ count: Int, first: UInt8 = 0) throws -> any ImageDataset {
    var bytes = (0..<count).flatMap { Array(repeating: UInt8($0), count: 4) }
    bytes[0] = first
    return try TensorsDataset(
      bytes: bytes, layout: .channelsLast, imageSize: (2, 2), channels: 1, labels: Array(0..<count))
  }
}
