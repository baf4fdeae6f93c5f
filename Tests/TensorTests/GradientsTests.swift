import Tensor
import TestSupport
import Testing

@Suite struct GradientsTests {
  private final class Owner {}

  /// Gradients of Σ value·slope for each owner, watched in the order given.
  private func gradients(_ slopes: [(owner: Owner, slope: [Float])]) throws -> Gradients {
    let tape = GradientTape()
    let loss: Tensor = try tape.record {
      var total = try Tensor(0)
      for (owner, slope) in slopes {
        let watched = tape.watch(try Tensor.zeros([slope.count]), owner: owner)
        total = try total + (watched * Tensor([slope.count], slope)).sum()
      }
      return total
    }
    return try tape.backward(from: loss)
  }

  private func values(_ gradients: Gradients, _ owner: Owner) throws -> [Float]? {
    try gradients[owner]?.values()
  }

  @Test func theOrderIsThatOfWatching() throws {
    let owners = (0..<50).map { _ in Owner() }
    let made = try gradients(owners.reversed().map { ($0, [1]) })
    #expect(made.count == 50)
    #expect(zip(made.byOwner, owners.reversed()).allSatisfy { $0.owner === $1 })
    // Whatever is made of them keeps it.
    let doubled = try made.map { try $0 * 2 }
    let changed = try (doubled + made).scaled(by: 0.5)
    #expect(zip(changed.byOwner, owners.reversed()).allSatisfy { $0.owner === $1 })
    #expect(try changed.byOwner.allSatisfy { try $0.gradient.values() == [1.5] })
  }

  @Test func whatDoesNotInfluenceTheLossHasNone() throws {
    let tape = GradientTape()
    let (used, unused) = (Owner(), Owner())
    let alone = tape.watch(try Tensor.zeros([2]))
    _ = tape.watch(try Tensor.zeros([2]), owner: unused)
    let x = tape.watch(try Tensor.zeros([2]), owner: used)
    let loss: Tensor = try tape.record { try (x + alone).sum() }
    let made = try tape.backward(from: loss)
    #expect(made.count == 2)
    #expect(made[unused] == nil)
    #expect(made.byOwner.count == 1)
    #expect(made.byOwner.first?.owner === used)
    #expect(try made[of: alone]?.values() == [1, 1])
    #expect(try made[of: x]?.values() == [1, 1])
  }

  @Test func normsAreOfAllGradientsTogether() throws {
    let (a, b) = (Owner(), Owner())
    #expect(try gradients([(a, [3, 0]), (b, [0, -4, 0])]).norm() == 5)
    // The squares are beyond float32, or would be lost beside each other there.
    let large = try gradients([(a, [3e30]), (b, [4e30])]).norm()
    #expect(abs(large - 5e30) < 1e24)
    let many = try gradients([(a, [Float](repeating: 1, count: 1 << 16)), (b, [1e-4])]).norm()
    #expect(abs(many * many - 65_536 - 1e-8) < 1e-9)
    #expect(try gradients([(a, [.nan]), (b, [1])]).norm().isNaN)
  }

  @Test func normsDoNotDependOnThreads() throws {
    let slope = try Tensor.formula("norm", [300_000]).values()
    let made = try gradients([(Owner(), slope), (Owner(), [1, 2])])
    let one = try withThreads(1) { try made.norm() }
    for threads in [2, 3, 7] { #expect(try withThreads(threads) { try made.norm() } == one) }
    let right = slope.reduce(5.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(one - right) < 1e-12 * right)
  }

  @Test func clippingKeepsTheDirection() throws {
    let (a, b) = (Owner(), Owner())
    let made = try gradients([(a, [6, 0]), (b, [-8])])
    let clipped = try made.clipped(toNorm: 5)
    #expect(try values(clipped, a) == [3, 0])
    #expect(try values(clipped, b) == [-4])
    #expect(try clipped.norm() == 5)
    // The given ones are as they were, and short ones stay the very same.
    #expect(try made.norm() == 10)
    let same = try made.clipped(toNorm: 10)
    #expect(same[a]?.storage === made[a]?.storage)
    #expect(try made.clipped(toNorm: 0).norm() == 0)
    #expect(throws: TensorError.self) { try made.clipped(toNorm: -1) }
    #expect(throws: TensorError.self) { try made.clipped(toNorm: .nan) }
    // A diverged step must not look healthy.
    #expect(try gradients([(a, [.nan])]).clipped(toNorm: 1).norm().isNaN)
  }

  @Test func sumsTakeOwnersOfAnyTape() throws {
    let (a, b, c) = (Owner(), Owner(), Owner())
    let first = try gradients([(a, [1, 2]), (b, [3])])
    let second = try gradients([(c, [5]), (a, [10, 20])])
    let sum = try first + second
    #expect(try values(sum, a) == [11, 22])
    #expect(try values(sum, b) == [3])
    #expect(try values(sum, c) == [5])
    #expect(zip(sum.byOwner, [a, b, c]).allSatisfy { $0.owner === $1 })
    #expect(sum.count == 3)
    #expect(try values(first, a) == [1, 2])
    #expect(throws: TensorError.self) { try first + gradients([(a, [1])]) }
  }

  @Test func sumsTakeWatchedValuesOfOneTape() throws {
    let tape = GradientTape()
    let x = tape.watch(try Tensor([2], [1, 2]))
    let other = GradientTape()
    let y = other.watch(try Tensor([2], [1, 2]))
    let square: Tensor = try tape.record { try x.square().sum() }
    let double: Tensor = try tape.record { try (x * 2).sum() }
    let elsewhere: Tensor = try other.record { try y.sum() }
    let first = try tape.backward(from: square)
    let sum = try first + tape.backward(from: double) + other.backward(from: elsewhere)
    #expect(sum.count == 2)
    #expect(try sum[of: x]?.values() == [4, 6])
    #expect(try sum[of: y]?.values() == [1, 1])
  }

  @Test func mapsKeepShapes() throws {
    let a = Owner()
    let made = try gradients([(a, [-1, 4])])
    #expect(try values(made.map { try $0.abs() }, a) == [1, 4])
    #expect(throws: TensorError.self) { try made.map { try $0.sum() } }
    struct Refused: Error {}
    #expect(throws: Refused.self) { try made.map { _ in throw Refused() } }
  }
}
