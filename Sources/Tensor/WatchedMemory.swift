/// The memory of the values that a tape watches, for scripts, which may know a value by several names.
struct WatchedMemory {
  /// A tensor as it lies in memory.
  private struct Place: Hashable {
    let storage: ObjectIdentifier
    let offset: Int
    let shape: Shape
    let strides: [Int]

    init(_ tensor: Tensor) {
      storage = ObjectIdentifier(tensor.storage)
      offset = tensor.offset
      shape = tensor.shape
      strides = tensor.strides
    }
  }

  private var nodes: [Place: Int32] = [:]
  /// The memory by what identifies it, and kept: other memory must not come to stand in its place.
  private var storages: [ObjectIdentifier: Storage] = [:]

  /// Remembers where a watched value lies.
  mutating func note(_ tensor: Tensor, _ node: Int32) {
    nodes[Place(tensor), default: node] = node
    storages[ObjectIdentifier(tensor.storage)] = tensor.storage
  }

  /// Whether `tensor` lies in the memory of a watched value.
  func holds(_ tensor: Tensor) -> Bool { storages[ObjectIdentifier(tensor.storage)] != nil }

  /// The node of the watched value that `tensor` is; nil where it lies elsewhere or is meant as a constant.
  ///
  /// - Throws: ``TensorError`` under the name of `operation` where it is a part of one, or one under another shape: it was made
  ///   before the recording, so that its gradient could not flow back.
  func node(of tensor: Tensor, for operation: String) throws -> Int32? {
    guard tensor.tracking != .constant, holds(tensor) else { return nil }
    if let node = nodes[Place(tensor)] { return node }
    throw TensorError(
      operation,
      "a view of shape \(tensor.shape) shares the memory of a tensor whose gradient is asked for, and was made outside "
        + "the function; make the view inside, or :detach() it")
  }
}
