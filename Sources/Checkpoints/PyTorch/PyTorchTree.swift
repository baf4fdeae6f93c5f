import Foundation
import Support

/// Turns what an unpickler built into a tree, with the tensors bound to their bytes.
///
/// Cycles and nests too deep to be a checkpoint are refused, and so are containers that hold one another so often that
/// the tree would be much larger than the file. Inside an object, which is there to be shown and no more, what would be
/// refused is left out instead: configurations point back to what holds them.
struct PyTorchTree {
  let file: String
  let heap: PickleHeap
  /// The bytes of each storage of the heap.
  let storages: [Data]
  /// The bytes of the whole file, which bound what a tensor may repeat.
  let fileCount: Int
  private var values = 0
  /// The number of values inside objects so far.
  private var hidden = 0
  /// The objects that the value which is being made is inside of.
  private var open: Set<Int> = []

  private static let deepest = 64
  private static let mostValues = 1_000_000
  private static let mostHidden = 100_000

  init(_ heap: PickleHeap, storages: [Data], file: String, fileCount: Int) {
    self.heap = heap
    self.storages = storages
    self.file = file
    self.fileCount = fileCount
  }

  private func fail(_ reason: String) -> DamagedFile { .pyTorch(file: file, reason: reason) }

  mutating func value(_ node: PickleNode, depth: Int = 0) throws -> PyTorchValue {
    if open.isEmpty {
      values += 1
      guard values <= Self.mostValues else {
        throw fail("its containers repeat one another beyond all measure")
      }
      guard depth < Self.deepest else {
        throw fail("its containers are nested more than \(Self.deepest) deep, or in a cycle")
      }
    } else {
      hidden += 1
      guard hidden <= Self.mostHidden, depth < Self.deepest else { return .object(PyTorchObject("…")) }
    }
    switch node {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .hugeInt(let bytes): return .double(Self.double(bytes))
    case .double(let value): return .double(value)
    case .string(let value): return .string(value)
    case .bytes(let value): return .bytes(value)
    case .list(let index): return try list(heap.lists[index], depth)
    case .tuple(let index): return try list(heap.tuples[index], depth)
    case .set(let index): return try list(heap.sets[index], depth)
    case .dictionary(let index): return .dictionary(try dictionary(heap.dictionaries[index], depth))
    case .tensor(let index): return .tensor(try tensor(heap.tensors[index]))
    case .numpyArray(let index):
      let array = heap.numpyArrays[index]
      guard let tensor = array.tensor else {
        return .object(
          PyTorchObject("numpy.ndarray", unread: array.unread ?? "a NumPy array without its values"))
      }
      return .tensor(try self.tensor(tensor))
    case .global(let index):
      let global = heap.globals[index]
      if case .torchType(_, let name) = global.meaning { return .string("torch." + name) }
      return .object(PyTorchObject(global.name))
    case .numpyType(let index):
      let type = heap.numpyTypes[index]
      return .string(type.type?.rawValue ?? type.name)
    case .storage(let index):
      return .object(
        PyTorchObject(
          "a storage", shape: [heap.storages[index].count], unread: "a storage without its tensor"))
    case .object(let index): return try object(index, depth)
    }
  }

  private mutating func object(_ index: Int, _ depth: Int) throws -> PyTorchValue {
    let stored = heap.objects[index]
    if let array = stored.array {
      return .object(PyTorchObject(stored.name, shape: array.shape, unread: array.reason))
    }
    // The class is a kind of dictionary, with items of its own.
    if open.isEmpty, !stored.items.isEmpty { return .dictionary(try dictionary(stored.items, depth)) }
    if open.isEmpty, !stored.elements.isEmpty { return try list(stored.elements, depth) }
    guard open.insert(index).inserted else { return .object(PyTorchObject(stored.name)) }
    defer { open.remove(index) }
    var fields = try dictionary(stored.items, depth)
    for state in stored.states {
      // The state is (attributes, attributes of slots) where a class has both.
      var parts = [state]
      if case .tuple(let tuple) = state { parts = heap.tuples[tuple] }
      for part in parts {
        guard case .dictionary(let index) = part else { continue }
        for (key, value) in try dictionary(heap.dictionaries[index], depth + 1).entries {
          fields.set(key, value)
        }
      }
    }
    var arguments: [PyTorchValue] = []
    for node in stored.arguments + stored.elements { arguments.append(try value(node, depth: depth + 1)) }
    return .object(PyTorchObject(stored.name, fields: fields, arguments: arguments))
  }

