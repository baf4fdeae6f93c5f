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
  }

  private let id = Tracking.newRecorder()
  private var nodes: [Node] = []
  /// The watched values in order, and for whom they are watched.
  private var leaves: [(node: Int32, owner: AnyObject?)] = []
  private var leavesOfOwners: [ObjectIdentifier: Int32] = [:]

  public init() {}

  /// The tape that listens on this thread, if any does.
  public static var current: GradientTape? { Recording.current as? GradientTape }

  /// `tensor` as a starting point of gradients.
  ///
  /// Watching again for the same `owner` gives the same point, so that gradients of shared weights add up.
  public func watch(_ tensor: Tensor, owner: AnyObject? = nil) -> Tensor {
    var watched = tensor
    if let owner, let node = leavesOfOwners[ObjectIdentifier(owner)] {
      watched.tracking = Tracking(recorder: id, node: node)
      return watched
    }
    let node = append(Node(op: nil, parents: [], saved: nil))
    leaves.append((node, owner))
    if let owner { leavesOfOwners[ObjectIdentifier(owner)] = node }
    watched.tracking = Tracking(recorder: id, node: node)
    return watched
  }

  public func evaluate(_ op: some Op, _ inputs: [Tensor], shape: Shape) throws -> Tensor {
    let isRecording = inputs.contains { $0.tracking?.recorder == id }
    var saved = Saved(isRecording: isRecording)
    var result = try op.finished(inputs, shape, &saved)
    guard isRecording else { return result }
    let parents = inputs.map { input -> Int32 in
      guard let tracking = input.tracking, tracking.recorder == id else { return -1 }
      return tracking.node
    }
    result.tracking = Tracking(recorder: id, node: append(Node(op: op, parents: parents, saved: saved)))
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
