import Foundation

/// Here NumPy's numbers and arrays are built.
extension Unpickler {
  mutating func numpyType(_ arguments: [PickleNode]) throws -> PickleNode {
    try charge(operations: 4)
    let name: String
    switch arguments.first {
    case .string(let text): name = text
    case .global(let index): name = heap.globals[index].name
    default: name = "of another form"
    }
    heap.numpyTypes.append(.init(name: name, type: PickleGlobal.numpyElement(name)))
    return .numpyType(heap.numpyTypes.count - 1)
  }

  /// The value of a NumPy number; nil where its type is not read.
  func numpyScalar(_ arguments: [PickleNode]) throws -> PickleNode? {
    guard arguments.count == 2, case .numpyType(let index) = arguments[0],
      let type = heap.numpyTypes[index].type
    else { return nil }
    guard case .bytes(let bytes) = arguments[1], bytes.count == type.size else {
      throw fail("a NumPy number of unknown form")
    }
    let tensor = PyTorchTensor(type: type, shape: [], strides: [], offset: 0, storage: bytes)
    if tensor.type == .bool { return .bool(bytes.first != 0) }
    if tensor.type.isFloatingPoint { return .double(tensor.doubles()[0]) }
    return (try? tensor.ints(file: file)[0]).map { .int($0) } ?? .double(tensor.doubles()[0])
  }

  mutating func numpyArray(_ array: PickleHeap.NumpyArray) throws -> PickleNode {
    try charge(operations: 4)
    heap.numpyArrays.append(array)
    return .numpyArray(heap.numpyArrays.count - 1)
  }

  mutating func numpyValues(
    _ bytes: Data, _ type: Int, shape: PickleNode, isFortran: Bool
  ) throws -> PickleHeap.NumpyArray {
    guard let element = heap.numpyTypes[type].type else {
      return .init(unread: "NumPy values of type " + heap.numpyTypes[type].name)
    }
    let shape = try integers(shape)
    var count = 1
    var strides: [Int] = []
    for size in isFortran ? shape : shape.reversed() {
      strides.append(count)
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw fail("a NumPy array of impossible shape \(shape)") }
      count = product
    }
    guard count <= bytes.count, bytes.count == count * element.size else {
      throw fail("a NumPy array of shape \(shape) in \(bytes.count) bytes")
    }
    heap.storages.append(.init(source: .inline(bytes), element: .type(element), count: count))
    return .init(
      tensor: PickleHeap.Tensor(
        storage: heap.storages.count - 1, type: element, offset: 0, shape: shape,
        strides: isFortran ? strides : strides.reversed()))
  }
}
