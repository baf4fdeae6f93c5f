import Support
import Testing
import Vision

/// Crops of clips, as TSN and TSM cut them.
@Suite struct ClipTransformTests {
  /// A picture whose red is the column and whose green is the row.
  private func ramp(_ width: Int, _ height: Int) throws -> RGBImage {
    try RGBImage(
      width: width, height: height,
      pixels: (0..<height).flatMap { row in (0..<width).flatMap { [UInt8($0), UInt8(row), 0] } })
  }

  private func corner(_ image: RGBImage) -> (column: Int, row: Int) {
    (Int(image.pixels[0]), Int(image.pixels[1]))
  }

  private let random = CounterRandom(seed: 1, stream: "crops")

  /// The steps are quarters of what the crop leaves, rounded down: (100 − 32) / 4 = 17 columns, (50 − 32) / 4 = 4 rows.
  @Test(
    arguments: [
      (ClipTransform.Crops.one, [(34, 9)]),
      (.three, [(0, 8), (68, 8), (34, 8)]),
      (.five, [(0, 0), (68, 0), (0, 16), (68, 16), (34, 8)]),
    ] as [(ClipTransform.Crops, [(Int, Int)])])
  func cropsAreWhereTheAuthorsTakeThem(_ crops: ClipTransform.Crops, _ expected: [(Int, Int)]) throws {
    // Resized to its own size a picture stays what it is.
    let transform = try ClipTransform(
      ImageTransform(resize: .shorterSide(50), crop: (32, 32)), crops: crops)
    let image = try ramp(100, 50)
    for (crop, place) in expected.enumerated() {
      let found = corner(try transform.apply(image, crop: crop, random))
      #expect(found.column == place.0 && found.row == place.1, "\(crops) \(crop)")
    }
  }

  @Test func tenCropsAreFiveAndTheirMirrorImages() throws {
    let still = try ImageTransform(resize: .shorterSide(50), crop: (32, 32))
    let (five, ten) = (try ClipTransform(still, crops: .five), try ClipTransform(still, crops: .ten))
    let image = try ramp(100, 50)
    for crop in 0..<5 {
      let plain = try five.apply(image, crop: crop, random)
      #expect(try ten.apply(image, crop: 2 * crop, random) == plain)
      #expect(try ten.apply(image, crop: 2 * crop + 1, random) == plain.flipped())
    }
  }

  @Test func aFullResolutionCropOfTheShorterSideIsAllOfIt() throws {
    let transform = try ClipTransform(
      ImageTransform(resize: .shorterSide(50), crop: (50, 50)), crops: .three)
    let places = try (0..<3).map { corner(try transform.apply(try ramp(100, 50), crop: $0, random)) }
    #expect(places.map(\.column) == [0, 48, 24] && places.map(\.row) == [0, 0, 0])
  }

  /// Cuts of 1, 7/8, 3/4 and 0.66 of the shorter side, heights and widths at most one step apart, at 13 places.
  @Test func trainingTakesOnePartOfAllFrames() throws {
    let transform = try ClipTransform(
      ImageTransform(resize: .shorterSide(64), crop: (64, 64)), augmentation: .init(flips: false))
    let image = try ramp(120, 100)
    var sizes: Set<[Int]> = []
    var places: Set<[Int]> = []
    for draw in 0..<2000 {
      let part = transform.part(of: image, random.child(draw))
      sizes.insert([part.height, part.width])
      let steps = ((120 - part.width) / 4, (100 - part.height) / 4)
      #expect(part.left + part.width <= 120 && part.top + part.height <= 100)
      if steps.0 > 0, steps.1 > 0 {
        #expect(part.left % steps.0 == 0 && part.top % steps.1 == 0)
        places.insert([part.left / steps.0, part.top / steps.1])
      }
    }
    // 0.66 · 100 is 66, which is near enough to the crop to be taken as 64.
    let sides = [100, 87, 75, 64]
    let expected = (0..<4).flatMap { i in (0..<4).filter { abs($0 - i) <= 1 }.map { [sides[i], sides[$0]] } }
    #expect(sizes == Set(expected))
    let thirteen = [
      [0, 0], [4, 0], [0, 4], [4, 4], [2, 2], [0, 2], [4, 2], [2, 4], [2, 0], [1, 1], [3, 1], [1, 3], [3, 3],
    ]
    #expect(places == Set(thirteen))
    let first = try transform.apply(image, crop: 0, random)
    #expect(first.width == 64 && first.height == 64)
    #expect(try transform.apply(image, crop: 0, random) == first, "the same numbers take the same part")
  }

  @Test func halfOfTheClipsAreMirroredUnlessLabelsSayLeftAndRight() throws {
    let image = try ramp(100, 100)
    func mirrored(_ flips: Bool) throws -> Int {
      let transform = try ClipTransform(
        ImageTransform(resize: .shorterSide(32), crop: (32, 32)), augmentation: .init(flips: flips))
      return try (0..<200).count {
        let found = try transform.apply(image, crop: 0, random.child($0)).pixels
        return found[0] > found[3 * 31]
      }
    }
    #expect(try mirrored(false) == 0)
    #expect((70...130).contains(try mirrored(true)))
  }

  /// However small or narrow a picture is, there is a part of it.
  @Test func tinyPicturesHaveParts() throws {
    let transform = try ClipTransform(
      ImageTransform(resize: .shorterSide(4), crop: (4, 4)), augmentation: .init(flips: true))
    for (width, height) in [(1, 1), (2, 1), (1, 9), (3, 200), (5, 3)] {
      for draw in 0..<100 {
        let result = try transform.apply(try ramp(width, height), crop: 0, random.child(draw))
        #expect(result.width == 4 && result.height == 4)
      }
    }
  }
}
