import Support

/// The ops of one evaluation that lead from watched values, with what their gradients need.
///
/// A flat array with integer parents: releasing it never recurses, however long it is.
public final class GradientTape: Recorder {
  private struct Node {
    /// The op that computed the value; nil for watched values.
    let op: (any Op)?
    /// The nodes of the op's inputs; −1 for inputs that depend on nothing watched.
    let parents: [Int32]
    /// What the op kept for its gradient; nil once a gradient has used it.
    var saved: Saved?
    /// How often the memory of what was kept had been written to; empty where nobody writes to it.
    var versions: [Int] = []
  }

  private let id = Tracking.newRecorder()
  private var nodes: [Node] = []
  /// The watched values in order, and for whom they are watched.
  private var leaves: [(node: Int32, owner: AnyObject?)] = []
  private var leavesOfOwners: [ObjectIdentifier: Int32] = [:]
  /// What a script could do to the memory of values; nil for code that keeps to the rules by itself.
  private var memory: WatchedMemory?
  /// The owners for whom values are watched; nil: all that ask.
  private let owners: Set<ObjectIdentifier>?

  /// A tape for code that keeps to the rules: values reach ops as ``watch(_:owner:)`` gave them, and nobody writes to
  /// memory that ops have read.
  public init() { owners = nil }

  /// A tape for a function of a script, which may use a watched value under another name, and may write to tensors.
  ///
  /// A watched value that reaches an op by its memory alone is known all the same; a part of it that was taken before
  /// the recording is an error, and so is memory that was written to after an op had kept it for its gradient.
  ///
  /// - Parameter owners: those for whom values are watched; others' are constants. Nil: all that ask.
  public init(forScripts owners: [AnyObject]?) {
    self.owners = owners.map { Set($0.map { ObjectIdentifier($0) }) }
    memory = WatchedMemory()
  }

  /// The tape that listens on this thread, if any does.
  public static var current: GradientTape? { Recording.current as? GradientTape }

  /// `tensor` as a starting point of gradients.
  ///
  /// Watching again for the same `owner` gives the same point, so that gradients of shared weights add up.
  public func watch(_ tensor: Tensor, owner: AnyObject? = nil) -> Tensor {
    var watched = tensor
    if let owner, let owners, !owners.contains(ObjectIdentifier(owner)) { return tensor }
    if let owner, let node = leavesOfOwners[ObjectIdentifier(owner)] {
      watched.tracking = Tracking(recorder: id, node: node)
      return watched
    }
    let node = append(Node(op: nil, parents: [], saved: nil))
    leaves.append((node, owner))
    if let owner { leavesOfOwners[ObjectIdentifier(owner)] = node }
    watched.tracking = Tracking(recorder: id, node: node)
    memory?.note(tensor, node)
    return watched
  }

  /// True where gradients can flow back through `tensor`: it is watched here, or was computed from what is.
  public func isWatching(_ tensor: Tensor) -> Bool {
    if tensor.tracking?.recorder == id { return true }
    return tensor.tracking != .constant && (memory?.holds(tensor) ?? false)
  }

  public func evaluate(_ op: some Op, _ inputs: [Tensor], shape: Shape) throws -> Tensor {
    var inputs = inputs
    if let memory {
      for (index, input) in inputs.enumerated() where input.tracking?.recorder != id {
        guard let node = try memory.node(of: input, for: op.name) else { continue }
        inputs[index].tracking = Tracking(recorder: id, node: node)
      }
    }
    let isRecording = inputs.contains { $0.tracking?.recorder == id }
    var saved = Saved(isRecording: isRecording)
    var result = try op.finished(inputs, shape, &saved)
    // Whole numbers and truth values have no gradients.
    guard isRecording, result.dtype == .float32 else {
      // A view of a constant is one, whatever else its memory is known as.
      if memory != nil, inputs.contains(where: { $0.tracking == .constant && $0.storage === result.storage })
      {
        result.tracking = .constant
      }
      return result
    }
    let parents = inputs.map { input -> Int32 in
      guard let tracking = input.tracking, tracking.recorder == id else { return -1 }
      return tracking.node
    }
    let versions = memory == nil ? [] : saved.tensors.map { $0.storage.version }
    let node = append(Node(op: op, parents: parents, saved: saved, versions: versions))
    result.tracking = Tracking(recorder: id, node: node)
    return result
  }

  /// The gradients of the scalar `loss` with respect to all watched values; forgets the ops.
  ///
  /// - Throws: ``TensorError`` where the loss is no scalar, depends on nothing watched, or leads through ops
  ///   that an earlier call has used up.
  public func backward(from loss: Tensor) throws -> Gradients {
    guard loss.count == 1 else {
      throw TensorError("backward", "needs a scalar loss, not shape \(loss.shape)")
    }
    return try backward(from: loss, seed: try Tensor.full(loss.shape, 1))
  }

  /// The gradients of the sum of `value`·`seed`, as ``backward(from:)`` gives them; `seed` has the shape of `value`.
  ///
  /// - Throws: ``TensorError`` as ``backward(from:)`` does; `Interrupted`.
  public func backward(from value: Tensor, seed: Tensor) throws -> Gradients {
    guard let start = value.tracking, start.recorder == id else {
      throw TensorError("backward", "the value was not computed from anything watched by this tape")
    }
    var gradients = [Tensor?](repeating: nil, count: nodes.count)
    gradients[Int(start.node)] = seed.detached
    try Recording.paused {
      for index in stride(from: Int(start.node), through: 0, by: -1) {
        let node = nodes[index]
        guard let op = node.op, let gradient = gradients[index] else { continue }
        try Cancellation.check()
        guard let saved = node.saved else {
          throw TensorError("backward", "the ops of this tape were already used up by an earlier backward")
        }
        if zip(saved.tensors, node.versions).contains(where: { $0.storage.version != $1 }) {
          throw TensorError(
            op.name, "a tensor that it was computed from was written to afterwards; write to a clone of it")
        }
        gradients[index] = nil
        nodes[index].saved = nil
        let parts = try op.backward(gradient, saved, needs: node.parents.map { $0 >= 0 })
        for (parent, part) in zip(node.parents, parts) where parent >= 0 {
          guard let part else { continue }
          let present = gradients[Int(parent)]
          gradients[Int(parent)] = try present.map { try ($0 + part).detached } ?? part
        }
      }
    }
    return Gradients(
      leaves.compactMap { node, owner in
        gradients[Int(node)].map {
          Gradients.Entry(owner: owner, point: Tracking(recorder: id, node: node), value: $0)
        }
      })
  }

  private func append(_ node: Node) -> Int32 {
    nodes.append(node)
    return Int32(nodes.count - 1)
  }
}
