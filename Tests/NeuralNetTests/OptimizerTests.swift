import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// A single array whose gradient is given.
private final class Point: Module {
  let place: Parameter

  init(_ values: [Float]) throws {
    place = try Parameter(Shape([values.count]), .constant(0))
    try place.value.assign(Tensor([values.count], values))
  }

  func declare(_ state: inout StateDeclaration) { state.parameter("place", place) }

  /// One step on Σ place·slope.
  func step(_ optimizer: some Optimizer, slope: [Float], factor: Float = 1) throws {
    let tape = GradientTape()
    let loss: Tensor = try tape.record { try (place.input * Tensor([slope.count], slope)).sum() }
    try optimizer.step(tape.backward(from: loss), rateFactor: factor)
  }
}

struct OptimizerTests {
  private static let slopes: [[Float]] = [[1, -2], [0.5, 3], [-1, 0.25], [2, 2]]

  /// PyTorch's update rules written out in double precision.
  @Test(arguments: [true, false]) func descendsAsPyTorchDoes(nesterov: Bool) throws {
    let point = try Point([0.3, -0.7])
    let optimizer = SGD(
      [ParameterGroup(point.parameters, learningRate: 0.1, weightDecay: 0.01)], momentum: 0.9,
      nesterov: nesterov)
    var expected = [0.3, -0.7]
    var velocity = [0.0, 0.0]
    for (index, slope) in Self.slopes.enumerated() {
      let factor = 1 - 0.2 * Double(index)
      try point.step(optimizer, slope: slope, factor: Float(factor))
      for i in 0..<2 {
        let gradient = Double(slope[i]) + 0.01 * expected[i]
        velocity[i] = 0.9 * velocity[i] + gradient
        expected[i] -= 0.1 * factor * (nesterov ? gradient + 0.9 * velocity[i] : velocity[i])
      }
    }
    try assertClose(point.place.value, expected.map(Float.init), relative: 1e-5)
  }

  @Test func adamCorrectsItsBias() throws {
    let point = try Point([0.3, -0.7])
    let optimizer = Adam([ParameterGroup(point.parameters, learningRate: 0.01)])
    var expected = [0.3, -0.7]
    var (m, v) = ([0.0, 0.0], [0.0, 0.0])
    var (b1, b2) = (1.0, 1.0)
    for slope in Self.slopes {
      try point.step(optimizer, slope: slope)
      (b1, b2) = (b1 * 0.9, b2 * 0.999)
      for i in 0..<2 {
        let gradient = Double(slope[i])
        m[i] = 0.9 * m[i] + 0.1 * gradient
        v[i] = 0.999 * v[i] + 0.001 * gradient * gradient
        expected[i] -= 0.01 * (m[i] / (1 - b1)) / ((v[i] / (1 - b2)).squareRoot() + 1e-8)
      }
    }
    try assertClose(point.place.value, expected.map(Float.init), relative: 1e-5)
  }

  @Test func restoredOptimisersGoOnExactly() throws {
    func make(_ point: Point, _ adam: Bool) -> any Optimizer {
      let group = ParameterGroup(point.parameters, learningRate: 0.05, weightDecay: 0.001)
      return adam ? Adam([group]) : SGD([group])
    }
    for adam in [false, true] {
      let straight = try Point([1, 2])
      let whole = make(straight, adam)
      for slope in Self.slopes { try straight.step(whole, slope: slope) }

      let halted = try Point([1, 2])
      let first = make(halted, adam)
      for slope in Self.slopes.prefix(2) { try halted.step(first, slope: slope) }
      let stored = Dictionary(
        uniqueKeysWithValues: try first.state().map { ($0.name, try $0.value.rowMajorCopy()) })
      let resumed = try Point(halted.place.value.values())
      let second = make(resumed, adam)
      try second.restore { stored[$0] }
      for slope in Self.slopes.dropFirst(2) { try resumed.step(second, slope: slope) }
      try assertIdentical(resumed.place.value, straight.place.value)
    }
  }

  @Test func frozenParametersStay() throws {
    let point = try Point([1, 2])
    point.setTrainable(false)
    let other = try Point([3, 4])
    let optimizer = SGD([ParameterGroup(point.parameters + other.parameters, learningRate: 1)])
    let tape = GradientTape()
    let loss: Tensor = try tape.record { try (point.place.input * other.place.input).sum() }
    let gradients = try tape.backward(from: loss)
    #expect(gradients[point.place] == nil)
    try optimizer.step(gradients, rateFactor: 1)
    #expect(try point.place.value.values() == [1, 2])
    #expect(try other.place.value.values() != [3, 4])
  }

  /// Halves of a batch add up to the batch, and what is done to gradients is done to the step.
  @Test func stepsFollowWhatBecomesOfGradients() throws {
    func gradients(_ point: Point, _ slope: [Float]) throws -> Gradients {
      let tape = GradientTape()
      let loss: Tensor = try tape.record { try (point.place.input * Tensor([slope.count], slope)).sum() }
      return try tape.backward(from: loss)
    }
    func stepped(_ change: (Point) throws -> Gradients) throws -> [Float] {
      let point = try Point([1, 2])
      let optimizer = SGD([ParameterGroup(point.parameters, learningRate: 1)], momentum: 0, nesterov: false)
      try optimizer.step(change(point), rateFactor: 1)
      return try point.place.value.values()
    }
    #expect(try stepped { try gradients($0, [1, 0.5]) + gradients($0, [2, 3.5]) } == [-2, -2])
    #expect(try stepped { try gradients($0, [6, 8]).clipped(toNorm: 5) } == [-2, -2])
    #expect(try stepped { try gradients($0, [6, 8]).scaled(by: 0.25) } == [-0.5, 0])
  }

  @Test func schedulesStartAndEndWhereTheyShould() {
    #expect(Schedule.cosine.factor(0) == 1)
    #expect(abs(Schedule.cosine.factor(0.5) - 0.5) < 1e-6)
    #expect(abs(Schedule.cosine.factor(1)) < 1e-6)
    #expect(abs(Schedule.oneCycle.factor(0) - 0.04) < 1e-6)
    #expect(abs(Schedule.oneCycle.factor(0.3) - 1) < 1e-6)
    #expect(abs(Schedule.oneCycle.factor(1)) < 1e-6)
    #expect(Schedule.constant.factor(0.7) == 1)
  }

  @Test func memoryDoesNotGrowWithTheNumberOfSteps() throws {
    let point = try Point([Float](repeating: 1, count: 4096))
    let optimizer = SGD([ParameterGroup(point.parameters, learningRate: 0.01)])
    let slope = [Float](repeating: 0.5, count: 4096)
    try point.step(optimizer, slope: slope)
    try point.step(optimizer, slope: slope)
    let left = try bytesLeft { for _ in 0..<200 { try point.step(optimizer, slope: slope) } }
    #expect(left == 0)
  }
}
