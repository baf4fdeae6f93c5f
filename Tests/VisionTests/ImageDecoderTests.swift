import Foundation
import Support
import TestSupport
import Testing
import Vision

@Suite struct ImageDecoderTests {
  @Test func thePicturesAreThere() throws {
    #expect(try ImageFixtures().pictures.count == 73)
  }

  @Test(arguments: ImageFixtures.names) func decodesAsPillowDoes(_ name: String) throws {
    let fixtures = try ImageFixtures()
    let picture = try #require(fixtures.pictures.first { $0.name == name })
    let image = try ImageDecoder.decode(contentsOf: ImageFixtures.path(name))
    // Lossy decoders of other versions may round otherwise.
    let isLossy = name.hasSuffix(".jpg") || name.hasSuffix(".webp") || name == "jpeg.tif"
    let difference = try #require(largestDifference(image, fixtures.expected(picture)))
    #expect(difference <= (isLossy ? 1 : 0))
  }

  @Test(arguments: [
    ("huge.png", "claims 60000×60000 pixels, more than the 178956970 accepted"),
    ("huge.bmp", "claims 60000×60000 pixels, more than the 178956970 accepted"),
    ("huge.gif", "claims 60000×60000 pixels, more than the 178956970 accepted"),
    ("huge.tif", "claims 60000×60000 pixels, more than the 178956970 accepted"),
    ("huge.jpg", "claims 60000×60000 pixels, more than the 178956970 accepted"),
    ("claims.png", "claims 9000×9000 pixels, more than its "),
    ("cut.jpg", "is cut off"), ("cut.png", "is cut off"), ("cut.webp", "is cut off"),
    ("cut.gif", "is cut off"), ("cut.bmp", "is cut off"), ("cut.tif", "is damaged: "),
    ("empty.jpg", "is empty"), ("text.png", "is not a picture: it begins like none of JPEG, PNG, "),
    ("cut.ppm", "is cut off"), ("cut-text.pgm", "is cut off"), ("claims.pgm", "is cut off"),
    ("huge.ppm", "claims 60000×60000 pixels, more than the 178956970 accepted"),
    ("beyond.pgm", "is damaged: a value is 101, and the largest is said to be 100"),
    ("words.ppm", "is damaged: its width is no whole number"),
    ("largest.pgm", "has 65536 for its largest value, expected 1 to 65535"),
    ("negative.pgm", "is damaged: its height is no whole number"),
    ("bits12.jpg", "is a JPEG of 12 bits a sample, which is not read"),
    ("missing.png", "cannot be read: No such file or directory"),
  ]) func refusesInOneLine(_ name: String, _ reason: String) {
    let path = ImageFixtures.path("broken/" + name)
    #expect {
      try ImageDecoder.decode(contentsOf: path)
    } throws: { error in
      let line = "\(error)"
      return error is any LineError && line.hasPrefix("\(path) \(reason)") && !line.contains("\n")
    }
  }

  @Test func refusesWhatIsNoFile() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ImageError(path: folder.path.shown, reason: "is a folder")) {
      try ImageDecoder.decode(contentsOf: folder.path)
    }
    let pipe = folder.path / "pipe.png"
    #expect(mkfifo(pipe.string, 0o600) == 0)
    #expect(throws: ImageError(path: pipe.shown, reason: "is a named pipe, expected a regular file")) {
      try ImageDecoder.decode(contentsOf: pipe)
    }
  }

  @Test func readsByContentNotByName() throws {
    let folder = try TemporaryFolder()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: ImageFixtures.path("rgb.png").string)))
    let path = try folder.write(bytes, "wrong.jpg")
    #expect(
      try ImageDecoder.decode(contentsOf: path)
        == ImageDecoder.decode(contentsOf: ImageFixtures.path("rgb.png")))
  }
}
