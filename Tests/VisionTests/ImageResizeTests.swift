import Support
import Testing
import Vision

@Suite struct ImageResizeTests {
  @Test func resizesAsPillowDoes() throws {
    let fixtures = try ImageFixtures()
    #expect(fixtures.resizes.count == 12)
    for resize in fixtures.resizes {
      let filter = try #require(resize.filter.flatMap(ResampleFilter.init))
      let image = try ImageDecoder.decode(contentsOf: ImageFixtures.path(resize.name))
      let ours = try image.resized(width: resize.width, height: resize.height, filter)
      #expect(
        try ours == fixtures.expected(resize), "\(filter) to \(resize.width)×\(resize.height)")
    }
  }

  @Test func resizesPartsAsPillowDoes() throws {
    let fixtures = try ImageFixtures()
    let expected = fixtures.box
    let box = try #require(expected.box)
    let image = try ImageDecoder.decode(contentsOf: ImageFixtures.path(expected.name))
    let ours = try image.resized(
      width: expected.width, height: expected.height, .bicubic,
      box: .init(left: box[0], top: box[1], right: box[2], bottom: box[3]))
    #expect(try ours == fixtures.expected(expected))
  }

  /// Both orders of the passes, sides that are no multiple of the vectors' width.
  @Test(arguments: [(40, 31), (19, 90), (97, 8), (8, 97), (19, 17)])
  func aWindowIsAPartOfTheWhole(_ width: Int, _ height: Int) throws {
    let image = try ImageDecoder.decode(contentsOf: ImageFixtures.path("rgb.png"))
    let whole = try image.resized(width: width, height: height, .bicubic)
    let window = (rows: height / 4..<height - 1, columns: width / 3..<width / 3 + 5)
    let part = try image.resized(width: width, height: height, .bicubic, window: window)
    #expect(
      try part
        == whole.cropped(
          left: window.columns.lowerBound, top: window.rows.lowerBound, width: window.columns.count,
          height: window.rows.count))
  }

  @Test func refusesPartsOutside() throws {
    let image = try RGBImage(width: 4, height: 3, pixels: [UInt8](repeating: 9, count: 36))
    #expect(throws: DatasetError.self) { try image.resized(width: 0, height: 3) }
    #expect(throws: DatasetError.self) {
      try image.resized(width: 2, height: 2, box: .init(left: 0, top: 0, right: 5, bottom: 1))
    }
    #expect(throws: DatasetError.self) {
      try image.resized(width: 2, height: 2, box: .init(left: .nan, top: 0, right: 1, bottom: 1))
    }
    #expect(throws: DatasetError.self) { try image.cropped(left: 2, top: 0, width: 3, height: 1) }
    #expect(throws: DatasetError.self) { try image.cropped(left: Int.max, top: 0, width: 3, height: 1) }
    #expect(throws: DatasetError.self) { try RGBImage(width: 4, height: 3, pixels: [1]) }
    #expect(throws: DatasetError.self) { try RGBImage(width: Int.max, height: 3, pixels: [1]) }
  }

  @Test func evaluationCutsTheCentre() throws {
    let image = try ImageDecoder.decode(contentsOf: ImageFixtures.path("rgb.png"))
    let transform = try ImageTransform.evaluation(size: 7, ratio: 0.875, filter: .bicubic)
    let result = try transform.apply(image, CounterRandom(seed: 0, stream: "none"))
    // 19 × 17 becomes ⌊8·19/17⌋ × 8 = 8 × 8; half of the one pixel that is left rounds to even, 0.
    let expected = try image.resized(width: 8, height: 8, .bicubic).cropped(
      left: 0, top: 0, width: 7, height: 7)
    #expect(result == expected)
    #expect(throws: DatasetError.self) { try ImageTransform(resize: .shorterSide(10), crop: (11, 10)) }
    #expect(throws: DatasetError.self) { try ImageTransform.evaluation(size: 0) }
    #expect(throws: DatasetError.self) { try ImageTransform.evaluation(ratio: 0) }
  }

  @Test func longAndNarrowPicturesDoNotNeedTheirResizedSize() throws {
    let image = try RGBImage(width: 1, height: 60_000, pixels: (0..<180_000).map { UInt8($0 % 251) })
    let result = try ImageTransform.evaluation().apply(image, CounterRandom(seed: 0, stream: "none"))
    #expect((result.width, result.height) == (224, 224))
    #expect(throws: DatasetError.self) { try image.resized(width: 1 << 20, height: 1 << 20) }
  }

  @Test func augmentationDrawsFromItsRandomNumbersAlone() throws {
    let image = try ImageDecoder.decode(contentsOf: ImageFixtures.path("colour.jpg"))
    let transform = try ImageTransform.training(size: 9)
    let random = CounterRandom(seed: 3, stream: "test")
    let results = try (0..<40).map { try transform.apply(image, random.child($0)) }
    #expect(try results == (0..<40).map { try transform.apply(image, random.child($0)) })
    #expect(results.allSatisfy { ($0.width, $0.height) == (9, 9) })
    // Of 19 × 17 pixels there are not many parts, and some are drawn twice.
    #expect(Set(results.map(\.pixels)).count > 30)
  }

  @Test func flippingTwiceChangesNothing() throws {
    let image = try ImageDecoder.decode(contentsOf: ImageFixtures.path("rgb.png"))
    #expect(image.flipped() != image)
    #expect(image.flipped().flipped() == image)
    #expect(Array(image.flipped().pixels[0..<3]) == Array(image.pixels[54..<57]))
  }
}