  private mutating func dictionary(
    _ pairs: [(key: PickleNode, value: PickleNode)], _ depth: Int
  ) throws -> PyTorchDictionary {
    var dictionary = PyTorchDictionary()
    for (key, value) in pairs {
      if !open.isEmpty, hidden > Self.mostHidden { break }
      dictionary.set(try text(key), try self.value(value, depth: depth + 1))
    }
    return dictionary
  }

  private mutating func list(_ nodes: [PickleNode], _ depth: Int) throws -> PyTorchValue {
    var list: [PyTorchValue] = []
    for node in nodes {
      if !open.isEmpty, hidden > Self.mostHidden { break }
      list.append(try value(node, depth: depth + 1))
    }
    return .list(list)
  }

  /// A key in words; what can be no key in Python is an error.
  private func text(_ key: PickleNode, inTuple: Bool = false) throws -> String {
    switch key {
    case .string(let text): return text
    case .int(let value): return String(value)
    case .bool(let value): return value ? "True" : "False"
    case .double(let value): return String(value)
    case .none: return "None"
    case .tuple(let index) where !inTuple && heap.tuples[index].count <= 8:
      return "(" + (try heap.tuples[index].map { try text($0, inTuple: true) }).joined(separator: ", ") + ")"
    case .global(let index): return heap.globals[index].name
    case .object(let index): return "<\(heap.objects[index].name) \(index)>"
    case .tuple(let index): return "<a tuple \(index)>"
    case .tensor(let index): return "<a tensor \(index)>"
    case .bytes, .hugeInt, .storage, .numpyType: return "<\(key.kind)>"
    case .list, .dictionary, .set, .numpyArray:
      throw fail("\(key.kind) as the key of a dictionary, expected a string or a number")
    }
  }

  private func tensor(_ tensor: PickleHeap.Tensor) throws -> PyTorchTensor {
    let bytes = storages[tensor.storage]
    let size = tensor.type.size
    func wrong(_ reason: String) -> DamagedFile {
      fail("a tensor of shape \(Self.brief(tensor.shape)) \(reason)")
    }
    guard tensor.shape.count == tensor.strides.count, tensor.shape.allSatisfy({ $0 >= 0 }),
      tensor.strides.allSatisfy({ $0 >= 0 })
    else { throw wrong("with strides \(Self.brief(tensor.strides))") }
    if tensor.shape.contains(0) {
      // Sizes are multiplied in any order by those who use them.
      var room = 1
      for extent in tensor.shape where extent > 0 {
        let (product, overflow) = room.multipliedReportingOverflow(by: extent)
        guard !overflow else { throw wrong("is impossibly large") }
        room = product
      }
      return PyTorchTensor(
        type: tensor.type, shape: tensor.shape, strides: tensor.shape.map { _ in 0 }, offset: 0,
        storage: bytes)
    }
    let shift = heap.storageShifts[tensor.storage] ?? 0
    var (last, overflow) = tensor.offset.addingReportingOverflow(shift)
    let offset = last
    guard tensor.offset >= 0, !overflow else { throw wrong("starts at element \(tensor.offset)") }
    var count = 1
    for (extent, stride) in zip(tensor.shape, tensor.strides) {
      let (product, countOverflow) = count.multipliedReportingOverflow(by: extent)
      let (reach, reachOverflow) = stride.multipliedReportingOverflow(by: max(extent - 1, 0))
      let (sum, sumOverflow) = last.addingReportingOverflow(reach)
      overflow = overflow || countOverflow || reachOverflow || sumOverflow
      count = product
      last = sum
      guard !overflow else { throw wrong("is impossibly large") }
    }
    guard last < bytes.count / size else {
      throw wrong("reaches element \(last) of a storage of \(bytes.count / size)")
    }
    // A view may repeat elements (stride 0), but a checkpoint has no use for more of them than it has bytes.
    guard count <= fileCount else { throw wrong("repeats the few values that the file holds") }
    // Where no second element follows, a stride says nothing and may be any number.
    let strides = zip(tensor.shape, tensor.strides).map { $0 > 1 ? $1 : 0 }
    return PyTorchTensor(
      type: tensor.type, shape: tensor.shape, strides: strides, offset: offset,
      storage: bytes)
  }

  /// The first few sizes, for a line.
  private static func brief(_ sizes: [Int]) -> String {
    "[" + sizes.prefix(5).map(String.init).joined(separator: ", ") + (sizes.count > 5 ? ", …]" : "]")
  }

  private static func double(_ bytes: [UInt8]) -> Double {
    let isNegative = bytes.last.map { $0 & 0x80 != 0 } ?? false
    // Beyond the range of Double the sum is infinite.
    let magnitude = bytes.reversed().reduce(0.0) { $0 * 256 + Double($1) }
    return isNegative ? magnitude - scalbn(1, 8 * min(bytes.count, 1 << 20)) : magnitude
  }
}
