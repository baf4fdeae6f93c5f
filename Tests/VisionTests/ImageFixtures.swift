import Foundation
import Support
import TestSupport
import Vision

/// Small pictures of every kind and what Pillow reads from them (`Tests/Fixtures/images/make.py` wrote both).
struct ImageFixtures {
  struct Expected: Decodable, Sendable {
    let name: String
    let width: Int
    let height: Int
    let offset: Int
    var filter: String?
    var box: [Double]?
  }

  private struct Index: Decodable {
    let pictures: [Expected]
    let resizes: [Expected]
    let box: Expected
  }

  static let folder = Fixtures.path("images").string

  let pictures: [Expected]
  let resizes: [Expected]
  let box: Expected
  private let pixels: [UInt8]

  init() throws {
    let index = try JSONDecoder().decode(
      Index.self, from: Data(contentsOf: URL(fileURLWithPath: Self.folder + "/index.json")))
    (pictures, resizes, box) = (index.pictures, index.resizes, index.box)
    pixels = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/pixels.bin")))
  }

  static func path(_ name: String) -> FilePath { FilePath(folder) / name }

  /// Names of the pictures; empty when the folder cannot be read, which a test then tells.
  static var names: [String] { (try? ImageFixtures())?.pictures.map(\.name) ?? [] }

  func expected(_ picture: Expected) throws -> RGBImage {
    let bytes = picture.width * picture.height * 3
    return try RGBImage(
      width: picture.width, height: picture.height,
      pixels: Array(pixels[picture.offset..<picture.offset + bytes]))
  }
}

/// The largest difference of a level; nil when the sizes differ.
func largestDifference(_ a: RGBImage, _ b: RGBImage) -> Int? {
  guard (a.width, a.height) == (b.width, b.height) else { return nil }
  return zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max()
}
