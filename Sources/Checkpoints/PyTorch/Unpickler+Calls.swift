import Foundation

/// The few calls that a pickle can make.
extension Unpickler {
  /// The value of `function(*arguments)`.
  mutating func call(_ function: PickleNode, arguments: PickleNode) throws -> PickleNode {
    guard case .global(let global) = function, case .tuple(let index) = arguments else {
      throw fail("calls \(function.kind) with \(arguments.kind)")
    }
    let arguments = heap.tuples[index]
    switch global {
    case .rebuildTensor: return try rebuildTensor(arguments, type: nil)
    case .rebuildTensorWithType:
      guard arguments.count >= 7, case .global(.torchType(let type, _)) = arguments[6] else {
        throw fail("a tensor without its type")
      }
      return try rebuildTensor(arguments, type: type)
    case .rebuildParameter:
      guard case .tensor = arguments.first else { throw fail("a parameter without its tensor") }
      return arguments[0]
    case .size:
      // torch.Size(sizes) is a tuple.
      guard arguments.count == 1 else { throw fail("torch.Size of \(arguments.count) values") }
      return arguments[0]
    case .orderedDictionary: return try dictionary(arguments)
    case .set: return try set(arguments)
    case .encode: return try encode(arguments)
    case .numpyType: return try numpyType(arguments)
    case .numpyScalar: return try numpyScalar(arguments)
    case .numpyReconstruct:
      guard case .global(.numpyArray) = arguments.first else { throw fail("a NumPy object that is no array") }
      heap.numpyArrays.append(.init(tensor: nil))
      return .numpyArray(heap.numpyArrays.count - 1)
    case .numpyFromBuffer:
      guard arguments.count == 4, case .bytes(let bytes) = arguments[0],
        case .numpyType(let type) = arguments[1]
      else { throw fail("a NumPy array without its bytes") }
      var isFortran = false
      if case .string("F") = arguments[3] { isFortran = true }
      let tensor = try numpyTensor(bytes, type, shape: integers(arguments[2]), isFortran: isFortran)
      heap.numpyArrays.append(.init(tensor: tensor))
      return .numpyArray(heap.numpyArrays.count - 1)
    case .device:
      guard case .string = arguments.first else { throw fail("a device without its name") }
      return arguments[0]
    case .storage, .numpyArray, .torchType: throw fail("calls a type")
    }
  }

  /// BUILD: sets the state of `object`.
  mutating func build(_ object: PickleNode, state: PickleNode) throws -> PickleNode {
    switch (object, state) {
    case (.dictionary, _), (.tensor, _):
      // Attributes such as a state dictionary's `_metadata`; not content.
      return object
    case (.numpyType(let index), .tuple(let tuple)):
      let fields = heap.tuples[tuple]
      guard fields.count >= 2, case .string(let order) = fields[1] else {
        throw fail("a dtype of unknown form")
      }
      guard order != ">" || heap.numpyTypes[index].size == 1 else {
        throw fail("a NumPy array in big-endian order")
      }
      return object
    case (.numpyArray(let index), .tuple(let tuple)):
      let fields = heap.tuples[tuple]
      guard fields.count == 5, case .numpyType(let type) = fields[2], case .bool(let isFortran) = fields[3],
        case .bytes(let bytes) = fields[4]
      else { throw fail("a NumPy array of unknown form") }
      let shape = try integers(fields[1])
      heap.numpyArrays[index].tensor = try numpyTensor(bytes, type, shape: shape, isFortran: isFortran)
      return object
    default: throw fail("gives a state to \(object.kind)")
    }
  }

