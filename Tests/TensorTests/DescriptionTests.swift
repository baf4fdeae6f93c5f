import Tensor
import Testing

/// How tensors are printed.
@Suite struct DescriptionTests {
  private func ramp(_ sizes: Int...) throws -> Tensor {
    try Tensor.arange(0, Double(sizes.reduce(1, *))).reshaped(Shape(sizes))
  }

  @Test func oneAndTwoAxesStayOnALine() throws {
    #expect(try ramp(3).description == "3 [0, 1, 2]")
    #expect(try ramp(2, 3).description == "2×3 [[0, 1, 2], [3, 4, 5]]")
    #expect(try ramp(1, 1, 3).description == "1×1×3 [[[0, 1, 2]]]")
    #expect(try Tensor(4).description == "4")
  }

  @Test func threeAxesHaveALineForEachRow() throws {
    #expect(
      try ramp(2, 2, 3).description == """
        2×2×3
        [[[ 0,  1,  2],
          [ 3,  4,  5]],
         [[ 6,  7,  8],
          [ 9, 10, 11]]]
        """)
  }

  /// As NumPy does: three at each end of an axis.
  @Test func largeOnesAreSummarised() throws {
    #expect(
      try ramp(2, 3, 100).description == """
        2×3×100, 0 to 599
        [[[  0,   1,   2, …,  97,  98,  99],
          [100, 101, 102, …, 197, 198, 199],
          [200, 201, 202, …, 297, 298, 299]],
         [[300, 301, 302, …, 397, 398, 399],
          [400, 401, 402, …, 497, 498, 499],
          [500, 501, 502, …, 597, 598, 599]]]
        """)
    #expect(try ramp(1000).description == "1000, 0 to 999 [0, 1, 2, …, 997, 998, 999]")
    let many = try ramp(20, 20, 20).description.split(separator: "\n")
    #expect(many.count == 6 * 7 + 2 && many.allSatisfy { $0.count <= 80 }, "\(many)")
  }

  @Test func longRowsGoOnBelow() throws {
    let lines = try ramp(2, 30).description.split(separator: "\n")
    #expect(lines.first == "2×30" && lines.count == 5)
    #expect(lines.allSatisfy { $0.count <= 80 })
    // Every number is there, in order.
    let numbers = lines.dropFirst().joined().split { !$0.isNumber }.compactMap { Int($0) }
    #expect(numbers == Array(0..<60))
  }

  @Test func emptyOnesShowTheirAxes() throws {
    #expect(try Tensor.zeros([0]).description == "0 []")
    #expect(try Tensor.zeros([2, 0]).description == "2×0 []")
    #expect(try Tensor.zeros([0, 3]).description == "0×3 []")
    #expect(try Tensor.zeros([0, 1 << 39]).description == "0×549755813888 []")
  }
}
