import Support
import Tensor
import TestSupport
import Testing

@Suite struct CoreTests {
  /// Work large enough that two threads share it: the same bits as from one.
  @Test func largeWorkDoesNotDependOnThreads() throws {
    let image = try Tensor.formula("large", [6, 16, 64, 64]).rearrangedChannelsLast()
    let small = try Tensor.formula("large color", [6, 3, 96, 96])
    let table = try Tensor.formula("table", [300, 1100])
    let random = CounterRandom(seed: 3, stream: "threads")
    let positions = (0..<6).map { PatchPosition(row: 5 * $0, column: 31 - 3 * $0) }
    let indices = (0..<900).map { $0 * 7 % 300 }
    let works: [(String, [Tensor], ([Tensor]) throws -> Tensor)] = [
      ("silu", [image], { try $0[0].silu() }),
      ("broadcast", [image, try image.mean([0, 2, 3], keepingAxes: true)], { try $0[0] * $0[1] }),
      ("sum of all", [image], { try $0[0].sum() }),
      ("sum of pixels", [image], { try $0[0].sum([2, 3]) }),
      ("sum over the batch", [image], { try $0[0].sum([0, 2, 3]) }),
      ("sum of a view", [image], { try $0[0].permuted([3, 0, 2, 1]).sum([0, 1]) }),
      ("variance", [table], { try $0[0].variance([0]) }),
      ("dropout", [image], { try $0[0].dropout(0.3, random: random) }),
      ("drop connect", [image], { try $0[0].dropConnect(0.3, random: random) }),
      ("bicubic", [small], { try $0[0].resized(height: 41, width: 130, .bicubic) }),
      ("bilinear", [image], { try $0[0].resized(height: 100, width: 33, alignCorners: true) }),
      ("crop", [image], { try $0[0].cropped(positions, height: 32, width: 32) }),
      ("index select", [table], { try $0[0].indexSelected(0, indices) }),
      ("concatenate", [image, image], { try Tensor.concatenated($0, axis: 1) }),
      ("top 5", [table], { try $0[0].topK(5).values }),
      ("cumulative sum", [table], { try $0[0].cumulativeSum(axis: 0) }),
      ("flip", [image], { try $0[0].flipped(3) }),
      ("uniform", [], { _ in try Tensor.uniform([1 << 17], random: random) }),
      ("softmax", [table], { try $0[0].softmax() }),
      ("max pool", [image], { try $0[0].maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1)) }),
    ]
    for (name, inputs, function) in works {
      func run(_ threads: Int) throws -> [Tensor] {
        try withThreads(threads) {
          let tape = GradientTape()
          let watched = inputs.map { tape.watch($0) }
          let y = try tape.record { try function(watched) }
          if inputs.isEmpty { return [y] }
          let gradients = try tape.backward(from: y, seed: try Tensor.formula("seed", y.shape))
          return [y] + watched.compactMap { gradients[of: $0] }
        }
      }
      for (one, two) in zip(try run(1), try run(2)) { try assertIdentical(one, two, name) }
    }
  }

  @Test func sumsOfManyNumbersStayAccurate() throws {
    let x = try Tensor.uniform([1 << 20], random: CounterRandom(seed: 1, stream: "sum"))
    let exact = try x.values().reduce(0) { $0 + Double($1) }
    #expect(abs(Double(try x.sum().item()) - exact) / exact < 1e-6)
    let columns = try x.reshaped([1 << 17, 8])
    let total = try columns.sum([0]).values().reduce(0) { $0 + Double($1) }
    #expect(abs(total - exact) / exact < 1e-5)
  }

  @Test func emptyTensorsHaveShapes() throws {
    let none = try Tensor.zeros([0, 3, 4, 5])
    #expect(try none.relu().shape == [0, 3, 4, 5])
    #expect(try (none + none).values() == [])
    #expect(try (none * Tensor(2)).shape == [0, 3, 4, 5])
    #expect(try none.sum([0]).values() == [Float](repeating: 0, count: 60))
    #expect(try none.sum().item() == 0)
    #expect(try none.mean().item().isNaN)
    #expect(try none.resized(height: 7, width: 2).shape == [0, 3, 7, 2])
    #expect(try none.cropped([], height: 2, width: 2).shape == [0, 3, 2, 2])
    #expect(try none.permuted([3, 2, 1, 0]).contiguousValues() == [])
    #expect(try Tensor.concatenated([none, none], axis: 0).shape == [0, 3, 4, 5])
    #expect(try Tensor.zeros([3, 0]).sum([1]).values() == [0, 0, 0])
    #expect(try Tensor.zeros([3, 0]).cumulativeSum(axis: 1).shape == [3, 0])
    #expect(try Tensor.zeros([3, 4]).indexSelected(0, []).shape == [0, 4])
    #expect(try Tensor.zeros([0, 4]).argMax().shape == [0])
    #expect(try none.flipped(3).shape == [0, 3, 4, 5])
    #expect(try none.dropConnect(0.5, random: CounterRandom(seed: 1, stream: "")).shape == [0, 3, 4, 5])
    #expect(none.description == "0×3×4×5 []")
    #expect(throws: TensorError.self) { try Tensor.zeros([3, 0]).argMax() }
    let tape = GradientTape()
    let watched = tape.watch(none)
    let loss = try tape.record { try (watched.silu() * 2).sum() }
    #expect(try tape.backward(from: loss)[of: watched]?.shape == [0, 3, 4, 5])
  }

  /// What scripts can pass by mistake: an error, never a trap.
  @Test func impossibleShapesAreRefused() throws {
    let x = try Tensor.formula("x", [2, 3])
    #expect(throws: TensorError.self) { try Tensor.zeros([-2, -3]) }
    #expect(throws: TensorError.self) { try Tensor.zeros([1 << 40, 1 << 40]) }
    #expect(throws: TensorError.self) { try Tensor.zeros([1 << 62, 1 << 62, 1 << 62, 1 << 62]) }
    #expect(throws: TensorError.self) { try x.reshaped([-2, -3]) }
    #expect(throws: TensorError.self) { try x.reshaped([-1, 0]) }
    #expect(throws: TensorError.self) { try x.reshaped([-1, -1]) }
    #expect(throws: TensorError.self) { try x.flattened(from: -3) }
    #expect(throws: TensorError.self) { try x.expanded(to: [4, 2, -3]) }
    #expect(throws: TensorError.self) { try x + Tensor.zeros([2, 4]) }
    #expect(throws: TensorError.self) { try x.sum([2]) }
    #expect(throws: TensorError.self) { try x.sum([0, -2]) }
    #expect(throws: TensorError.self) { try x.permuted([0, 0]) }
    #expect(throws: TensorError.self) { try x.sliced(1, 0..<4) }
    #expect(throws: TensorError.self) { try x.selected(1, 3) }
    #expect(throws: TensorError.self) { try x.indexSelected(0, [2]) }
    #expect(throws: TensorError.self) { try x.gathered(1, Tensor([2, 1], [0, 0.5])) }
    #expect(throws: TensorError.self) { try x.gathered(1, Tensor([2, 1], [0, 3])) }
    #expect(throws: TensorError.self) { try x.gathered(1, Tensor([2, 1], [0, .nan])) }
    #expect(throws: TensorError.self) { try x.topK(4) }
    #expect(throws: TensorError.self) { try x.dropout(1.5, random: CounterRandom(seed: 1, stream: "")) }
    #expect(throws: TensorError.self) { try x.resized(height: 2, width: 2) }
    #expect(throws: TensorError.self) { try Tensor.zeros([1, 1, 2, 2]).resized(height: 0, width: 2) }
    #expect(throws: TensorError.self) { try Tensor.concatenated([]) }
    #expect(throws: TensorError.self) { try Tensor.concatenated([x, Tensor.zeros([2, 3, 1])]) }
    #expect(throws: TensorError.self) { try Tensor.stacked([x, Tensor.zeros([3, 2])]) }
    #expect(throws: TensorError.self) { try Tensor.oneHot([3], classes: 3) }
    #expect(throws: TensorError.self) { try Tensor.arange(0, 1, step: 0) }
    #expect(throws: TensorError.self) { try Tensor.linspace(0, 1, count: -1) }
  }

  /// Pictures have three channels, for which copies between arrangements have loops of their own.
  @Test(arguments: [1, 2, 3, 4], [(1, 1), (3, 5), (1, 64), (40, 37)])
  func channelsChangePlacesInMemory(_ channels: Int, _ size: (height: Int, width: Int)) throws {
    let (h, w) = size
    let values = (0..<2 * channels * h * w).map { Float($0) }
    // One plane after the other, as a list of numbers that is given; then channels innermost, and back.
    let planes = try Tensor([2, channels, h * w], values)
    let (innermost, back) = (try Tensor.zeros([2, h * w, channels]), try Tensor.zeros([2, channels, h * w]))
    try innermost.assign(planes.permuted([0, 2, 1]))
    try back.assign(innermost.permuted([0, 2, 1]))
    let expected = (0..<2).flatMap { n in
      (0..<h * w).flatMap { p in (0..<channels).map { Float((n * channels + $0) * h * w + p) } }
    }
    #expect(try innermost.values() == expected)
    #expect(try back.values() == values)
    let map = try Tensor([2, channels, h, w], values)
    #expect(try map.values() == values)
    #expect(try map.reshaped([2 * channels, h * w]).values() == values)
  }

  @Test func whatIsNoNumberStaysVisible() throws {
    let x = try Tensor([3], [.nan, 1, 2])
    #expect(try x.maximum(Tensor(1.5)).values()[0].isNaN)
    #expect(try Tensor(1.5).minimum(x).values()[0].isNaN)
    #expect(try x.maximum(axis: 0).values.item().isNaN)
    let running = RunningStatistics(mean: try Tensor.zeros([1]), variance: try Tensor.full([1], 1))
    let one = try Tensor.full([1], 1)
    let map = try Tensor([1, 1, 1, 3], [.nan, 1, 2])
    for relu in [false, true] {
      let y = try map.batchNormalized(scale: one, shift: one, running: running, training: false, relu: relu)
      #expect(try y.values()[0].isNaN)
    }
  }
}

extension Tensor {
  fileprivate func contiguousValues() throws -> [Float] { try values() }
}
