import Communication
import NeuralNet
import Support
import Tensor

/// The gradient of a batch from those of its shards, over all processes, and with it what the shards make of running
/// statistics.
///
/// Every shard starts from the same statistics. Afterwards these are what they were, and the mean of what each shard would have
/// changed.
struct BatchSum {
  private let plan: ShardPlan
  private let parameters: [Parameter]
  private let buffers: [Buffer]
  private let sum: PartSum?
  private var before: [[Float]] = []
  private var whole: Gradients?

  /// True where a batch is a single shard: what it comes to is then not rounded once more.
  private var isOnly: Bool { plan.tree.parts == 1 }

  /// - Parameters:
  ///   - plan: how batches are divided.
  ///   - parameters: those that learn.
  ///   - buffers: what evaluation in training mode may change.
  init(_ plan: ShardPlan, parameters: [Parameter], buffers: [Buffer]) throws {
    self.plan = plan
    self.parameters = parameters
    self.buffers = buffers
    guard !plan.isWhole else {
      sum = nil
      return
    }
    let count =
      parameters.reduce(parameters.count) { $0 + $1.value.count } + buffers.reduce(0) { $0 + $1.value.count }
    // The lists of a branch of the tree, and what is sent and received of them.
    try MemoryBudget.shared.require(count * MemoryLayout<Float>.stride * 6)
    sum = PartSum(count: count, tree: plan.tree, communicator: plan.communicator)
  }

  /// Takes note of the statistics that all shards start from.
  mutating func begin() throws {
    whole = nil
    guard let sum else { return }
    sum.reset()
    before = try buffers.map { try $0.value.values() }
  }

  /// Adds what the next shard of this process came to, which counts as its images do.
  ///
  /// - Parameter gradients: nil where the shard has too few images, and counts for nothing.
  mutating func add(_ shard: Int, _ gradients: Gradients?, images: Int) throws {
    guard let sum else {
      whole = gradients
      return
    }
    guard let gradients else {
      return sum.add(shard, [Float](repeating: 0, count: sum.count))
    }
    var numbers: [Float] = []
    numbers.reserveCapacity(sum.count)
    let (weight, isOnly) = (isOnly ? 1 : Float(images), isOnly)
    // A parameter that has no gradient stays as it is, which a gradient of 0 does not say.
    let found = parameters.map { gradients[$0] }
    numbers += found.map { $0 == nil ? 0 : 1 }
    for (parameter, gradient) in zip(parameters, found) {
      if let gradient {
        numbers += try gradient.values().map { $0 * weight }
      } else {
        numbers += repeatElement(0, count: parameter.value.count)
      }
    }
    for (buffer, old) in zip(buffers, before) {
      numbers += try zip(buffer.value.values(), old).map { isOnly ? $0 : ($0 - $1) * weight }
    }
    sum.add(shard, numbers)
    try restore()
  }

  private func restore() throws {
    for (buffer, old) in zip(buffers, before) { try buffer.value.assign(Tensor(buffer.value.shape, old)) }
  }

  /// The sums over all shards, which all processes ask for together. Nothing else happens here, so that it fails on all or on
  /// none.
  func exchanged() throws -> [Float] { try sum?.total() ?? [] }

  /// The gradient of the batch; statistics are now those of the batch.
  ///
  /// - Parameters:
  ///   - numbers: what ``exchanged()`` gave.
  ///   - images: those of all shards that count, at least 1.
  func mean(_ numbers: [Float], images: Int) throws -> Gradients {
    guard sum != nil else {
      // In the order and arrangement of a sum of shards, so that their norm is the same number.
      return try Gradients(
        parameters.compactMap { parameter in
          try whole?[parameter].map { (parameter, try $0.rowMajor()) }
        })
    }
    let (weight, isOnly) = (isOnly ? 1 : Float(images), isOnly)
    var place = parameters.count
    var gradients: [(owner: AnyObject, gradient: Tensor)] = []
    for (index, parameter) in parameters.enumerated() {
      let end = place + parameter.value.count
      if numbers[index] > 0 {
        let mean = numbers[place..<end].map { $0 / weight }
        gradients.append((parameter, try Tensor(parameter.value.shape, mean)))
      }
      place = end
    }
    for (buffer, old) in zip(buffers, before) {
      let end = place + old.count
      let new = zip(old, numbers[place..<end]).map { isOnly ? $1 : $0 + $1 / weight }
      try buffer.value.assign(Tensor(buffer.value.shape, new))
      place = end
    }
    return Gradients(gradients)
  }
}
