import Compute
import Support

/// A tensor whose elements along some axes lie side by side, row-major, in `length` elements for each result.
struct Lines {
  let tensor: Tensor
  let rows: Int
  let length: Int

  /// The lines of `x` along resolved `axes`, in the order of the other axes.
  init(_ x: Tensor, _ axes: [Int]) throws {
    let kept = x.shape.sizes.indices.filter { !axes.contains($0) }
    let order = kept + axes
    let arranged = Tensor(
      storage: x.storage, offset: x.offset, shape: Shape(order.map { x.shape[$0] }),
      strides: order.map { x.strides[$0] })
    tensor = try arranged.contiguous()
    length = Shape(axes.map { x.shape[$0] }).count
    rows = Shape(kept.map { x.shape[$0] }).count
  }
}

extension Range<Int> {
  /// The range in pieces between which one may look at the stop flag.
  func pieces() -> some Sequence<Range<Int>> {
    stride(from: lowerBound, to: upperBound, by: 1 << 18).lazy.map { start in
      start..<Swift.min(start + (1 << 18), upperBound)
    }
  }
}

/// Reductions of whole numbers and truth values: exact, or an error.
enum WholeReduction {
  /// The sum over resolved `axes` as int32 of shape `shape`.
  ///
  /// - Throws: ``TensorError`` for a sum beyond int32.
  static func sum(_ x: Tensor, _ axes: [Int], to shape: Shape, name: String) throws -> Tensor {
    try reduce(x, axes, to: shape, name: name) { line in
      var total: Int64 = 0
      for value in line { total &+= value }
      return total
    }
  }

  /// The product over resolved `axes` as int32 of shape `shape`.
  ///
  /// - Throws: ``TensorError`` for a product beyond int32.
  static func product(_ x: Tensor, _ axes: [Int], to shape: Shape, name: String) throws -> Tensor {
    try reduce(x, axes, to: shape, name: name) { line in
      // Beyond 64 bits the product stays where it is, unless it becomes 0.
      var (total, isBeyond) = (Int64(1), false)
      for value in line {
        if value == 0 { return 0 }
        let (next, overflow) = total.multipliedReportingOverflow(by: value)
        if overflow { isBeyond = true } else { total = next }
      }
      return isBeyond ? .max : total
    }
  }

  private static func reduce(
    _ x: Tensor, _ axes: [Int], to shape: Shape, name: String, _ body: (WholeLine) -> Int64
  ) throws -> Tensor {
    let lines = try Lines(x.converted(to: .int32), axes)
    let result = try Tensor.emptyRowMajor(shape, .int32)
    let (source, target) = (lines.tensor.elements(Int32.self), result.elements(Int32.self))
    let range = DType.int32.wholeRange
    for row in 0..<lines.rows {
      if row & 0xFFF == 0 { try Cancellation.check() }
      let value = body(WholeLine(start: source + row * lines.length, count: lines.length))
      guard range.contains(value) else {
        let text = value == .max ? "a result" : "\(value)"
        throw TensorError(
          name,
          "\(text) is beyond int32 (\(range.lowerBound) to \(range.upperBound)); convert to float32 before")
      }
      target[row] = Int32(whole: value)
    }
    try Cancellation.check()
    return result
  }

  /// The numbers of one line.
  private struct WholeLine: Sequence, IteratorProtocol {
    var start: UnsafePointer<Int32>
    var count: Int

    init(start: UnsafeMutablePointer<Int32>, count: Int) {
      self.start = UnsafePointer(start)
      self.count = count
    }

    @inline(__always) mutating func next() -> Int64? {
      if count == 0 { return nil }
      defer { start += 1 }
      count -= 1
      return Int64(start.pointee)
    }
  }
}

extension Tensor {
  /// The exact sum of whole numbers or truth values, however large it is; without gradient.
  ///
  /// - Throws: ``TensorError`` for float32 numbers.
  public func wholeSum() throws -> Int {
    try mayBeRead(by: "sum")
    guard dtype.isWhole else { throw TensorError("sum", "the elements are float32") }
    let x = try contiguous()
    var total: Int64 = 0
    for start in stride(from: 0, to: x.count, by: 1 << 20) {
      try Cancellation.check()
      let range = start..<min(start + (1 << 20), x.count)
      if dtype == .int32 {
        let row = x.elements(Int32.self)
        for i in range { total &+= Int64(row[i]) }
      } else {
        let row = x.elements(UInt8.self)
        for i in range { total &+= Int64(row[i]) }
      }
    }
    return Int(total)
  }
}
