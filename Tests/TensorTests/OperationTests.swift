import Tensor
import TestSupport
import Testing

/// Every operation against PyTorch's recorded values and gradients, and against finite differences.
@Suite struct OperationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [Shape]
    let function: @Sendable ([Tensor]) throws -> Tensor
    /// Where the function jumps or ties, differences say nothing.
    var isSmooth = true

    init(
      _ name: String, _ shapes: Shape..., smooth: Bool = true,
      _ function: @escaping @Sendable ([Tensor]) throws -> Tensor
    ) {
      self.name = name
      self.shapes = shapes
      self.function = function
      isSmooth = smooth
    }

    var testDescription: String { name }
    func inputs() throws -> [Tensor] {
      try shapes.enumerated().map { try Tensor.formula("\(name).\($0.offset)", $0.element) }
    }
  }

  @Test func theListIsComplete() throws {
    let recorded = try Fixtures("ops/operations.json").names.filter { !$0.contains(".gradient.") }
    #expect(Set(recorded) == Set(OperationCases.all.map(\.name)))
  }

  @Test(arguments: OperationCases.all) func agreesWithPyTorch(_ test: Case) throws {
    let fixtures = try Fixtures("ops/operations.json")
    // The same numbers in several arrangements: none may change the result.
    let plain = try test.inputs()
    let arrangements: [(String, [Tensor])] = [
      ("row-major", plain),
      ("channels-last", try plain.map { try $0.rearrangedChannelsLast() }),
      ("transposed", try plain.map { try $0.transposedInMemory() }),
      ("strided", try plain.map { try $0.strided() }),
    ]
    for (arrangement, inputs) in arrangements {
      let tape = GradientTape()
      let watched = inputs.map { tape.watch($0) }
      let y = try tape.record { try test.function(watched) }
      let label = "\(test.name), \(arrangement)"
      try assertClose(y, try fixtures[test.name], relative: 2e-6, absolute: 2e-6, label)
      guard fixtures.names.contains(where: { $0.hasPrefix(test.name + ".gradient.") }) else { continue }
      // Gradients that arrive in another arrangement than the result's.
      let seed = try Tensor.formula("seed", y.shape).transposedInMemory()
      let gradients = try tape.backward(from: y, seed: seed)
      for (index, x) in watched.enumerated() {
        let name = "\(test.name).gradient.\(index)"
        guard fixtures.names.contains(name) else {
          #expect(gradients[of: x] == nil, "\(name)")
          continue
        }
        let gradient = try #require(gradients[of: x], "\(name)")
        try assertClose(
          gradient, try fixtures[name], relative: 1e-5, absolute: 1e-5, "\(label), gradient \(index)")
      }
    }
  }

  @Test(arguments: OperationCases.all.filter(\.isSmooth)) func agreesWithDifferences(_ test: Case) throws {
    try checkGradient(of: test.function, at: try test.inputs(), tolerance: 4e-3, limit: 40, test.name)
  }

  /// oneDNN splits the sums of these by the number of threads.
  private static let splitByLibrary = ["conv2d", "linear", "matmul", "gru"]

  /// The same bits from one thread and from two, on inputs large enough to be split; rounding where oneDNN sums.
  @Test(arguments: OperationCases.all) func doesNotDependOnThreads(_ test: Case) throws {
    func run(_ threads: Int) throws -> [Tensor] {
      try withThreads(threads) {
        let tape = GradientTape()
        let watched = try test.inputs().map { tape.watch($0) }
        let y = try tape.record { try test.function(watched) }
        // Places have no gradient.
        guard y.dtype == .float32 else { return [y] }
        let gradients = try tape.backward(from: y, seed: try Tensor.formula("seed", y.shape))
        return [y] + watched.compactMap { gradients[of: $0] }
      }
    }
    let isSplit = Self.splitByLibrary.contains { test.name.hasPrefix($0) }
    for (one, two) in zip(try run(1), try run(2)) {
      if isSplit {
        try assertClose(one, two, relative: 1e-5, absolute: 1e-5, test.name)
      } else {
        try assertIdentical(one, two, test.name)
      }
    }
  }
}

extension Tensor {
  /// The same numbers with the axes in reverse order in memory.
  fileprivate func transposedInMemory() throws -> Tensor {
    let reversed = Array((0..<rank).reversed())
    let copy = try Tensor.emptyRowMajor(Shape(reversed.map { shape[$0] }))
    try copy.assign(try permuted(reversed))
    return try copy.permuted(reversed)
  }

  /// The same numbers with gaps between them in memory.
  fileprivate func strided() throws -> Tensor {
    if rank == 0 { return self }
    let wide = try Tensor.emptyRowMajor(Shape(shape.sizes.dropLast() + [2 * (shape.sizes.last ?? 0)]))
    let view = try wide.sliced(-1, 0..<2 * (shape.sizes.last ?? 0), step: 2)
    try view.assign(self)
    return view
  }
}
