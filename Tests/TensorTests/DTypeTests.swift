import Tensor
import Testing

/// Elements that are not float32: they are exact, or an error, and no op reads their bits as something else.
@Suite struct DTypeTests {
  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  @Test func wholeNumbersAreExactOverTheWholeRange() throws {
    let edges = [Int(Int32.min), Int(Int32.max), 16_777_217, -16_777_219, 0]
    let x = try Tensor([5], whole: edges)
    #expect(try x.wholeNumbers() == edges)
    #expect(try (x * Tensor([], whole: [1])).wholeNumbers() == edges)
    #expect(try x.transposed(0, 0).clone().wholeNumbers() == edges)
    #expect(try x.sorted().values.wholeNumbers() == edges.sorted())
    #expect(try x.extremumOfAll(largest: true).value == .whole(edges[1]))
    #expect(try x.greater(than: Tensor([], whole: [16_777_216])).wholeNumbers() == [0, 1, 1, 0, 0])
    #expect(try x.equal(to: Tensor(16_777_216)).wholeNumbers() == [0, 0, 0, 0, 0])
    #expect(try x.wholeSum() == edges.reduce(0, +))
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let large = try Tensor([2], whole: [1, Int(Int32.max)])
    #expect(message { _ = try large + large }.hasPrefix("add: 2147483647 and 2147483647 give 4294967294"))
    let pixels = try Tensor([3], whole: [0, 200, 255], .uint8)
    #expect(message { _ = try pixels + pixels }.hasPrefix("add: 200 and 200 give 400, which is beyond uint8"))
    #expect(message { _ = try pixels - Tensor([], whole: [1], .uint8) }.contains("0 and 1 give -1"))
    #expect(message { _ = try pixels.floorDivided(by: Tensor([], whole: [0])) }.contains("divided by 0"))
    #expect(message { _ = try Tensor([2], [1, .nan]).converted(to: .int32) }.hasPrefix("to: nan is outside"))
    #expect(
      message { _ = try Tensor([1], [3e9]).converted(to: .int32) }.contains("3000000000 is outside int32"))
    #expect(message { _ = try Tensor([1], [-1]).converted(to: .uint8) }.contains("-1 is outside uint8"))
    #expect(message { _ = try large.product() }.isEmpty)
    #expect(message { _ = try large.sum() }.hasPrefix("sum: 2147483648 is beyond int32"))
  }

  @Test func typesArePromotedAsInPyTorch() throws {
    let types: [DType] = [.boolean, .uint8, .int32, .float32]
    for (i, first) in types.enumerated() {
      for (j, second) in types.enumerated() {
        let (a, b) = (try Tensor([2], whole: [1, 0], first), try Tensor([2], whole: [1, 1], second))
        let wider = types[max(i, j)]
        #expect(try a.maximum(b).dtype == wider)
        #expect(try (a * b).dtype == (wider == .boolean ? .int32 : wider))
        #expect(try (a + b).values() == [2, 1])
        #expect(try (a / b).dtype == .float32)
        #expect(try Tensor.concatenated([a, b]).dtype == wider)
        #expect(try Tensor.where(a, a, b).dtype == wider)
        #expect(try a.equal(to: b).dtype == .boolean)
        #expect(try a.equal(to: b).values() == [1, 0])
      }
    }
  }

  @Test func flooringIsLuas() throws {
    let (x, y) = (try Tensor([4], whole: [7, -7, 7, -7]), try Tensor([4], whole: [2, 2, -2, -2]))
    #expect(try x.floorDivided(by: y).wholeNumbers() == [3, -4, -4, 3])
    #expect(try x.modulo(y).wholeNumbers() == [1, 1, -1, -1])
    let (p, q) = (try x.converted(to: .float32), try y.converted(to: .float32))
    #expect(try p.floorDivided(by: q).values() == [3, -4, -4, 3])
    #expect(try p.modulo(q).values() == [1, 1, -1, -1])
  }

  /// Every op that knows only float32 gets numbers, not bits: the results are those of the converted tensor.
  @Test func opsThatKnowOnlyFloatsConvert() throws {
    let ops: [(String, (Tensor) throws -> Tensor)] = [
      ("exp", { try $0.exp() }), ("softmax", { try $0.softmax() }), ("mean", { try $0.mean([1]) }),
      ("variance", { try $0.variance([0]) }), ("norm", { try $0.norm() }),
      ("matmul", { try $0.matmul($0.transposed()) }), ("linear", { try $0.linear($0) }),
      ("cumulativeSum", { try $0.cumulativeSum(axis: 0) }), ("scaled", { try $0.scaled(by: 2, adding: 1) }),
      ("power", { try $0.power(3) }), ("logSumExp", { try $0.logSumExp([1]) }),
      ("clamp", { try $0.clamped(0.5, 1.5) }),
      (
        "pool",
        {
          try $0.reshaped([1, 1, 2, 3]).maxPooled2d(kernel: (1, 1), stride: (1, 1), padding: (0, 0))
        }
      ),
      ("resize", { try $0.reshaped([1, 1, 2, 3]).padded(top: 1, bottom: 0, left: 0, right: 1) }),
    ]
    for dtype in [DType.int32, .uint8, .boolean] {
      let x = try Tensor([2, 3], whole: [1, 0, 1, 1, 1, 0], dtype)
      let y = try x.converted(to: .float32)
      #expect(try y.values() == [1, 0, 1, 1, 1, 0])
      for (name, op) in ops {
        let result = try op(x)
        #expect(result.dtype == .float32, "\(name) of \(dtype)")
        #expect(try result.values() == op(y).values(), "\(name) of \(dtype)")
      }
    }
  }

  @Test func viewsAndCopiesKeepTheType() throws {
    for dtype in DType.allCases {
      let x = try Tensor([2, 3, 2, 2], whole: (0..<24).map { $0 % 2 }, dtype)
      let wide = try Tensor([2, 3, 2, 2], whole: (0..<24).map { $0 % 2 })
      let moves: [(Tensor) throws -> Tensor] = [
        { try $0.permuted([3, 1, 0, 2]).clone() }, { try $0.flipped(1) }, { try $0.sliced(3, 1..<2) },
        { try $0.transposed(1, 3).reshaped([6, 4]) }, { try $0.indexSelected(1, [2, 0]) },
        { try $0.indexSelected(0, [1, 1, 0]) }, { try $0.rowMajorCopy() },
        { try $0.gathered(1, Tensor([2, 1, 2, 2], whole: [0, 1, 2, 0, 1, 2, 0, 1])) },
        { try Tensor.stacked([$0, $0], axis: 1) },
        { try $0.unsqueezed(2).expanded(to: [2, 3, 5, 2, 2]).clone() },
      ]
      for (index, move) in moves.enumerated() {
        let moved = try move(x)
        #expect(moved.dtype == dtype)
        #expect(try moved.wholeNumbers() == move(wide).wholeNumbers(), "move \(index) of \(dtype)")
      }
    }
    #expect(try Tensor([1000], whole: Array(repeating: 1, count: 1000), .boolean).storage.bytes < 2000)
  }

  /// A mask has no gradient, and does not stop that of what it selects.
  @Test func gradientsFlowBesideMasks() throws {
    let tape = GradientTape()
    let x = tape.watch(try Tensor([4], [-1, 2, -3, 4]))
    let loss = try tape.record {
      let mask = try x.greater(than: Tensor(0))
      let counted = try x * mask + Tensor.where(mask, x, Tensor([], whole: [3]))
      return try (counted * x.converted(to: .int32)).sum()
    }
    let gradients = try tape.backward(from: loss)
    // Of the mask and the whole numbers nothing flows back: 2 · trunc(x) where x is above 0.
    #expect(try gradients[of: x]?.values() == [0, 4, 0, 8])
  }

  @Test func picksAndAssignmentsTakeAnyAxes() throws {
    let x = try Tensor.arange(0, 24).reshaped([2, 3, 4])
    let places = try Places(axes: [0, 2], places: [[0, 1, 1], [3, 0, 2]], shape: [3], of: x.shape)
    #expect(try x.picked(places).shape == [3, 3])
    #expect(try x.picked(places).values() == [3, 7, 11, 12, 16, 20, 14, 18, 22])
    let middle = try Places(axes: [1, 2], places: [[0, 2], [3, 1]], shape: [2], of: x.shape)
    #expect(try x.picked(middle).values() == [3, 9, 15, 21])
    try x.assign(Tensor([2], [-1, -2]), at: middle)
    #expect(try x.picked(middle).values() == [-1, -2, -1, -2])
    #expect(throws: TensorError.self) { try x.assign(Tensor([3], [1, 2, 3]), at: middle) }
    #expect(throws: TensorError.self) { try Places(axes: [1], places: [[3]], shape: [1], of: [2, 3]) }
  }
}
