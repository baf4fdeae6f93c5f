import Communication
import Foundation
import Support
import Testing

struct PartSumTests {
  private static func numbers(_ part: Int, count: Int) -> [Float] {
    let random = CounterRandom(seed: 3, stream: "parts").child(part)
    // Magnitudes differ, so that another order would be other bits.
    return (0..<count).map { random.normal($0) * Float(1 << (($0 + part) % 20)) }
  }

  /// The sum that `size` processes come to, as each of them has it.
  private static func sums(_ size: Int, parts: Int, count: Int, bucket: Int = 5) throws -> [[Float]] {
    try ThreadCommunicator.run(size) { communicator in
      let tree = PartTree(parts: parts)
      let sum = PartSum(count: count, tree: tree, communicator: communicator, bucket: bucket)
      for part in tree.parts(of: communicator.rank, size: communicator.size) {
        sum.add(part, numbers(part, count: count))
      }
      return try sum.total()
    }.map { try $0.get() }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 13])
  func aSumIsTheSameBitsOnAnyNumberOfProcesses(_ parts: Int) throws {
    let count = 37
    let alone = try Self.sums(1, parts: parts, count: count)[0]
    for size in [2, 3, 4, 7] {
      let sums = try Self.sums(size, parts: parts, count: count)
      #expect(sums.count == size)
      for sum in sums { #expect(sum.map(\.bitPattern) == alone.map(\.bitPattern), "\(parts) on \(size)") }
    }
    for i in 0..<count {
      let exact = (0..<parts).reduce(0.0) { $0 + Double(Self.numbers($1, count: count)[i]) }
      #expect(abs(Double(alone[i]) - exact) < 1)
    }
  }

  @Test func theOrderOfASumIsThatOfATree() throws {
    // Left to right, 1 is lost in each of the sums with 2²⁴; in the tree (2²⁴ + 1) + (1 + 1) is even.
    let parts: [Float] = [16_777_216, 1, 1, 1]
    let sum = PartSum(count: 1, tree: PartTree(parts: 4), communicator: SingleProcess())
    for (part, value) in parts.enumerated() { sum.add(part, [value]) }
    #expect(try sum.total() == [16_777_218])
  }

  @Test func aSumWithoutAPartIsRefused() {
    let sum = PartSum(count: 1, tree: PartTree(parts: 4), communicator: SingleProcess())
    for part in 0..<3 { sum.add(part, [1]) }
    #expect(throws: CommunicationError.self) { try sum.total() }
  }

  @Test func partsAreDividedEvenlyAndAllOfThem() {
    for parts in 1...9 {
      for size in 1...6 {
        let ranges = (0..<size).map { PartTree(parts: parts).parts(of: $0, size: size) }
        #expect(ranges.flatMap(Array.init) == Array(0..<parts))
        let counts = ranges.map(\.count)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
      }
    }
  }
}
