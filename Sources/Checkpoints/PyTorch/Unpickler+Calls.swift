import Foundation

/// Here stands what becomes of the calls that a pickle makes.
extension Unpickler {
  /// The value of `function(*arguments)`.
  ///
  /// What is known is interpreted, and everything else becomes an object that holds its name and its arguments: neither
  /// looks anything up, so that no argument can make a difference to what happens.
  mutating func call(_ function: PickleNode, arguments: PickleNode) throws -> PickleNode {
    guard case .tuple(let index) = arguments else {
      throw fail("calls \(function.kind) with \(arguments.kind)")
    }
    // It is a method of something that is not known, or the result of such a call.
    if case .object(let callee) = function {
      return try object(heap.objects[callee].name + "(…)", heap.tuples[index])
    }
    guard case .global(let number) = function else {
      throw fail("calls \(function.kind) with \(arguments.kind)")
    }
    let arguments = heap.tuples[index]
    let global = heap.globals[number]
    switch global.meaning {
    case .rebuildTensor: return try rebuildTensor(arguments, type: nil)
    case .rebuildTensorWithType:
      guard arguments.count >= 7, case .torchType(let type, let name) = heap.meaning(arguments[6]) else {
        throw fail("a tensor without its type")
      }
      guard let type else { return try array(arguments.count > 2 ? arguments[2] : .none, "torch." + name) }
      return try rebuildTensor(arguments, type: type)
    case .rebuildParameter:
      switch arguments.first {
      case .tensor, .object: return arguments[0]
      default: throw fail("a parameter without its tensor")
      }
    case .rebuildFromType:
      // Of (function, type, arguments, state), the values are those of a plain tensor.
      guard arguments.count >= 3, case .tuple = arguments[2], case .global = arguments[0],
        heap.meaning(arguments[0]) != .rebuildFromType
      else { return try object(global.name, arguments) }
      return try call(arguments[0], arguments: arguments[2])
    case .rebuildFromNumpy:
      if case .numpyArray(let array) = arguments.first, heap.numpyArrays[array].tensor != nil {
        return arguments[0]
      }
      return try object(global.name, arguments)
    case .rebuildUnread(let kind): return try array(shape(of: arguments, kind), kind)
    case .size:
      // torch.Size(sizes) is a tuple.
      guard arguments.count == 1 else { throw fail("torch.Size of \(arguments.count) values") }
      return arguments[0]
    case .orderedDictionary: return try dictionary(arguments)
    case .defaultDictionary: return try dictionary(Array(arguments.dropFirst()))
    case .set: return try set(arguments)
    case .encode: return try encode(arguments) ?? object(global.name, arguments)
    case .byteArray:
      if arguments.isEmpty { return .bytes(Data()) }
      if case .bytes = arguments[0] { return arguments[0] }
      return try encode(arguments) ?? object(global.name, arguments)
    case .path: return try path(arguments) ?? object(global.name, arguments)
    case .reconstruct:
      guard case .global = arguments.first else { return try object(global.name, arguments) }
      return try new(arguments[0], Array(arguments.dropFirst()))
    case .attribute:
      if arguments.count == 2, case .global(let owner) = arguments[0], case .string(let name) = arguments[1],
        heap.globals[owner].meaning == .foreign
      {
        return try self.global(module: heap.globals[owner].name, name: name)
      }
      return try object(global.name, arguments)
    case .numpyType: return try numpyType(arguments)
    case .numpyScalar: return try numpyScalar(arguments) ?? object(global.name, arguments)
    case .numpyReconstruct:
      guard heap.meaning(arguments.first ?? .none) == .numpyArray else {
        return try object(global.name, arguments)
      }
      return try numpyArray(.init())
    case .numpyFromBuffer:
      guard arguments.count == 4, case .bytes(let bytes) = arguments[0],
        case .numpyType(let type) = arguments[1]
      else { return try numpyArray(.init(unread: "NumPy values of another form")) }
      var isFortran = false
      if case .string("F") = arguments[3] { isFortran = true }
      return try numpyArray(numpyValues(bytes, type, shape: arguments[2], isFortran: isFortran))
    case .device:
      guard case .string = arguments.first else { throw fail("a device without its name") }
      return arguments[0]
    case .foreign, .numpyArray: return try object(global.name, arguments)
    case .storage, .torchType: throw fail("calls a type")
    }
  }

  /// An object of the class `type`, made without its initialiser.
  mutating func new(_ type: PickleNode, arguments: PickleNode) throws -> PickleNode {
    guard case .tuple(let index) = arguments else { throw fail("makes an object of \(arguments.kind)") }
    return try new(type, heap.tuples[index])
  }