  /// BINPERSID: a storage, named by ('storage', type, key, place, count[, view]).
  mutating func persistent(_ id: PickleNode) throws -> PickleNode {
    guard case .tuple(let index) = id else { throw fail("a reference by \(id.kind)") }
    let fields = heap.tuples[index]
    guard case .string(let kind) = fields.first else { throw fail("a reference without a kind") }
    guard kind != "module" else { throw fail("holds a whole module with its source; save its state_dict()") }
    guard kind == "storage", fields.count >= 5, case .global(.storage(let type)) = fields[1],
      case .string(let key) = fields[2], case .int(let count) = fields[4], count >= 0
    else { throw fail("a storage of unknown form") }
    let number = storage(PickleHeap.Storage(source: .key(key), type: type, count: count))
    if fields.count > 5, case .tuple(let view) = fields[5] {
      // A legacy file may give a storage that is a view of the named one: (key, first element, count).
      let view = heap.tuples[view]
      guard view.count == 3, case .int(let first) = view[1], first >= 0 else {
        throw fail("a view of unknown form")
      }
      if first > 0 {
        // Kept apart from the storage itself, which other tensors may use whole.
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
      heap.storages[known].type == storage.type, heap.storages[known].count == storage.count
    {
      return known
    }
    heap.storages.append(storage)
    if case .key(let key) = storage.source { storageNumbers[key] = heap.storages.count - 1 }
    return heap.storages.count - 1
  }

  /// (storage, offset, shape, strides, …), a view of the storage.
  private mutating func rebuildTensor(_ arguments: [PickleNode], type given: SafetensorsType?) throws
    -> PickleNode
  {
    // A tensor takes much more memory than the few bytes that can ask for it.
    try charge(operations: 8)
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .int(let offset) = arguments[1]
    else { throw fail("a tensor of unknown form") }
    let type = given ?? heap.storages[storage].type ?? .u8
    let metadata = arguments.dropFirst(given == nil ? 6 : 7)
    if case .dictionary(let flags) = metadata.first, !heap.dictionaries[flags].isEmpty {
      throw fail("a tensor that is still to be negated or conjugated")
    }
    heap.tensors.append(
      PickleHeap.Tensor(
        storage: storage, type: type, offset: offset, shape: try integers(arguments[2]),
        strides: try integers(arguments[3])))
    return .tensor(heap.tensors.count - 1)
  }

  private func integers(_ node: PickleNode) throws -> [Int] {
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

  private mutating func dictionary(_ arguments: [PickleNode]) throws -> PickleNode {
    var pairs: [(key: PickleNode, value: PickleNode)] = []
    if case .list(let list) = arguments.first {
      // Python 2 gives the items as a list of pairs.
      try charge(copied: heap.lists[list].count)
      for item in heap.lists[list] {
        let pair: [PickleNode]
        switch item {
        case .list(let index): pair = heap.lists[index]
        case .tuple(let index): pair = heap.tuples[index]
        default: pair = []
        }
        guard pair.count == 2 else { throw fail("an item of a dictionary that is no pair") }
        pairs.append((pair[0], pair[1]))
      }
    } else if !arguments.isEmpty {
      throw fail("a dictionary made of \(arguments[0].kind)")
    }
    heap.dictionaries.append(pairs)
    return .dictionary(heap.dictionaries.count - 1)
  }

  private mutating func set(_ arguments: [PickleNode]) throws -> PickleNode {
    switch arguments.first {
    case nil: heap.sets.append([])
    case .list(let index): heap.sets.append(heap.lists[index])
    case .tuple(let index): heap.sets.append(heap.tuples[index])
    case .some(let other): throw fail("a set made of \(other.kind)")
    }
    return .set(heap.sets.count - 1)
  }

  /// Text to bytes by an encoding of one byte per character.
  private mutating func encode(_ arguments: [PickleNode]) throws -> PickleNode {
    guard arguments.count == 2, case .string(let text) = arguments[0], case .string("latin1") = arguments[1]
    else {
      throw fail("bytes of unknown form")
    }
    try charge(copied: text.utf8.count)
    var bytes = Data(capacity: text.unicodeScalars.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { throw fail("bytes of unknown form") }
      bytes.append(byte)
    }
    return .bytes(bytes)
  }

  private mutating func numpyType(_ arguments: [PickleNode]) throws -> PickleNode {
    guard case .string(let name) = arguments.first else { throw fail("a dtype without its name") }
    guard let type = PickleGlobal.numpyElement(name) else {
      throw fail("NumPy values of type \(PyTorchError.quoted(name)), expected plain numbers")
    }
    heap.numpyTypes.append(type)
    return .numpyType(heap.numpyTypes.count - 1)
  }

  private func numpyScalar(_ arguments: [PickleNode]) throws -> PickleNode {
    guard arguments.count == 2, case .numpyType(let index) = arguments[0],
      case .bytes(let bytes) = arguments[1],
      bytes.count == heap.numpyTypes[index].size
    else { throw fail("a NumPy number of unknown form") }
    let tensor = PyTorchTensor(
      type: heap.numpyTypes[index], shape: [], strides: [], offset: 0, storage: bytes)
    if tensor.type == .bool { return .bool(bytes.first != 0) }
    return tensor.type.isFloatingPoint ? .double(tensor.doubles()[0]) : .int(try tensor.ints(file: file)[0])
  }

  private mutating func numpyTensor(
    _ bytes: Data, _ type: Int, shape: [Int], isFortran: Bool
  ) throws -> PickleHeap.Tensor {
    var count = 1
    var strides: [Int] = []
    for size in isFortran ? shape : shape.reversed() {
      strides.append(count)
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw fail("a NumPy array of impossible shape \(shape)") }
      count = product
    }
    let element = heap.numpyTypes[type]
    guard count <= bytes.count, bytes.count == count * element.size else {
      throw fail("a NumPy array of shape \(shape) in \(bytes.count) bytes")
    }
    heap.storages.append(.init(source: .inline(bytes), type: element, count: count))
    return PickleHeap.Tensor(
      storage: heap.storages.count - 1, type: element, offset: 0, shape: shape,
      strides: isFortran ? strides : strides.reversed())
  }
}
