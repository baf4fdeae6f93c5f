import Compute
import Support
import TestSupport
import Testing
import Vision

/// The hashes are of clips computed by another program from the same recipe.
@Suite struct ClutterMotionTests {
  @Test(
    arguments: [
      (.test, 0, 0, 18, "63f138d04385bdc9ac6ade83a28c1c836bffff798d618328ccdbc61659d5bb20"),
      (.test, 9999, 0, 10, "046f6ac4a0676e6ea7b963c4490b65f41627526cf2894c2ea41e75a03777cd74"),
      (.validation, 0, 0, 18, "17789848356f7dadd527b4980435d2d00ab765242ed34a65a2c3384f0f8fd7f7"),
      (.train, 0, 0, 19, "209e969002595184876460d9cbfa59998f0fe6de1e43e8d95eca2577740992ba"),
      (.train, 49999, 3, 14, "63089bc8f8410c7d5b655c190e3dde440603a9bd2e2a746fe937132e29255a0a"),
    ] as [(ClutterFashion.Split, Int, Int, Int, String)])
  func clipHasThePublishedHashAndClass(
    _ split: ClutterFashion.Split, _ index: Int, _ epoch: Int, _ label: Int, _ hash: String
  ) throws {
    let data = try ClutterMotion(split: split)
    #expect(try SHA256.hex(data.item(at: index, epoch: epoch)) == hash)
    #expect(data.label(at: index, epoch: epoch) == label)
  }

  @Test func firstTwentyTestClipsHaveThePublishedHash() throws {
    let test = try ClutterMotion(split: .test)
    let clips = try (0..<20).flatMap { try test.item(at: $0) }
    #expect(SHA256.hex(clips) == "68c1e9ed30fc66e146c928e82d417a5448508f71713c549cdcd67ba2a90a5c03")
  }

  @Test func describesItself() throws {
    let test = try ClutterMotion(split: .test)
    #expect(test.name == "clutter-motion" && test.split == "test" && test.itemNoun == "clip")
    #expect(test.count == 10000 && test.classes == 20 && test.channels == 1 && test.frames == 8)
    #expect(test.imageSize == (128, 128) && test.frameBytes == 128 * 128 && test.itemBytes == 8 * 128 * 128)
    #expect(test.labels[14] == "Sneaker right" && test.labels[15] == "Sneaker left")
    #expect(test.itemName(at: 9999) == "clutter-motion.test.10000")
    let others = try [ClutterFashion.Split.validation, .train].map { try ClutterMotion(split: $0) }
    #expect(others.map(\.count) == [10000, 50000])
    #expect(Set(([test] + others).map(\.identity)).count == 3)
  }

  /// Going right an article ends where going left it begins, and all its places are within a patch of 48 pixels.
  @Test func anArticleMovesByTwoPixelsAFrame() throws {
    let test = try ClutterMotion(split: .test)
    let places = test.articleOrigins(at: 0)
    #expect(places.map(\.row) == [Int](repeating: 7, count: 8))
    #expect(places.map(\.column) == (0..<8).map { 32 + 2 * $0 }, "label 18 goes to the right")
    var ways: Set<Int> = []
    for index in 0..<50 {
      let columns = test.articleOrigins(at: index).map(\.column)
      let isLeft = test.label(at: index) % 2 == 1
      ways.insert(test.label(at: index) % 2)
      #expect(columns == (0..<8).map { columns[0] + (isLeft ? -2 : 2) * $0 })
      #expect(columns.allSatisfy { (0...100).contains($0) })
    }
    #expect(ways == [0, 1])
  }

  @Test func theArticleLiesOnTopOfEveryFrame() throws {
    let train = try ClutterMotion(split: .train)
    let articles = try FashionMNIST.load().train.pixels
    for (index, epoch) in [(0, 0), (123, 4), (49999, 1)] {
      let clip = try train.item(at: index, epoch: epoch)
      for (frame, origin) in train.articleOrigins(at: index, epoch: epoch).enumerated() {
        for row in 0..<28 {
          for column in 0..<28 {
            let article = articles[(index * 28 + row) * 28 + column]
            let pixel = clip[(frame * 128 + origin.row + row) * 128 + origin.column + column]
            #expect(article == 0 || pixel == article)
          }
        }
      }
    }
  }

  @Test func onlyTrainingClipsChangeWithTheEpoch() throws {
    let train = try ClutterMotion(split: .train)
    #expect(try train.item(at: 7, epoch: 0) != train.item(at: 7, epoch: 1))
    let directions = (0..<20).map { train.label(at: 7, epoch: $0) % 2 }
    #expect(Set(directions) == [0, 1], "the direction is drawn anew")
    #expect(Set((0..<20).map { train.label(at: 7, epoch: $0) / 2 }).count == 1, "the article stays")
    let test = try ClutterMotion(split: .test)
    #expect(try test.item(at: 7, epoch: 0) == test.item(at: 7, epoch: 1))
    #expect(test.label(at: 7, epoch: 1) == test.label(at: 7))
  }

  @Test func batchesHaveTheClassesOfTheirEpoch() throws {
    let train = try ClutterMotion(split: .train).subset(Array(0..<40))
    let loader = try BatchLoader(train, batchSize: 40)
    for epoch in 0..<2 {
      let batch = try #require(try loader.epoch(epoch).next())
      #expect(batch.frames == 8 && batch.pixels.count == 40 * train.itemBytes)
      #expect(batch.labels == (0..<40).map { train.label(at: $0, epoch: epoch) })
      #expect(try Array(batch.pixels.suffix(train.itemBytes)) == train.item(at: 39, epoch: epoch))
    }
    #expect((0..<40).map { train.label(at: $0, epoch: 0) } != (0..<40).map { train.label(at: $0, epoch: 1) })
  }

  @Test func normalizationIsThatOfTheTrainingClips() throws {
    let train = try ClutterMotion(split: .train)
    var (sum, squares) = (0, 0)
    let sample = Array(stride(from: 0, to: train.count, by: 40))
    for index in sample {
      for pixel in try train.item(at: index) {
        sum += Int(pixel)
        squares += Int(pixel) * Int(pixel)
      }
    }
    let pixels = Double(sample.count * train.itemBytes)
    let mean = Double(sum) / pixels
    let std = (Double(squares) / pixels - mean * mean).squareRoot()
    #expect(abs(mean / 255 - Double(train.normalization.mean[0])) < 0.001)
    #expect(abs(std / 255 - Double(train.normalization.std[0])) < 0.001)
  }

  @Test func refusesClipsAndBuffersThatDoNotFit() throws {
    let test = try ClutterMotion(split: .test)
    for index in [-1, 10000, Int.max] {
      #expect(
        throws: DatasetError.noSuchItem("clip", index: index, dataset: "clutter-motion", count: 10000)
      ) {
        try test.item(at: index)
      }
    }
    var small = [UInt8](repeating: 0, count: 128 * 128)
    #expect(throws: DatasetError.invalid("clutter-motion: a clip takes 131072 bytes, the buffer has 16384")) {
      try small.withUnsafeMutableBufferPointer { try test.render(0, epoch: 0, into: $0) }
    }
  }
}
