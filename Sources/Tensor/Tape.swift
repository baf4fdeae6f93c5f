import Glibc
import OneDNN
import Support

/// The position of a value on a tape.
struct Tracking: Equatable {
  let tape: UInt64
  let node: Int32
}

/// The list of ops of one evaluation, in order: for gradients, for cost counting and for tables of layers.
///
/// A flat array with integer parents: releasing it never recurses, however long it is.
public final class Tape {
  /// What is recorded.
  public enum Mode {
    /// Ops that lead from watched values, with what their gradients need.
    case gradients
    /// Names, shapes and costs of all ops; nothing is kept alive.
    case costs
    /// All ops that depend on watched values, with the values between them; what depends on none is constant.
    case graph
  }

  /// An op as ``Mode/costs`` lists it.
  public struct Entry {
    public let name: String
    public let inputs: [Shape]
    public let output: Shape
    public let multiplyAdds: Int
  }

  private struct Node {
    let op: (any Op)?
    let parents: [Int32]
    var saved: Saved?
  }

  public let mode: Mode
  /// The evaluated ops in order (``Mode/costs`` only).
  public private(set) var entries: [Entry] = []
  /// Sum over the evaluated ops (``Mode/costs`` only).
  public private(set) var multiplyAdds = 0

  /// The traced ops (``Mode/graph`` only).
  public private(set) var graph = TracedGraph()
  /// What constants that are not parameters were computed from, by their memory.
  private var origins: [ObjectIdentifier: [Storage]] = [:]

  private let id: UInt64
  private var nodes: [Node] = []
  private var leaves: [ObjectIdentifier: Int32] = [:]
  private var gradients: [Tensor?] = []

  public init(_ mode: Mode = .gradients) {
    self.mode = mode
    // Unique per thread, which is where tensors live.
    let counter = Self.counter
    counter.value += 1
    id = counter.value
  }

  /// Runs `body` with ops recorded here.
  public func record<R>(_ body: () throws -> R) rethrows -> R {
    let outer = pthread_getspecific(Self.currentKey)
    pthread_setspecific(Self.currentKey, Unmanaged.passUnretained(self).toOpaque())
    defer { pthread_setspecific(Self.currentKey, outer) }
    return try body()
  }

  /// Runs `body` with no tape listening.
  public static func paused<R>(_ body: () throws -> R) rethrows -> R {
    let outer = pthread_getspecific(currentKey)
    pthread_setspecific(currentKey, nil)
    defer { pthread_setspecific(currentKey, outer) }
    return try body()
  }

