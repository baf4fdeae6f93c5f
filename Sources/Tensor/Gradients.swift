/// The gradients of a loss with respect to the values that a ``GradientTape`` watched, in the order of
/// watching.
///
/// What happens between a backward evaluation and an optimiser's step is a function from gradients to
/// gradients: clipping, adding up micro-batches, a mean over machines.
public struct Gradients {
  struct Entry {
    let owner: AnyObject?
    /// Where the tape knows the watched value.
    let point: Tracking
    let value: Tensor
  }

  /// An entry for each watched value that influences the loss.
  private var entries: [Entry]
  private var positions: [ObjectIdentifier: Int] = [:]

  init(_ entries: [Entry]) {
    self.entries = []
    self.entries.reserveCapacity(entries.count)
    for entry in entries { append(entry) }
  }

  /// Gradients that were computed elsewhere, by the owners of the values that they are of.
  public init(_ gradients: [(owner: AnyObject, gradient: Tensor)]) {
    self.init(
      gradients.map { Entry(owner: $0.owner, point: .constant, value: $0.gradient.detached) })
  }

  /// The gradients of what was watched for `owners`, the others left out.
  public func of(_ owners: [AnyObject]) -> Gradients {
    let wanted = Set(owners.map { ObjectIdentifier($0) })
    return Gradients(
      entries.filter { entry in entry.owner.map { wanted.contains(ObjectIdentifier($0)) } ?? false })
  }

  /// The number of watched values that have a gradient.
  public var count: Int { entries.count }

  /// The gradient of what was watched for `owner`, such as a parameter; nil where it does not influence the
  /// loss.
  public subscript(_ owner: AnyObject) -> Tensor? {
    positions[ObjectIdentifier(owner)].map { entries[$0].value }
  }

  /// The gradient of a value that ``GradientTape/watch(_:owner:)`` gave; nil where it does not influence the
  /// loss.
  public subscript(of watched: Tensor) -> Tensor? {
    entries.first { $0.point == watched.tracking }?.value
  }

  /// The owners for which values were watched, with their gradients, in the order of watching.
  public var byOwner: [(owner: AnyObject, gradient: Tensor)] {
    entries.compactMap { entry in entry.owner.map { (owner: $0, gradient: entry.value) } }
  }

  /// Gradients of the same values, each of them what `transform` makes of it.
  ///
  /// - Throws: what `transform` throws; ``TensorError`` where it changes a shape.
  public func map(_ transform: (Tensor) throws -> Tensor) throws -> Gradients {
    try Gradients(
      entries.map { entry in
        let value = try transform(entry.value)
        guard value.shape == entry.value.shape else {
          throw TensorError("gradients", "shape \(value.shape) in the place of shape \(entry.value.shape)")
        }
        return Entry(owner: entry.owner, point: entry.point, value: value.detached)
      })
  }

  /// The Euclidean norm of all gradients taken together, added up in float64.
  public func norm() throws -> Double {
    var squares = 0.0
    for entry in entries where entry.value.count > 0 {
      let loops = ReductionLoops(entry.value, Array(0..<entry.value.rank))
      try ReductionSums(loops, .squares).run(entry.value.pointer) { _, totals, _ in
        for total in totals { squares += total * loops.repeats }
      }
    }
    return squares.squareRoot()
  }

  /// Every gradient times `factor`.
  public func scaled(by factor: Float) throws -> Gradients { try map { try $0.scaled(by: factor) } }

  /// The same direction with a ``norm()`` of at most `limit`; the very same gradients where that is so
  /// already, or where the norm is NaN.
  public func clipped(toNorm limit: Double) throws -> Gradients {
    guard limit >= 0 else {
      throw TensorError("gradients", "the largest norm is \(limit), expected at least 0")
    }
    let norm = try norm()
    return norm > limit ? try scaled(by: Float(limit / norm)) : self
  }

  /// Adds gradients of the same owners, whatever tapes they come from, and of the same watched values; what
  /// only one side has stays. The order is that of the first, then what is new in the second.
  ///
  /// - Throws: ``TensorError`` where an owner's gradients have different shapes.
  public static func + (first: Gradients, second: Gradients) throws -> Gradients {
    var sum = first
    for entry in second.entries {
      guard let position = sum.position(of: entry) else {
        sum.append(entry)
        continue
      }
      let present = sum.entries[position]
      guard present.value.shape == entry.value.shape else {
        throw TensorError("gradients", "shape \(entry.value.shape) is added to shape \(present.value.shape)")
      }
      let value = try (present.value + entry.value).detached
      sum.entries[position] = Entry(owner: present.owner, point: present.point, value: value)
    }
    return sum
  }

  private func position(of entry: Entry) -> Int? {
    if let owner = entry.owner { return positions[ObjectIdentifier(owner)] }
    return entries.firstIndex { $0.owner == nil && $0.point == entry.point }
  }

  private mutating func append(_ entry: Entry) {
    if let owner = entry.owner { positions[ObjectIdentifier(owner)] = entries.count }
    entries.append(entry)
  }
}
