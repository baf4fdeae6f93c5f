import Support
import Tensor
import TestSupport
import Testing

@Suite struct ConstructorTests {
  @Test func sequencesHaveTheirNumbers() throws {
    try assertClose(try Tensor.arange(1, 2, step: 0.25), [1, 1.25, 1.5, 1.75], relative: 0, absolute: 0)
    try assertClose(try Tensor.arange(3, 0, step: -1), [3, 2, 1], relative: 0, absolute: 0)
    #expect(try Tensor.arange(2, 1).shape == [0])
    try assertClose(try Tensor.linspace(-1, 1, count: 5), [-1, -0.5, 0, 0.5, 1], relative: 0, absolute: 0)
    #expect(try Tensor.linspace(0, 0.3, count: 4).values().last == 0.3)
    try assertClose(try Tensor.linspace(7, 9, count: 1), [7])
    try assertClose(try Tensor.oneHot([2, 0], classes: 3), [0, 0, 1, 1, 0, 0], relative: 0, absolute: 0)
  }

  @Test func randomNumbersAreFunctionsOfTheSeed() throws {
    let random = CounterRandom(seed: 5, stream: "test")
    let u = try Tensor.uniform([200_000], in: -2..<1, random: random)
    let values = try u.values()
    #expect(values.allSatisfy { $0 >= -2 && $0 < 1 })
    #expect(abs(try u.mean().item() + 0.5) < 0.01)
    #expect(abs(try u.standardDeviation().item() - 0.866) < 0.01)
    let n = try Tensor.normal([200_000], mean: 3, standardDeviation: 2, random: random)
    #expect(abs(try n.mean().item() - 3) < 0.02)
    #expect(abs(try n.standardDeviation().item() - 2) < 0.02)
    // A pure function of the seed, whatever the shape.
    try assertIdentical(
      u, try Tensor.uniform([200, 1000], in: -2..<1, random: random).reshaped([200_000]))
    let other = try Tensor.uniform([200_000], in: -2..<1, random: random.child(1)).values()
    #expect(other != values)
  }

  @Test func dropoutKeepsTheMean() throws {
    let random = CounterRandom(seed: 9, stream: "dropout")
    let x = try Tensor.full([40, 5, 20, 50], 1)
    let y = try x.dropout(0.25, random: random)
    let values = try y.values()
    #expect(values.allSatisfy { $0 == 0 || abs($0 - 4 / 3) < 1e-6 })
    #expect(abs(try y.mean().item() - 1) < 0.01)
    // The arrangement in memory does not matter, nor does anything but the seed.
    let rowMajor = try Tensor(x.shape, try x.values())
    try assertIdentical(try rowMajor.dropout(0.25, random: random), y)
    #expect(try x.dropout(0.25, random: random.child(1)).values() != values)
    try checkGradient(
      of: { try $0[0].dropout(0.4, random: random) }, at: [try Tensor.formula("d", [3, 2, 4, 5])])
    #expect(try x.dropout(1, random: random).sum().item() == 0)
  }

  @Test func dropConnectDropsWholeSamples() throws {
    let random = CounterRandom(seed: 9, stream: "connect")
    let x = try Tensor.full([1000, 2, 3], 1)
    let perSample = try x.dropConnect(0.2, random: random).reshaped([1000, 6])
    let rows = try perSample.sum([1]).values()
    #expect(rows.allSatisfy { $0 == 0 || abs($0 - 7.5) < 1e-5 })
    #expect((740...860).contains(rows.filter { $0 > 0 }.count))
    try checkGradient(
      of: { try $0[0].dropConnect(0.5, random: random) }, at: [try Tensor.formula("d", [6, 2, 2, 2])])
  }

  @Test func patchesLieWithinTheImage() throws {
    let image = try Tensor.formula("image", [1, 3, 8, 8])
    #expect(throws: TensorError.self) {
      try image.cropped([PatchPosition(row: 5, column: 0)], height: 4, width: 4)
    }
  }

  @Test func descriptionsShowShapeAndCorners() throws {
    #expect(try Tensor(2.5).description == "2.5")
    #expect(
      try Tensor([2, 3], [0, 0.5, 1, 1.5, .nan, -.infinity]).description
        == "2×3 [[0, 0.5, 1], [1.5, nan, -inf]]")
    #expect(try Tensor.arange(0, 1000).description == "1000, 0 to 999 [0, 1, 2, …, 997, 998, 999]")
    #expect(
      try Tensor.arange(0, 6).reshaped([2, 3]).transposed().description == "3×2 [[0, 3], [1, 4], [2, 5]]")
    for shape: Shape in [[64, 3, 224, 224], [1, 1, 1, 1, 1, 1, 1, 2], [9, 9, 9, 9, 9, 9], [200, 300]] {
      #expect(try Tensor.zeros(shape).description.count < 4000)
    }
  }

  @Test func comparisonsAreZerosAndOnes() throws {
    let (x, y) = (try Tensor([4], [1, 2, 3, .nan]), try Tensor(2))
    #expect(try x.equal(to: y).values() == [0, 1, 0, 0])
    #expect(try x.notEqual(to: y).values() == [1, 0, 1, 1])
    #expect(try x.less(than: y).values() == [1, 0, 0, 0])
    #expect(try x.lessOrEqual(to: y).values() == [1, 1, 0, 0])
    #expect(try x.greater(than: y).values() == [0, 0, 1, 0])
    #expect(try x.greaterOrEqual(to: y).values() == [0, 1, 1, 0])
  }

  @Test func extremaAreFoundWithTheirPlaces() throws {
    let x = try Tensor([2, 4], [3, 7, 7, 1, -5, .nan, 2, .nan])
    #expect(try x.argMax().values() == [1, 1])
    #expect(try x.argMin().values() == [3, 1])
    #expect(try x.argMax(axis: 0, keepingAxis: true).shape == [1, 4])
    let top = try Tensor([5], [1, 4, 4, 0, 9]).topK(3)
    #expect(try top.values.values() == [9, 4, 4])
    #expect(try top.indices.values() == [4, 1, 2])
    // Both ways of ranking, against a plain sort.
    let many = try Tensor.formula("many", [200])
    let sorted = try many.values().sorted(by: >)
    #expect(try many.topK(10).values.values() == Array(sorted.prefix(10)))
    #expect(try many.topK(150).values.values() == Array(sorted.prefix(150)))
    #expect(try many.topK(40, largest: false).values.values() == Array(sorted.reversed().prefix(40)))
  }

  @Test func gradientsThroughTheBranchNotTakenStayFinite() throws {
    let tape = GradientTape()
    let x = tape.watch(try Tensor([2], [0, 4]))
    let y = try tape.record { try Tensor.where(x.greater(than: Tensor(0)), x.detached, x) }
    let gradients = try tape.backward(from: y, seed: try Tensor([2], [2, .infinity]))
    try assertClose(try #require(gradients[of: x]), [2, 0])
    let norm = GradientTape()
    let zero = norm.watch(try Tensor.zeros([3]))
    let slopes = try norm.backward(from: try norm.record { try zero.norm() })
    try assertClose(try #require(slopes[of: zero]), [0, 0, 0])
  }
}
