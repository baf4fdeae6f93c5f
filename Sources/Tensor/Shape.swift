/// The sizes of a tensor along its axes; a scalar has none.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The number of elements along each axis.
  public let sizes: [Int]

  /// Takes any sizes; ``validated(for:)`` says whether a tensor may have them.
  public init(_ sizes: [Int]) { self.sizes = sizes }
  public init(arrayLiteral sizes: Int...) { self.sizes = sizes }

  /// The number of axes.
  public var rank: Int { sizes.count }
  /// The number of elements; beyond `Int`, its largest value, which no allocation grants.
  public var count: Int {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      // A later axis of size 0 makes the tensor empty after all.
      if overflow { return sizes.contains(0) ? 0 : .max }
      product = next
    }
    return product
  }

  /// The most axes that a tensor has.
  public static let largestRank = 64
  /// The largest product of the sizes that are not 0: strides and offsets of anything smaller fit an `Int`.
  public static let largestExtent = 1 << 40

  /// The one guard where shapes are made for `operation`. An empty tensor is held to it as well, for its
  /// other sizes make strides too.
  ///
  /// - Throws: ``TensorError`` where a size is negative, or the shape beyond ``largestRank`` and ``largestExtent``.
  public func validated(for operation: String) throws {
    guard rank <= Self.largestRank else {
      throw TensorError(operation, "\(rank) axes, and a tensor has at most \(Self.largestRank)")
    }
    var extent = 1
    for size in sizes where size != 0 {
      if size < 0 { throw TensorError(operation, "\(size) elements along an axis") }
      let (next, overflow) = extent.multipliedReportingOverflow(by: size)
      guard !overflow, next <= Self.largestExtent else {
        throw TensorError(operation, "shape \(self) is beyond the 2^40 elements that a tensor may have")
      }
      extent = next
    }
  }

  /// The size of an axis, which is counted from 0.
  public subscript(_ axis: Int) -> Int { sizes[axis] }

  /// `2×3×4`, or `scalar`.
  public var description: String {
    sizes.isEmpty ? "scalar" : sizes.map(String.init).joined(separator: "×")
  }

  /// The strides of row-major storage.
  public var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in sizes.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] &* max(sizes[axis + 1], 1)
    }
    return strides
  }

  /// The strides of N×C×H×W with the channels innermost; row-major for other ranks.
  public var channelsLastStrides: [Int] {
    guard rank == 4 else { return rowMajorStrides }
    let (c, h, w) = (max(sizes[1], 1), max(sizes[2], 1), max(sizes[3], 1))
    return [h &* w &* c, 1, w &* c, c]
  }

  /// The shape of an element-wise result, by NumPy's rule: axes are matched from the last, and one that is
  /// missing or of size 1 is repeated.
  ///
  /// - Throws: ``TensorError`` where sizes differ and neither is 1.
  public func broadcast(with other: Shape, for operation: String) throws -> Shape {
    if self == other { return self }
    let rank = max(rank, other.rank)
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let a = axis - (rank - self.rank)
      let b = axis - (rank - other.rank)
      let (x, y) = (a < 0 ? 1 : sizes[a], b < 0 ? 1 : other.sizes[b])
      guard x == y || x == 1 || y == 1 else {
        throw TensorError(operation, "shapes \(self) and \(other) do not broadcast")
      }
      result[axis] = x == 1 ? y : x
    }
    return Shape(result)
  }

  /// The axis that a possibly negative number means: −1 is the last.
  ///
  /// - Throws: ``TensorError`` where there is none.
  public func axis(_ axis: Int, for operation: String) throws -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    guard resolved >= 0, resolved < rank else {
      throw TensorError(operation, "axis \(axis) of a tensor of shape \(self)")
    }
    return resolved
  }

  /// Number of elements along the given resolved axes together, which may be beyond `Int`.
  func count(along axes: [Int]) -> Double { axes.reduce(1) { $0 * Double(sizes[$1]) } }

  /// The shape without (or with size 1 at) the given resolved axes.
  func reduced(_ axes: [Int], keepingAxes: Bool) -> Shape {
    var result: [Int] = []
    for (axis, size) in sizes.enumerated() {
      if !axes.contains(axis) { result.append(size) } else if keepingAxes { result.append(1) }
    }
    return Shape(result)
  }
}
