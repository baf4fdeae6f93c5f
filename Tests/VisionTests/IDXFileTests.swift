import Foundation
import Support
import TestSupport
import Testing
import Vision

@Suite struct IDXFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func readsDimensionsElementsAndChecksum() throws {
    let content = idx([2, 3, 2], Array(1...12))
    let file = try IDXFile(contentsOf: folder.write(Gzip.member(content), "a.gz"), rank: 3)
    #expect(file.dimensions == [2, 3, 2])
    #expect(file.bytes == Array(1...12))
    #expect(file.checksum == Gzip.crc32(content))
  }

  @Test func readsContentLongerThanOneChunk() throws {
    let elements = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try folder.write(Gzip.member(idx([200_000], elements)), "a.gz")
    #expect(try IDXFile(contentsOf: path, rank: 1).bytes == elements)
  }

  @Test func readsAnEmptyArray() throws {
    let path = try folder.write(Gzip.member(idx([0], [])), "a.gz")
    #expect(try IDXFile(contentsOf: path, rank: 1).bytes.isEmpty)
  }

  @Test(arguments: [
    (idx([3], [1, 2]), "holds 2 of the 3 bytes"),
    (idx([3], [1, 2, 3, 4]), "holds more than the 3 bytes"),
    (idx([2, 2], [1, 2, 3, 4]), "has 2 dimensions, expected 1"),
    (idx([3], [1, 2, 3], type: 0x0D), "has IDX element type 13"),
    ([1, 0, 8, 1, 0, 0, 0, 0], "is not an IDX file"),
    ([0, 0, 8, 1, 0, 0], "ends inside its IDX header"),
    ([0, 0], "ends inside its IDX header"),
    ([], "ends inside its IDX header"),
    (idx([UInt32.max], [1, 2, 3]), "claims 4294967295 bytes"),
  ])
  func refusesWrongContent(_ content: [UInt8], _ expected: String) throws {
    try expectDamaged(Gzip.member(content), rank: 1, expected)
  }

  @Test func refusesDimensionsWhoseProductOverflows() throws {
    let content = idx([UInt32.max, UInt32.max, UInt32.max], [1])
    try expectDamaged(Gzip.member(content), rank: 3, "claims 4294967295 × 4294967295 × 4294967295 bytes")
  }

  @Test func refusesWhatIsNotOneWholeGzipMember() throws {
    let good = Gzip.member(idx([3], [1, 2, 3]))
    try expectDamaged(idx([3], [1, 2, 3]), rank: 1, "is not a gzip file")
    try expectDamaged(good + [0], rank: 1, "has extra bytes")
    try expectDamaged(good + good, rank: 1, "has extra bytes")
    try expectDamaged([], rank: 1, "is cut off")
    var wrong = good
    wrong[wrong.count - 8] ^= 1
    try expectDamaged(wrong, rank: 1, "incorrect data check")
    wrong = good
    wrong[wrong.count - 1] ^= 1
    try expectDamaged(wrong, rank: 1, "incorrect length check")
  }

  @Test func refusesEveryTruncation() throws {
    let good = Gzip.member(idx([30], Array(0..<30)))
    for length in 0..<good.count { try expectDamaged(Array(good[..<length]), rank: 1, "") }
  }

  /// A flipped bit is refused, or it is one that carries no content (the time stamp, the file name, padding).
  @Test func neverReturnsAlteredContent() throws {
    let path = "/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz"
    let good = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    let content = try IDXFile(contentsOf: FilePath(path), rank: 1).bytes
    #expect(content.count == 10000)
    var refused = 0
    let places = Array(stride(from: 0, to: good.count, by: 5))
    for place in places {
      var bad = good
      bad[place] ^= 1 << UInt8(place % 8)
      let file = try folder.write(bad, "flipped.gz")
      do { #expect(try IDXFile(contentsOf: file, rank: 1).bytes == content) } catch is DatasetError {
        refused += 1
      }
    }
    #expect(refused > places.count - 15)
  }

  @Test func namesTheFileThatCannotBeRead() throws {
    let missing = folder.path / "none.gz"
    #expect { try IDXFile(contentsOf: missing, rank: 1) } throws: { error in
      "\(error)" == "cannot read \(missing): No such file or directory"
    }
    #expect { try IDXFile(contentsOf: folder.path, rank: 1) } throws: { error in
      "\(error)" == "cannot read \(folder.path): it is a folder"
    }
  }

  private func expectDamaged(
    _ bytes: [UInt8], rank: Int, _ expected: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let path = try folder.write(bytes, "damaged.gz")
    #expect(sourceLocation: location) { try IDXFile(contentsOf: path, rank: rank) } throws: { error in
      guard case .damaged(path.shown, let reason)? = error as? DatasetError else { return false }
      return expected.isEmpty || reason.contains(expected)
    }
  }
}
