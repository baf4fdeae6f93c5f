import Foundation
import Support
import TestSupport
import Testing
import Vision

/// A few images of a data set hold all its classes, whatever kind of data set it is.
@Suite struct LimitTests {
  private func tensors(_ labels: [Int]) throws -> TensorsDataset {
    try TensorsDataset(
      bytes: labels.indices.map { UInt8($0 % 256) }, layout: .channelsLast, imageSize: (1, 1), channels: 1,
      labels: labels, classNames: (0...(labels.max() ?? 0)).map { "class \($0)" })
  }

  private func labels(_ data: any ImageDataset) -> [Int] { (0..<data.count).map { data.label(at: $0) } }

  @Test(arguments: [
    // Class after class, as folders are.
    ([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], 3, [0, 4, 8]),
    ([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], 7, [0, 1, 2, 4, 5, 8, 9]),
    // In turn.
    ([2, 1, 0, 2, 1, 0, 2, 1, 0], 6, [0, 1, 2, 3, 4, 5]),
    // Shares are kept, and the rare class too.
    ([0, 0, 0, 0, 0, 0, 0, 0, 1, 2], 5, [0, 1, 2, 8, 9]),
    ([0, 0, 0, 0, 0, 0, 0, 0, 1, 2], 3, [0, 8, 9]),
    // Less than there are classes: those with most images.
    ([0, 1, 1, 2, 2], 2, [1, 3]), ([0, 1, 2], 1, [0]),
  ])
  func classesKeepTheirShare(_ labels: [Int], _ limit: Int, _ expected: [Int]) throws {
    let all = try tensors(labels)
    let some = try all.limited(to: limit)
    #expect(try (0..<some.count).map { Int(try some.item(at: $0)[0]) } == expected)
    #expect(self.labels(some) == expected.map { labels[$0] })
    #expect(some.itemName(at: 0) == all.itemName(at: expected[0]))
    #expect(some.identity == "\(all.identity) limit=\(limit) by class")
  }

  /// Any labels, any limit: the number asked for, in order, each class within one of its share where there is room.
  @Test func anyLimitOfAnyLabels() throws {
    let random = CounterRandom(seed: 5, stream: "limits")
    for trial in 0..<300 {
      let draw = random.child(trial)
      let count = 1 + draw.integer(0, below: 60)
      let classes = 1 + draw.integer(1, below: 8)
      let labels = (0..<count).map {
        draw.integer($0 + 10, below: classes) * draw.integer($0 + 100, below: 2)
      }
      let limit = 1 + draw.integer(2, below: 70)
      let kept = self.labels(try tensors(labels).limited(to: limit))
      #expect(kept.count == min(limit, count))
      let present = Set(labels)
      if limit >= present.count { #expect(Set(kept) == present) }
      for label in present where limit < count {
        let share = Double(labels.count { $0 == label } * limit) / Double(count)
        let got = Double(kept.count { $0 == label })
        #expect(
          got > share - Double(present.count) && got < share + 1 || got == 1, "\(labels) \(limit) \(label)")
      }
    }
  }

  @Test(arguments: ["train", "validation", "test"]) func clutterFashionIsCutEvenly(_ split: String) throws {
    for limit in [10, 25, 200] {
      let some = try Datasets.open(name: "clutter-fashion", split: split, limit: limit)
      let counts = Dictionary(labels(some).map { ($0, 1) }, uniquingKeysWith: +)
      #expect(counts.count == 10 && counts.values.reduce(0, +) == limit)
      if split == "test" { #expect(counts.values.allSatisfy { abs($0 - limit / 10) <= 1 }) }
      let again = try Datasets.open(identity: some.identity, name: "clutter-fashion")
      #expect(again?.identity == some.identity)
    }
  }

  @Test func foldersAndFiles() throws {
    let folder = try TemporaryFolder()
    let places = ["a", "b", "c"].flatMap { name in (1...4).map { "\(name)/\($0).png" } }
    for place in places {
      let target = folder.path / place
      try FileManager.default.createDirectory(
        atPath: target.folder.string, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: ImageFixtures.path("rgb.png").string, toPath: target.string)
    }
    let data = try FolderDataset(path: folder.path, transform: .evaluation(size: 8))
    let some = try data.limited(to: 6)
    #expect(labels(some) == [0, 0, 1, 1, 2, 2])
    #expect(
      (0..<6).map { some.itemName(at: $0) } == [
        "a/1.png", "a/2.png", "b/1.png", "b/2.png", "c/1.png", "c/2.png",
      ])
    // Nothing is known of the classes of files: the first ones.
    let files = try FilesDataset(
      paths: places.map { folder.path / $0 }, transform: .evaluation(size: 8))
    let few = try files.limited(to: 2)
    #expect((0..<2).map { few.itemName(at: $0) } == ["\(folder.path)/a/1.png", "\(folder.path)/a/2.png"])
  }

  /// A trace tells which images it was made of; those of version 0.1 were the first ones.
  @Test func aLimitIsFoundAgain() throws {
    let all = try tensors([0, 0, 0, 1, 1, 1])
    let some = try all.limited(to: 2)
    #expect(try all.limited(asIn: some.identity).map(labels) == [0, 1])
    #expect(try all.limited(asIn: all.identity + " limit=2").map(labels) == [0, 0])
    #expect(try all.limited(asIn: all.identity)?.count == 6)
    for other in [" limit=0", " limit=7", " limit=x", " limit=2 by name", "limit=2", " subset=2"] {
      #expect(try all.limited(asIn: all.identity + other) == nil)
    }
    #expect(try all.limited(asIn: "other limit=2") == nil)
  }
}
