import Support

// The elements on their way out of a tensor.

/// One element, as what it is.
public enum TensorNumber: Equatable, Sendable {
  case float(Float)
  case whole(Int)
  case truth(Bool)
}

extension Tensor {
  /// The elements in row-major order as float32 numbers; int32 numbers beyond 2²⁴ are rounded.
  ///
  /// - Throws: ``TensorError`` while the value is traced; `MemoryRefused`, `Interrupted`.
  public func values() throws -> [Float] {
    try mayBeRead(by: "values")
    try MemoryBudget.shared.require(count * MemoryLayout<Float>.stride)
    let dense = try converted(to: .float32).contiguous()
    try Cancellation.check()
    return Array(UnsafeBufferPointer(start: dense.pointer, count: count))
  }

  /// The elements in row-major order, all of them exact.
  ///
  /// - Throws: as ``values()`` does.
  public func doubles() throws -> [Double] {
    try mayBeRead(by: "values")
    try MemoryBudget.shared.require(count * MemoryLayout<Double>.stride)
    let dense = try contiguous()
    try Cancellation.check()
    switch dtype {
    case .float32: return try dense.mapped { (x: Float) in x.double }
    case .int32: return try dense.mapped { (x: Int32) in x.double }
    case .uint8, .boolean: return try dense.mapped { (x: UInt8) in x.double }
    }
  }

  /// The elements in row-major order as whole numbers, fractions cut off; what no `Int64` holds is the smallest.
  ///
  /// - Throws: as ``values()`` does.
  public func wholeNumbers() throws -> [Int] {
    try mayBeRead(by: "values")
    try MemoryBudget.shared.require(count * MemoryLayout<Int>.stride)
    let dense = try contiguous()
    try Cancellation.check()
    switch dtype {
    case .float32: return try dense.mapped { (x: Float) in Int(x.whole) }
    case .int32: return try dense.mapped { (x: Int32) in Int(x) }
    case .uint8, .boolean: return try dense.mapped { (x: UInt8) in Int(x) }
    }
  }

  /// What `body` makes of each element of a row-major tensor.
  private func mapped<E: TensorElement, Result>(_ body: (E) -> Result) throws -> [Result] {
    let row = row(E.self)
    var results: [Result] = []
    results.reserveCapacity(row.count)
    try Cancellation.inPieces(of: row.count) { piece in
      for place in piece { results.append(body(row[place])) }
    }
    return results
  }

  /// The bytes of the elements in row-major order, little-endian as memory is; a truth value is 1 or 0.
  ///
  /// - Throws: as ``values()`` does; what `body` throws.
  public func withRowMajorBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try mayBeRead(by: "values")
    let dense = try contiguous()
    try Cancellation.check()
    return try withExtendedLifetime(dense) {
      try body(UnsafeRawBufferPointer(start: dense.firstByte, count: count * dtype.bytes))
    }
  }

  /// The elements of a tensor that is stored row-major.
  func row<E: TensorElement>(_ type: E.Type) -> UnsafeBufferPointer<E> {
    UnsafeBufferPointer(start: elements(type), count: count)
  }

  /// The only element.
  ///
  /// - Throws: ``TensorError`` where there is not exactly one, and while the value is traced.
  public func item() throws -> Float {
    switch try number() {
    case .float(let value): value
    case .whole(let value): Float(value)
    case .truth(let value): value ? 1 : 0
    }
  }

  /// The only element, as what it is.
  ///
  /// - Throws: as ``item()`` does.
  public func number() throws -> TensorNumber {
    try mayBeRead(by: "item")
    guard count == 1 else { throw TensorError("item", "needs one element, not shape \(shape)") }
    return number(at: 0)
  }

  /// The element `offset` elements after the first in memory.
  public func number(at offset: Int) -> TensorNumber {
    switch dtype {
    case .float32: .float(pointer[offset])
    case .int32: .whole(Int(elements(Int32.self)[offset]))
    case .uint8: .whole(Int(elements(UInt8.self)[offset]))
    case .boolean: .truth(elements(UInt8.self)[offset] != 0)
    }
  }

  /// The element at `place` of a vector, counted from 0, or from −1 backwards; nil where there is none, for other ranks, and
  /// while a recorder listens, to which elements are values as all others.
  package func element(at place: Int) -> TensorNumber? {
    guard Recording.isOff, let place = placeInVector(place) else { return nil }
    return number(at: place &* strides[0])
  }

  /// Writes the element at `place` of a vector, which is counted as in ``element(at:)``; false, and nothing is written, where
  /// that says nil, where the type has no such element, and where elements are repeated.
  package func setElement(_ number: Double, at place: Int) -> Bool {
    guard Recording.isOff, let place = placeInVector(place), strides[0] != 0 || shape.sizes[0] == 1 else {
      return false
    }
    if dtype == .float32 {
      pointer[place &* strides[0]] = Float(number)
    } else {
      guard (try? set(number, at: place &* strides[0])) != nil else { return false }
    }
    storage.didChange()
    return true
  }

  @inline(__always)
  private func placeInVector(_ place: Int) -> Int? {
    guard shape.sizes.count == 1 else { return nil }
    let size = shape.sizes[0]
    let counted = place < 0 ? place &+ size : place
    return counted >= 0 && counted < size ? counted : nil
  }

  /// Writes an element `offset` elements after the first in memory; ``Storage/didChange()`` is the caller's business.
  ///
  /// - Throws: ``TensorError`` where the type has no such element.
  public func set(_ number: Double, at offset: Int) throws {
    switch dtype {
    case .float32: pointer[offset] = Float(number)
    case .boolean: elements(UInt8.self)[offset] = number != 0 ? 1 : 0
    case .int32, .uint8:
      guard let whole = Int64(exactly: number.rounded(.towardZero)), dtype.wholeRange.contains(whole) else {
        throw TensorError("assign", Cast.problem(number, dtype))
      }
      if dtype == .int32 {
        elements(Int32.self)[offset] = Int32(whole: whole)
      } else {
        elements(UInt8.self)[offset] = UInt8(whole: whole)
      }
    }
  }
}