  /// The tape that listens on this thread.
  static var current: Tape? {
    guard let pointer = pthread_getspecific(currentKey) else { return nil }
    return Unmanaged<Tape>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// The tape that records gradients on this thread, if any.
  public static var recording: Tape? {
    guard let tape = current, tape.mode == .gradients else { return nil }
    return tape
  }

  /// `tensor` as a starting point of gradients.
  ///
  /// - Parameter owner: watching again for the same owner gives the same point, so that gradients of shared
  ///   weights add up.
  public func watch(_ tensor: Tensor, owner: AnyObject? = nil) -> Tensor {
    var watched = tensor
    if let owner, let node = leaves[ObjectIdentifier(owner)] {
      watched.tracking = Tracking(tape: id, node: node)
      return watched
    }
    if mode == .graph {
      graph.values.append(TracedGraph.Value(op: nil, operands: [], shape: tensor.shape))
      watched.tracking = Tracking(tape: id, node: Int32(graph.values.count - 1))
      return watched
    }
    let node = append(Node(op: nil, parents: [], saved: nil))
    if let owner { leaves[ObjectIdentifier(owner)] = node }
    watched.tracking = Tracking(tape: id, node: node)
    return watched
  }

  /// Computes the gradients of the scalar `loss` with respect to all watched values, and forgets the ops.
  public func backward(from loss: Tensor) throws {
    guard loss.count == 1 else {
      throw TensorError("backward", "needs a scalar loss, not shape \(loss.shape)")
    }
    try backward(from: loss, seed: try Tensor.full(loss.shape, 1))
  }

  /// Computes gradients of the sum of `value`·`seed`.
  public func backward(from value: Tensor, seed: Tensor) throws {
    guard let start = value.tracking, start.tape == id else {
      throw TensorError("backward", "the value was not computed from anything watched by this tape")
    }
    gradients = [Tensor?](repeating: nil, count: nodes.count)
    gradients[Int(start.node)] = seed.detached
    try Tape.paused {
      for index in stride(from: Int(start.node), through: 0, by: -1) {
        let node = nodes[index]
        guard let op = node.op, let gradient = gradients[index] else { continue }
        try Cancellation.check()
        guard let saved = node.saved else {
          throw TensorError("backward", "the ops of this tape were already used up by an earlier backward")
        }
        gradients[index] = nil
        nodes[index].saved = nil
        let parts = try op.backward(gradient, saved, needs: node.parents.map { $0 >= 0 })
        for (parent, part) in zip(node.parents, parts) where parent >= 0 {
          guard let part else { continue }
          try accumulate(part, at: Int(parent))
        }
      }
    }
  }

  /// The gradient of a watched value after ``backward(from:)``; nil where it does not influence the loss.
  public func gradient(of watched: Tensor) -> Tensor? {
    guard let tracking = watched.tracking, tracking.tape == id, Int(tracking.node) < gradients.count else {
      return nil
    }
    return gradients[Int(tracking.node)]
  }

  /// The gradient of the value that was watched for `owner`.
  public func gradient(ofOwner owner: AnyObject) -> Tensor? {
    guard let node = leaves[ObjectIdentifier(owner)], Int(node) < gradients.count else { return nil }
    return gradients[Int(node)]
  }

  private func accumulate(_ part: Tensor, at index: Int) throws {
    guard let present = gradients[index] else {
      gradients[index] = part
      return
    }
    gradients[index] = try (present + part).detached
  }

  func wants(_ inputs: [Tensor]) -> Bool {
    mode == .gradients && inputs.contains { $0.tracking?.tape == id }
  }

  func owns(_ tracking: Tracking) -> Bool { tracking.tape == id }

  /// The position of a traced value; nil for constants.
  func position(of tensor: Tensor) -> Int? {
    guard mode == .graph, let tracking = tensor.tracking, owns(tracking) else { return nil }
    return Int(tracking.node)
  }

  /// Evaluates `op` and lists it where it depends on a watched value.
  func trace(_ op: some Op, _ inputs: [Tensor], _ shape: Shape) throws -> Tensor {
    var result = try op.evaluate(inputs)
    let positions = inputs.map { position(of: $0) }
    guard positions.contains(where: { $0 != nil }) else {
      result.tracking = nil
      // A view shares the memory of its source, and so its version.
      let own = ObjectIdentifier(result.storage)
      let sources = inputs.flatMap { origins[ObjectIdentifier($0.storage)] ?? [$0.storage] }
      if !inputs.contains(where: { $0.storage === result.storage }) {
        origins[own] = sources + [result.storage]
      }
      return result
    }
    let operands = zip(inputs, positions).map { input, position -> TracedGraph.Operand in
      if let position { return .value(position) }
      graph.sources += origins[ObjectIdentifier(input.storage)] ?? [input.storage]
      return .constant(input.detached)
    }
    graph.values.append(TracedGraph.Value(op: op, operands: operands, shape: shape))
    result.tracking = Tracking(tape: id, node: Int32(graph.values.count - 1))
    return result
  }

  func count(_ op: some Op, _ shapes: [Shape]) {
    guard mode == .costs, let output = try? op.outputShape(shapes) else { return }
    let cost = op.multiplyAdds(shapes)
    multiplyAdds += cost
    entries.append(Entry(name: op.name, inputs: shapes, output: output, multiplyAdds: cost))
  }

  func record(_ op: some Op, _ inputs: [Tensor], _ saved: Saved, _ shape: Shape) -> Tracking {
    let parents = inputs.map { input -> Int32 in
      guard let tracking = input.tracking, tracking.tape == id else { return -1 }
      return tracking.node
    }
    return Tracking(tape: id, node: append(Node(op: op, parents: parents, saved: saved)))
  }

  private func append(_ node: Node) -> Int32 {
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  private static let currentKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  private final class Counter { var value: UInt64 = 0 }
  private static let counterKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { pointer in
      if let pointer { Unmanaged<Counter>.fromOpaque(pointer).release() }
    }
    return key
  }()
  private static var counter: Counter {
    if let pointer = pthread_getspecific(counterKey) {
      return Unmanaged<Counter>.fromOpaque(pointer).takeUnretainedValue()
    }
    let fresh = Counter()
    pthread_setspecific(counterKey, Unmanaged.passRetained(fresh).toOpaque())
    return fresh
  }
}
