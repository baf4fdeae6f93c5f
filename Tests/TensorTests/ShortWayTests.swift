import Tensor
import Testing

/// What is done with fewer steps where nobody listens is what an op that is recorded computes, errors among it.
@Suite struct ShortWayTests {
  private struct Case: Sendable {
    let name: String
    let body: @Sendable (Tensor) throws -> Tensor
  }

  /// Functions with a short way, each of a vector of eight elements.
  private static let cases: [Case] = [
    Case(name: "dot") { try $0.dot($0 * 0.3) },
    Case(name: "sorted") { try $0.sorted().values },
    Case(name: "sorted downwards") { try $0.sorted(descending: true).values },
    Case(name: "places in order") { try $0.sorted(descending: true).indices.adding(1) },
    Case(name: "argSort of the axis −1") { try $0.argSort(axis: -1) },
    Case(name: "argSort of an axis that is not there") { try $0.argSort(axis: 1) },
    Case(name: "indexSelected") { try $0.indexSelected(0, [7, 0, 0, 3]) },
    Case(name: "indexSelected of none") { try $0.indexSelected(0, []) },
    Case(name: "indexSelected beyond the end") { try $0.indexSelected(0, [1, 8]) },
    Case(name: "indexSelected before the start") { try $0.indexSelected(0, [-1]) },
    Case(name: "concatenated") { try Tensor.concatenated([$0, $0.sliced(0, 2..<3), $0]) },
    Case(name: "concatenated with another type") {
      try Tensor.concatenated([$0, Tensor([2], whole: [1, 0], .boolean)])
    },
    Case(name: "concatenated along an axis that is not there") {
      try Tensor.concatenated([$0, $0], axis: 1)
    },
    Case(name: "exp") { x in
      try ElementFunctions.table.first { $0.name == "exp" }.map { try $0(x) } ?? Tensor(0)
    },
    Case(name: "and") { try $0.compared(.greater, 0).combined(.and, $0.compared(.less, 2)) },
    Case(name: "or of numbers") { try $0.combined(.or, $0 - $0) },
    Case(name: "xor") { try $0.compared(.greater, 0).combined(.xor, $0.compared(.less, 2)) },
    Case(name: "whole numbers plus a whole number") { try $0.converted(to: .int32).adding(-3) },
    Case(name: "whole numbers beyond int32") { try $0.converted(to: .int32).adding(Int(Int32.max)) },
    Case(name: "truth values") { try $0.converted(to: .boolean) },
    Case(name: "bytes, of which there is none below 0") { try $0.converted(to: .uint8) },
  ]

  @Test func shortWaysLeadToTheSameResults() throws {
    let row = try Tensor([8], [3.5, -2, 0, 1.25, .infinity / .infinity, 3.5, -0.0, 1e6])
    let numbers = try Tensor([8], [3.5, -2, 0, 1.25, 7, 3.5, -0.0, 1e6])
    // Elements that do not lie side by side, and such that run the other way round in memory.
    let columns = try Tensor([8, 2], (0..<16).map { Float($0 * 7 % 5) - 1.5 })
    let whole = try Tensor([8], whole: [4, -1, 4, 0, 9, 2, 3, 8])
    let vectors = [row, numbers, try columns.selected(1, 1), try Tensor([1], [2.5]).expanded(to: [8]), whole]
    for vector in vectors {
      for one in Self.cases {
        let short = Result { try one.body(vector) }
        let long = Result { try CostCounter().record { try one.body(vector) } }
        switch (short, long) {
        case (.success(let short), .success(let long)):
          #expect(short.shape == long.shape && short.dtype == long.dtype, "\(one.name)")
          let (a, b) = (try short.doubles(), try long.doubles())
          #expect(zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }, "\(one.name): \(a), not \(b)")
        case (.failure(let short), .failure(let long)): #expect("\(short)" == "\(long)", "\(one.name)")
        default: Issue.record("\(one.name): \(short), not \(long)")
        }
      }
    }
  }

  /// Elements of vectors are read and written in place; whatever is none of those goes the long way.
  @Test func elementsOfVectors() throws {
    let row = try Tensor([3], [1, 2, 3])
    #expect(row.element(at: 0) == .float(1) && row.element(at: -1) == .float(3))
    for place in [3, -4, .max, .min] {
      #expect(row.element(at: place) == nil && !row.setElement(0, at: place))
    }
    let before = row.storage.version
    #expect(row.setElement(0.1, at: -3) && row.element(at: 0) == .float(0.1))
    #expect(row.storage.version == before + 1)
    #expect(try row.unsqueezed(0).element(at: 0) == nil && Tensor(1).element(at: 0) == nil)
    #expect(CostCounter().record { row.element(at: 0) == nil && !row.setElement(1, at: 0) })
    let repeated = try Tensor([1], [7]).expanded(to: [3])
    #expect(repeated.element(at: 2) == .float(7) && !repeated.setElement(1, at: 0))
    let bytes = try Tensor([2], whole: [1, 2], .uint8)
    #expect(!bytes.setElement(256, at: 0) && !bytes.setElement(.nan, at: 0) && bytes.setElement(255.9, at: 0))
    #expect(try bytes.wholeNumbers() == [255, 2])
  }
}
