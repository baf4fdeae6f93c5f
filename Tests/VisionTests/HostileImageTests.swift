import Foundation
import Support
import Testing
import Vision

/// Damaged copies of every fixture: no crash, no memory beyond what a picture may take, one line each.
@Suite struct HostileImageTests {
  /// Of each picture, for each kind of damage.
  private static let variants = 40

  @Test(arguments: ImageFixtures.names) func damagedCopiesAreReadOrRefused(_ name: String) throws {
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: ImageFixtures.path(name).string)))
    let random = CounterRandom(seed: 1, stream: "damage of " + name)
    var refused = 0
    for variant in 0..<Self.variants {
      let draw = random.child(variant)
      for damage in Damage.allCases where !decodes(damage.applied(to: original, draw), name) { refused += 1 }
    }
    // Most cuts must be noticed, else the test would not see a decoder that accepts everything.
    #expect(refused > Self.variants / 2)
  }

  /// A canvas that a few bytes claim, where no pixel needs to be stored.
  @Test(arguments: [
    ("offset.gif", 6, [0x13, 0x94, 0x00, 0x11] as [UInt8]),  // 37907×4352
    ("animation.gif", 6, [0x00, 0x11, 0x00, 0x83]),  // 4352×33536
    ("run-lengths.bmp", 18, [0x00, 0x00, 0x7A, 0x00]),  // 7995392 wide
  ])
  func claimsBeyondTheFileAreRefused(_ name: String, _ place: Int, _ size: [UInt8]) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: ImageFixtures.path(name).string)))
    bytes.replaceSubrange(place..<place + size.count, with: size)
    let error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes, name: name) }
    #expect(error?.reason.contains("can hold") == true, "\(String(describing: error))")
  }

  private enum Damage: CaseIterable {
    case bits, bytes, header, cut, length

    func applied(to original: [UInt8], _ random: CounterRandom) -> [UInt8] {
      var bytes = original
      switch self {
      case .bits:
        for i in 0..<(1 + random.integer(0, below: 8)) {
          bytes[random.integer(2 * i + 1, below: bytes.count)] ^=
            1 << UInt8(random.integer(2 * i + 2, below: 8))
        }
      case .bytes:
        for i in 0..<(1 + random.integer(0, below: 20)) {
          bytes[random.integer(2 * i + 1, below: bytes.count)] = UInt8(random.integer(2 * i + 2, below: 256))
        }
      case .header:
        let place = random.integer(0, below: min(64, bytes.count))
        bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][random.integer(1, below: 5)]
      case .cut: bytes.removeLast(1 + random.integer(0, below: bytes.count))
      case .length:
        // Largest numbers where sizes and offsets are.
        let place = random.integer(0, below: max(bytes.count - 4, 1))
        for i in place..<min(place + 4, bytes.count) { bytes[i] = 0xFF }
      }
      return bytes
    }
  }

  private func decodes(_ bytes: [UInt8], _ name: String) -> Bool {
    do {
      let image = try ImageDecoder.decode(bytes, name: name)
      #expect(image.pixels.count == 3 * image.width * image.height)
      #expect(image.width * image.height <= ImageDecoder.mostPixels)
      return true
    } catch let error as ImageError {
      #expect(error.path == name && !error.reason.isEmpty && !error.description.contains("\n"))
      return false
    } catch {
      Issue.record("\(name): \(error)")
      return false
    }
  }
}
