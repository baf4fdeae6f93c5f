import GlanceFocus
import Tensor
import Testing

/// Numbers that are 8-bit levels are taken as such, and no others.
@Suite struct NetworkImagesTests {
  private static let levels = (0..<256).map { Float($0) / 255 }

  @Test func allLevelsAreKnown() throws {
    let images = try NetworkImages(try Tensor([1, 1, 16, 16], Self.levels), hasHistory: false)
    var configuration = try Configuration(
      backbone: "resnet_tiny_16", patchSize: 48, imageSize: 128, classes: 2)
    configuration.mean = [0.4, 0.5, 0.6]
    configuration.standardDeviation = [0.3, 0.2, 0.1]
    let pixels = try Tensor.images(
      pixels: (0..<256).map { UInt8($0) }, count: 1, height: 16, width: 16, channels: 1,
      mean: configuration.mean, deviation: configuration.standardDeviation)
    #expect(try images.normalized(for: configuration).values() == pixels.values())
    #expect(try images.tensor().values() == Self.levels)
  }

  /// As levels, these would come back rounded.
  @Test(arguments: [
    Float(0.5), 0x1p-149, Float(100) / 255 + 0x1p-20, (Float(7) / 255).nextUp, (Float(254) / 255).nextDown,
    Float(1).nextUp, 2, -1, 1e30, .infinity, -.infinity,
  ])
  func otherNumbersStayAsTheyAre(_ stray: Float) throws {
    for place in [0, 63, 64, 255] {
      var values = Self.levels
      values[place] = stray
      let images = try NetworkImages(try Tensor([1, 1, 16, 16], values), hasHistory: false)
      #expect(try images.tensor().values() == values)
    }
  }

  @Test func whatIsNoNumberIsNoLevel() throws {
    var values = Self.levels
    values[200] = .nan
    let images = try NetworkImages(try Tensor([1, 1, 16, 16], values), hasHistory: false)
    #expect(try images.tensor().values()[200].isNaN)
  }

  /// What a crop was made of is remembered until somebody writes to it, and for the whole of it alone.
  @Test func levelsThatWereWrittenOverAreForgotten() throws {
    let images = try NetworkImages(try Tensor([1, 1, 16, 16], Self.levels), hasHistory: false)
    let crop = try images.tensor()
    #expect(try NetworkImages(crop, hasHistory: false).tensor().values() == Self.levels)
    let part = try crop.sliced(2, 8..<16)
    #expect(try NetworkImages(part, hasHistory: false).tensor().values() == Array(Self.levels[128...]))
    let turned = try crop.transposed(2, 3)
    #expect(try NetworkImages(turned, hasHistory: false).tensor().values() == turned.values())
    try crop.assign(try Tensor.full([1, 1, 16, 16], 0.25))
    #expect(try NetworkImages(crop, hasHistory: false).tensor().values().allSatisfy { $0 == 0.25 })
  }
}
