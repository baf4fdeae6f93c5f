import CLuaBridge
import Tensor

// t[key] and t[key] = value.
extension TensorClass {
  /// Elements of vectors, in place.
  static let elements = ElementAccess<Tensor>(
    read: { object, place, element in
      guard let object, let element else { return Int32(GF_NO_ELEMENT) }
      return Unmanaged<ObjectBox<Tensor>>.fromOpaque(object)._withUnsafeGuaranteedRef { box in
        // A place that counts from 1, or from -1 backwards; 0 is none.
        guard place != 0, let found = box.value.element(at: Int(place > 0 ? place - 1 : place)) else {
          return Int32(GF_NO_ELEMENT)
        }
        switch found {
        case .float(let number):
          element.pointee.number = Double(number)
          return Int32(GF_NUMBER_ELEMENT)
        case .whole(let number):
          element.pointee.whole = Int64(number)
          return Int32(GF_WHOLE_ELEMENT)
        case .truth(let truth):
          element.pointee.whole = truth ? 1 : 0
          return Int32(GF_TRUTH_ELEMENT)
        }
      }
    },
    write: { object, place, number in
      guard let object, place != 0 else { return false }
      return Unmanaged<ObjectBox<Tensor>>.fromOpaque(object)._withUnsafeGuaranteedRef { box in
        box.value.setElement(number, at: Int(place > 0 ? place - 1 : place))
      }
    })

  /// `t[key]`, with the key in slot 2.
  static func pushElement(_ tensor: Tensor, _ stack: LuaStack) throws {
    if !tensor.isWatched, let offset = try offset(tensor, stack) {
      if tensor.dtype == .float32 { return stack.push(Double(tensor.pointer[offset])) }
      return tensor.number(at: offset).push(onto: stack)
    }
    if let key = stack.object(at: 2, as: Tensor.self), let found = try TensorIndex.picked(key, of: tensor) {
      return try NumberOrTensor(found, of: tensor).push(onto: stack)
    }
    if let part = try TensorIndex.part(2, on: stack, of: tensor) {
      return try TensorView(part, of: tensor).push(onto: stack)
    }
    let selection = try TensorIndex(at: 2, on: stack).selection(of: tensor)
    try NumberOrTensor(try selection.value(), of: tensor).push(onto: stack)
  }

  /// Where the one element lies that the key in slot 2 names by a whole number for each axis; nil where the key is of another
  /// kind. Loops of scripts read elements one by one: no views are made on the way.
  private static func offset(_ tensor: Tensor, _ stack: LuaStack) throws -> Int? {
    if tensor.rank == 1, let place = stack.integer(at: 2) {
      return try TensorIndex.resolved(place, 0, tensor.shape) * tensor.strides[0]
    }
    guard (1...8).contains(tensor.rank), stack.kind(at: 2) == .table else { return nil }
    return try withUnsafeTemporaryAllocation(of: Int.self, capacity: tensor.rank) { places in
      guard try stack.readIntegers(ofTableAt: 2, into: places) else { return nil }
      var offset = 0
      for (axis, place) in places.enumerated() {
        offset += try TensorIndex.resolved(place, axis, tensor.shape) * tensor.strides[axis]
      }
      return offset
    }
  }

  /// `t[key] = value`, with the key in slot 2 and the value in slot 3.
  static func assign(_ tensor: Tensor, _ stack: LuaStack) throws {
    let place = "tensor assignment"
    try tensor.requireWritable(nil, place)
    do {
      if let number = stack.number(at: 3), !repeatsElements(tensor), let offset = try offset(tensor, stack) {
        if tensor.dtype == .float32 {
          tensor.pointer[offset] = Float(number)
        } else {
          try tensor.set(number, at: offset)
        }
        tensor.storage.didChange()
        return
      }
      if let number = stack.number(at: 3), tensor.dtype == .float32, !repeatsElements(tensor),
        let mask = stack.object(at: 2, as: Tensor.self), mask.dtype == .boolean, mask.shape == tensor.shape
      {
        return try tensor.fill(Float(number), where: mask)
      }
      try requireOwnElements(tensor, place)
      let selection = try TensorIndex(at: 2, on: stack).selection(of: tensor)
      let value = try stack.tensor(at: 3, tensor.dtype, "\(place): the value")
      guard selection.places != nil || !selection.reversed.isEmpty else {
        return try write(value, to: selection.view, place)
      }
      try write(value, to: selection, place)
    } catch let error as TensorError {
      throw LuaError("\(place): \(error.problem)")
    }
  }

  private static func write(_ value: Tensor, to selection: TensorIndex.Selection, _ place: String) throws {
    try selection.view.requireWritable(value, place)
    // Parts of one tensor are read before they are overwritten.
    let source = value.storage === selection.view.storage ? try value.clone() : value
    guard selection.reversed.isEmpty else {
      // Backwards is another order of the same elements: the whole selection is computed, and written in its order.
      var target = selection.view
      for axis in selection.reversed { target = try target.flipped(axis) }
      if let places = selection.places {
        try target.assign(source, at: places)
      } else {
        try write(source, to: target, place)
      }
      for axis in selection.reversed { target = try target.flipped(axis) }
      return try selection.view.assign(target)
    }
    if let places = selection.places { try selection.view.assign(source, at: places) }
  }

  /// Writes `value`, repeated as broadcasting allows, over the elements of `target`.
  static func write(_ value: Tensor, to target: Tensor, _ place: String) throws {
    try requireOwnElements(target, place)
    try target.requireWritable(value, place)
    guard let shape = try? value.shape.broadcast(with: target.shape, for: place), shape == target.shape else {
      throw LuaError("\(place): shape \(value.shape) cannot be written to shape \(target.shape)")
    }
    // Overlapping parts of one tensor are read before they are overwritten.
    let source = value.storage === target.storage ? try value.clone() : value
    try target.assign(try source.expanded(to: target.shape))
  }

  private static func repeatsElements(_ tensor: Tensor) -> Bool {
    zip(tensor.strides, tensor.shape.sizes).contains { $0 == 0 && $1 > 1 }
  }

  /// An expanded axis shows one element several times: writing one would write all.
  private static func requireOwnElements(_ tensor: Tensor, _ place: String) throws {
    if repeatsElements(tensor) {
      throw LuaError("\(place): the elements of an expanded tensor are one and the same; :clone() it first")
    }
  }
}
