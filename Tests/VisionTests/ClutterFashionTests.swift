import Foundation
import Support
import TestSupport
import Testing
import Vision

/// The hashes are of canvases computed by another program from the same recipe.
@Suite struct ClutterFashionTests {
  @Test func sha256MatchesItsStandard() {
    #expect(
      SHA256.hex(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(SHA256.hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test(
    arguments: [
      (.test, 0, 0, "967005cdf3a40c9ad6420a4a39cdc1db04bcd42b6c531a0ed670100febe5532e"),
      (.test, 9999, 0, "d7ffb69bde96bbaacd2e098f94561325e6c7f73ef7fad2707ac3bc40eec9c000"),
      (.validation, 0, 0, "529d617c0e92d6a20e0b585cfcc0c0c01819c8827901d50ee3321de6e12f4572"),
      (.train, 0, 0, "40d0e437fdb94d1d92987f4dc9a344002c03d656424d5f32decb4b5ec0f6131e"),
      (.train, 49999, 3, "fbf9153fd163d904ed70a65561a5f971808d138ed3ddff05d2cb61bcbdc31023"),
    ] as [(ClutterFashion.Split, Int, Int, String)])
  func canvasHasThePublishedHash(_ split: ClutterFashion.Split, _ index: Int, _ epoch: Int, _ hash: String)
    throws
  {
    #expect(try SHA256.hex(ClutterFashion(split: split).item(at: index, epoch: epoch)) == hash)
  }

  @Test func firstHundredTestCanvasesHaveThePublishedHash() throws {
    let test = try ClutterFashion(split: .test)
    let canvases = try (0..<100).flatMap { try test.item(at: $0) }
    #expect(SHA256.hex(canvases) == "ad6bc1a3494d4ade88a10064c993c79481b783b825f1dd0b79934a0755e780e5")
  }

  @Test func describesItself() throws {
    let test = try ClutterFashion(split: .test)
    #expect(test.name == "clutter-fashion" && test.split == "test")
    #expect(test.count == 10000 && test.classes == 10 && test.channels == 1)
    #expect(test.imageSize == (128, 128))
    #expect(test.label(at: 0) == 9 && test.labels[9] == "Ankle boot")
    #expect(test.articleOrigin(at: 0) == (75, 25))
    #expect(test.itemName(at: 9999) == "clutter-fashion.test.10000")
    let validation = try ClutterFashion(split: .validation)
    #expect(validation.count == 10000 && validation.itemName(at: 0) == "clutter-fashion.validation.1")
    let train = try ClutterFashion(split: .train)
    #expect(train.count == 50000 && train.itemName(at: 49999) == "clutter-fashion.train.50000")
    #expect(Set([test.identity, validation.identity, train.identity]).count == 3)
  }

  @Test func onlyTrainingCanvasesChangeWithTheEpoch() throws {
    let train = try ClutterFashion(split: .train)
    #expect(try train.item(at: 7, epoch: 0) != train.item(at: 7, epoch: 1))
    #expect(try train.item(at: 7, epoch: 1) == train.item(at: 7, epoch: 1))
    for split in [ClutterFashion.Split.validation, .test] {
      let fixed = try ClutterFashion(split: split)
      #expect(try fixed.item(at: 7, epoch: 0) == fixed.item(at: 7, epoch: 1))
    }
  }

  @Test func theArticleLiesOnTopWhereItIsSaidToBe() throws {
    let train = try ClutterFashion(split: .train)
    let articles = try FashionMNIST.load().train.pixels
    for (index, epoch) in [(0, 0), (123, 4), (49999, 1)] {
      let canvas = try train.item(at: index, epoch: epoch)
      let origin = train.articleOrigin(at: index, epoch: epoch)
      for row in 0..<28 {
        for column in 0..<28 {
          let article = articles[(index * 28 + row) * 28 + column]
          let pixel = canvas[(origin.row + row) * 128 + origin.column + column]
          #expect(article == 0 || pixel == article)
        }
      }
    }
  }

  @Test func normalizationIsThatOfTheTrainingCanvases() throws {
    let train = try ClutterFashion(split: .train)
    var sum = 0
    var squares = 0
    let sample = Array(stride(from: 0, to: train.count, by: 10))
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

  @Test func refusesImagesAndBuffersThatDoNotFit() throws {
    let test = try ClutterFashion(split: .test)
    for index in [-1, 10000, Int.max] {
      #expect(
        throws: DatasetError.noSuchItem("image", index: index, dataset: "clutter-fashion", count: 10000)
      ) {
        try test.item(at: index)
      }
    }
    var small = [UInt8](repeating: 0, count: 100)
    #expect(throws: DatasetError.self) {
      try small.withUnsafeMutableBufferPointer { try test.render(0, epoch: 0, into: $0) }
    }
  }
}
