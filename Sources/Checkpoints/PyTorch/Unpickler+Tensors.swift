import Foundation

/// Here tensors and the storages that they are views of are built.
extension Unpickler {
  /// What BINPERSID gives: a storage, named by ('storage', type, key, place, count[, view]).
  mutating func persistent(_ id: PickleNode) throws -> PickleNode {
    guard case .tuple(let index) = id else { throw fail("a reference by \(id.kind)") }
    let fields = heap.tuples[index]
    guard case .string(let kind) = fields.first else { throw fail("a reference without a kind") }
    // This is a class together with its source, which is not needed to know its name.
    if kind == "module", fields.count > 1, case .global = fields[1] { return fields[1] }
    guard kind == "storage", fields.count >= 5, case .storage(let element) = heap.meaning(fields[1]),
      case .string(let key) = fields[2], case .int(let count) = fields[4], count >= 0
    else { throw fail("a storage of unknown form") }
    let number = storage(PickleHeap.Storage(source: .key(key), element: element, count: count))
    if fields.count > 5, case .tuple(let view) = fields[5] {
      // A legacy file may give a storage that is a view of the named one: (key, first element, count).
      let view = heap.tuples[view]
      guard view.count == 3, case .int(let first) = view[1], first >= 0 else {
        throw fail("a view of unknown form")
      }
      if first > 0 {
        // It is kept apart from the storage itself, which other tensors may use whole.
        heap.storages.append(heap.storages[number])
        heap.storageShifts[heap.storages.count - 1] = first
        return .storage(heap.storages.count - 1)
      }
    }
    return .storage(number)
  }

  /// The number of a storage, the same for the same one.
  private mutating func storage(_ storage: PickleHeap.Storage) -> Int {
    if case .key(let key) = storage.source, let known = storageNumbers[key],
      heap.storages[known].element == storage.element, heap.storages[known].count == storage.count
    {
      return known
    }
    heap.storages.append(storage)
    if case .key(let key) = storage.source { storageNumbers[key] = heap.storages.count - 1 }
    return heap.storages.count - 1
  }

  /// The tensor of (storage, offset, shape, strides, …), which is a view of the storage.
  mutating func rebuildTensor(_ arguments: [PickleNode], type given: StoredType?) throws
    -> PickleNode
  {
    // A tensor takes much more memory than the few bytes that can ask for it.
    try charge(operations: 8)
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .int(let offset) = arguments[1]
    else { throw fail("a tensor of unknown form") }
    let type: StoredType
    switch heap.storages[storage].element {
    case .unread(let name, _) where given == nil: return try array(arguments[2], "torch." + name)
    case .type(let stored): type = given ?? stored
    default: type = given ?? .u8
    }
    let metadata = arguments.dropFirst(given == nil ? 6 : 7)
    if case .dictionary(let flags) = metadata.first, !heap.dictionaries[flags].isEmpty {
      return try array(arguments[2], "still to be negated or conjugated")
    }
    heap.tensors.append(
      PickleHeap.Tensor(
        storage: storage, type: type, offset: offset, shape: try integers(arguments[2]),
        strides: try integers(arguments[3])))
    return .tensor(heap.tensors.count - 1)
  }

  func integers(_ node: PickleNode) throws -> [Int] {
    let nodes: [PickleNode]
    switch node {
    case .tuple(let index): nodes = heap.tuples[index]
    case .list(let index): nodes = heap.lists[index]
    case .int: nodes = [node]
    default: throw fail("\(node.kind) where sizes are expected")
    }
    guard nodes.count <= 16 else { throw fail("a tensor of \(nodes.count) dimensions") }
    return try nodes.map {
      guard case .int(let value) = $0 else { throw fail("\($0.kind) where a size is expected") }
      return value
    }
  }
}
