import Tensor
import TestSupport
import Testing

@Suite struct RecorderTests {
  @Test func costsCountConvolutionsAndLinearLayers() throws {
    let counter = CostCounter()
    let x = try Tensor.formula("x", [1, 3, 8, 8])
    try counter.record {
      let maps = try x.convolved2d(Tensor.formula("w", [4, 3, 3, 3]), padding: (1, 1)).relu()
      _ = try maps.flattened(from: 1).linear(Tensor.formula("l", [5, 256]))
    }
    #expect(counter.multiplyAdds == 4 * 64 * 27 + 5 * 256)
    #expect(counter.entries.map(\.name) == ["conv2d", "relu", "reshape", "linear"])
    let outputs: [Shape] = [[1, 4, 8, 8], [1, 4, 8, 8], [1, 256], [1, 5]]
    #expect(counter.entries.map(\.output) == outputs)
  }

  @Test func costsKeepNothingAlive() throws {
    let x = try Tensor.formula("alive", [1 << 12])
    let counter = CostCounter()
    #expect(try bytesLeft { _ = try counter.record { try x.sigmoid().tanh() } } == 0)
    #expect(counter.entries.count == 2)
  }

  @Test func theInnermostRecorderListensAlone() throws {
    let (outer, inner) = (GradientTape(), CostCounter())
    let x = outer.watch(try Tensor([2], [1, 2]))
    #expect(Recording.current == nil)
    let loss: Tensor = try outer.record {
      #expect(GradientTape.current === outer)
      let unheard: Tensor = try inner.record {
        let listener = Recording.current as? CostCounter
        #expect(listener === inner)
        #expect(GradientTape.current == nil)
        let silent: Tensor = try Recording.paused {
          #expect(Recording.current == nil)
          return try x * 3
        }
        return try silent + x * 5
      }
      #expect(GradientTape.current === outer)
      return try (x * 2 + unheard).sum()
    }
    #expect(Recording.current == nil)
    // What only the counter heard is constant for the tape, and what was paused is not counted.
    #expect(try outer.backward(from: loss)[of: x]?.values() == [2, 2])
    #expect(inner.entries.count == 2)
  }

  @Test func nestedTapesHaveTheirOwnGradients() throws {
    let (outer, inner) = (GradientTape(), GradientTape())
    let x = outer.watch(try Tensor([2], [3, 4]))
    let loss: Tensor = try outer.record {
      let y = inner.watch(try Tensor([2], [3, 4]))
      let square: Tensor = try inner.record { try (y * y + x).sum() }
      // The inner gradient is a constant of the outer tape.
      let slopes = try inner.backward(from: square)
      let slope = try #require(slopes[of: y])
      return try (x * slope).sum()
    }
    #expect(try outer.backward(from: loss)[of: x]?.values() == [6, 8])
    #expect(throws: TensorError.self) { try inner.backward(from: loss) }
  }

  @Test func aRecorderStopsListeningWhereAnErrorLeavesIt() throws {
    struct Stop: Error {}
    let (outer, inner) = (GradientTape(), GraphTracer())
    outer.record {
      #expect(throws: Stop.self) { try inner.record { throw Stop() } }
      #expect(GradientTape.current === outer)
      #expect(throws: Stop.self) { try Recording.paused { throw Stop() } }
      #expect(GradientTape.current === outer)
    }
    #expect(Recording.current == nil)
  }

  @Test func tracersListWhatDependsOnInputs() throws {
    let tracer = GraphTracer()
    let x = tracer.watch(try Tensor.zeros([2, 3]))
    let weights = try Tensor.formula("w", [3])
    let y = try tracer.record { try x * weights.exp() + x }
    #expect(try tracer.position(of: x) == 0)
    #expect(try tracer.position(of: y) == 2)
    #expect(tracer.graph.values.map { $0.op?.name } == [nil, "multiply", "add"])
    // What follows from constants alone is one.
    guard case .constant(let factor) = tracer.graph.values[1].operands[1] else {
      Issue.record("the factor is no constant")
      return
    }
    try assertIdentical(factor, try weights.exp())
    // The weights themselves and their exponentials.
    #expect(tracer.graph.sources.contains { $0 === weights.storage })
    #expect(throws: TensorError.self) { try tracer.position(of: weights) }
  }

  @Test func tracedValuesCannotBeRead() throws {
    let tracer = GraphTracer()
    let x = tracer.watch(try Tensor([2], [1, 2]))
    try tracer.record {
      let y = try x * 2
      #expect(throws: TensorError.self) { try y.values() }
      #expect(throws: TensorError.self) { try y.detached.values() }
      #expect(try Recording.paused { try y.values() } == [2, 4])
      // Constants can be.
      #expect(try (Tensor([1], [3]) * 2).values() == [6])
    }
    #expect(try x.values() == [1, 2])
  }
}