  private mutating func new(_ type: PickleNode, _ arguments: [PickleNode]) throws -> PickleNode {
    guard case .global(let number) = type else { throw fail("makes an object of \(type.kind)") }
    let global = heap.globals[number]
    switch global.meaning {
    case .orderedDictionary, .defaultDictionary: return try dictionary([])
    case .set: return try set(arguments)
    case .path: return try path(arguments) ?? object(global.name, arguments)
    default: return try object(global.name, arguments)
    }
  }

  private mutating func object(_ name: String, _ arguments: [PickleNode]) throws -> PickleNode {
    // An object takes much more memory than the few bytes that can ask for it.
    try charge(operations: 16)
    // A name may grow with each call.
    try charge(copied: name.utf8.count > 256 ? name.utf8.count : 0)
    try charge(copied: arguments.count > 16 ? arguments.count : 0)
    heap.objects.append(.init(name: name, arguments: arguments))
    return .object(heap.objects.count - 1)
  }

  /// An array of a kind that is not read.
  mutating func array(_ shape: PickleNode, _ reason: String) throws -> PickleNode {
    try charge(operations: 16)
    let sizes = (try? integers(shape)) ?? []
    heap.objects.append(.init(name: "torch.Tensor", array: (sizes, reason)))
    return .object(heap.objects.count - 1)
  }

  /// Where the arguments that make an array of such a kind give its shape.
  private func shape(of arguments: [PickleNode], _ kind: String) -> PickleNode {
    switch kind {
    case "quantized": return arguments.count > 2 ? arguments[2] : .none
    case "sparse":
      // The arguments are (layout, (indices, values, size, …)).
      guard arguments.count > 1, case .tuple(let index) = arguments[1] else { return .none }
      return heap.tuples[index].first { (try? integers($0)) != nil } ?? .none
    default: return arguments.first { if case .tuple = $0 { true } else { false } } ?? .none
    }
  }

  private mutating func path(_ parts: [PickleNode]) throws -> PickleNode? {
    var names: [String] = []
    for part in parts {
      guard case .string(let name) = part else { return nil }
      names.append(name)
    }
    try charge(copied: names.reduce(0) { $0 + $1.utf8.count })
    let text = names.joined(separator: "/")
    return .string(text.hasPrefix("//") ? String(text.dropFirst()) : text)
  }

  /// What BUILD does: sets the state of `object`.
  mutating func build(_ object: PickleNode, state: PickleNode) throws -> PickleNode {
    switch (object, state) {
    case (.dictionary, _), (.tensor, _), (.string, _), (.bytes, _), (.set, _):
      // The state is attributes such as a state dictionary's `_metadata`, which are no content.
      return object
    case (.object(let index), _):
      heap.objects[index].states.append(state)
      return object
    case (.numpyType(let index), .tuple(let tuple)):
      let fields = heap.tuples[tuple]
      if fields.count >= 2, case .string(let order) = fields[1],
        order != ">" || heap.numpyTypes[index].type?.size == 1
      {
        return object
      }
      heap.numpyTypes[index].type = nil
      return object
    case (.numpyArray(let index), .tuple(let tuple)):
      let fields = heap.tuples[tuple]
      guard fields.count == 5, case .numpyType(let type) = fields[2], case .bool(let isFortran) = fields[3]
      else {
        heap.numpyArrays[index].unread = "NumPy values of another form"
        return object
      }
      guard case .bytes(let bytes) = fields[4] else {
        heap.numpyArrays[index].unread = "NumPy values of type " + heap.numpyTypes[type].name
        return object
      }
      heap.numpyArrays[index] = try numpyValues(bytes, type, shape: fields[1], isFortran: isFortran)
      return object
    default: throw fail("gives a state to \(object.kind)")
    }
  }

  private mutating func dictionary(_ arguments: [PickleNode]) throws -> PickleNode {
    var pairs: [(key: PickleNode, value: PickleNode)] = []
    if case .dictionary(let index) = arguments.first {
      try charge(copied: heap.dictionaries[index].count)
      pairs = heap.dictionaries[index]
    } else if case .list(let list) = arguments.first {
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

  /// Text to bytes by an encoding of one byte per character; nil for other encodings.
  private mutating func encode(_ arguments: [PickleNode]) throws -> PickleNode? {
    guard arguments.count == 2, case .string(let text) = arguments[0], case .string("latin1") = arguments[1]
    else { return nil }
    try charge(copied: text.utf8.count)
    var bytes = Data(capacity: text.unicodeScalars.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return .bytes(bytes)
  }
}
