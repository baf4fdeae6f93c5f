import Foundation
import Support
import TestSupport
import Testing

/// Paths are bytes: what is done with them is compared with a reference that works on bytes alone.
struct PathTests {
  private static let slash = UInt8(ascii: "/")

  /// Parent, name and ending by hand: runs of `/` count as one, and those at the end as none.
  private struct Reference {
    var isAbsolute: Bool
    var names: [[UInt8]]

    init(_ bytes: [UInt8]) {
      isAbsolute = bytes.first == PathTests.slash
      names = bytes.split(separator: PathTests.slash).map(Array.init)
    }

    var bytes: [UInt8] { (isAbsolute ? [PathTests.slash] : []) + names.joined(separator: [PathTests.slash]) }

    var folder: [UInt8] {
      var parent = self
      if !parent.names.isEmpty { parent.names.removeLast() }
      return parent.bytes.isEmpty ? [UInt8(ascii: ".")] : parent.bytes
    }
  }

  /// Names that people and attackers give: one character, dots, spaces, bytes that are no text, 255 bytes.
  private static func name(_ random: inout SeededRandom) -> [UInt8] {
    let alphabet: [UInt8] = Array("ab. -~\\'\"\n\t".utf8) + [0x01, 0x7F, 0xE9, 0xFF, 0xC3, 0xA9, 0xF0, 0x9F]
    switch random.next(below: 8) {
    case 0: return [alphabet[random.next(below: alphabet.count)]]
    case 1: return Array(repeating: UInt8(ascii: "."), count: 1 + random.next(below: 3))
    case 2: return (0..<255).map { _ in UInt8(1 + random.next(below: 255)) }.map { $0 == slash ? 0xE9 : $0 }
    case 3: return Array(" ".utf8)
    default: return (0...random.next(below: 9)).map { _ in alphabet[random.next(below: alphabet.count)] }
    }
  }

  private static func path(_ random: inout SeededRandom) -> [UInt8] {
    let count = random.next(below: 4)
    let names = (0..<count).map { _ in name(&random) }
    let separator = [UInt8](repeating: slash, count: 1 + random.next(below: 2))
    let head: [UInt8] = random.next(below: 3) == 0 ? [slash] : []
    let tail: [UInt8] = random.next(below: 4) == 0 ? [slash] : []
    return head + names.joined(separator: separator) + tail
  }

  @Test func tenThousandRandomPathsAreTakenApartAsByHand() throws {
    var random = SeededRandom(11)
    for _ in 0..<10_000 {
      let bytes = Self.path(&random)
      let reference = Reference(bytes)
      let path = try #require(FilePath(bytes: bytes))
      #expect(path.bytes == reference.bytes)
      #expect(path.folder.bytes == reference.folder)
      #expect(path.lastComponent?.bytes == reference.names.last)
      #expect(path.components.map(\.bytes) == reference.names)
      let added = path.adding("-x.y")
      #expect(added.bytes == Reference(reference.bytes + Array("-x.y".utf8)).bytes)
      let below = path / "sub/t"
      #expect(below.bytes == Reference(bytes + Array("/sub/t".utf8)).bytes || bytes.isEmpty)
      #expect(path.removingEnding.bytes.count <= path.bytes.count)
      #expect(!path.shown.contains("\n") && !path.shown.unicodeScalars.contains { $0.value < 0x20 })
      #expect(path.absolute.isAbsolute)
      _ = (path.shownStem, path.ending, path.addingToStem("-old"), path.exists, try? FolderListing(path))
    }
  }

  @Test func endingsAreThoseOfNames() {
    for (text, ending, stem) in [
      ("a.txt", "txt", "a"), ("a.TXT", "txt", "a"), ("dir.x/a", "", "a"), (".profile", "", ".profile"),
      ("..a", "", "..a"), ("a.", "", "a."), ("a.tar.gz", "gz", "a.tar"), ("s", "", "s"), ("", "", ""),
      ("/", "", ""),
    ] {
      let path = FilePath(text)
      #expect(path.ending == ending && path.shownStem == stem, "\(text)")
    }
    #expect(FilePath("d/a.txt").addingToStem("-old") == "d/a-old.txt")
    #expect(FilePath("a").addingToStem("-old") == "a-old")
    #expect(FilePath("d/a.png").removingEnding == "d/a")
  }

  @Test func aByteOfZeroIsNoPath() {
    #expect(FilePath(bytes: [97, 0, 98]) == nil)
    #expect(FilePath(bytes: [97]) == "a")
  }

  @Test func argumentsGiveBackEveryByte() {
    var random = SeededRandom(3)
    for _ in 0..<10_000 {
      let bytes = Self.path(&random)
      #expect(RawArgument.bytes(of: RawArgument.text(bytes)) == bytes)
    }
    #expect(RawArgument.text(Array("data=größe 🙂".utf8)) == "data=größe 🙂")
    let carrier = Array("a\u{10FFE9}".utf8)
    #expect(RawArgument.bytes(of: RawArgument.text(carrier)) == carrier)
    #expect(RawArgument.shown(RawArgument.text([0x63, 0xE9])) == "c\\xE9")
  }

  /// Every name that the file system takes is written, listed, read and removed.
  @Test func randomNamesAreFilesAndFolders() throws {
    let folder = try TemporaryFolder()
    let root = folder.path
    var random = SeededRandom(5)
    var names: Set<[UInt8]> = []
    for _ in 0..<1_000 {
      let bytes = Self.name(&random)
      guard let name = FilePath(bytes: bytes)?.lastComponent, name.kind == .regular else {
        continue
      }
      let file = root / name
      try AtomicFile.write(Data(bytes), to: file)
      #expect(try InputFile.bytes(of: file, limit: 1000) == bytes)
      names.insert(name.bytes)
    }
    let listed = try FolderListing(folder.path).names.map(\.bytes)
    #expect(listed == names.sorted { $0.lexicographicallyPrecedes($1) })
  }
}
