import Foundation

extension Tensor: CustomStringConvertible {
  /// The shape, and the numbers as nested lists; of large tensors only the corners.
  ///
  /// `2×3 [[0, 0.5, 1], [1.5, 2, 2.5]]`
  public var description: String {
    if rank == 0 { return Self.text(pointer.pointee) }
    // Corners of at most a few dozen numbers, however many axes there are.
    let edge = count <= 64 ? Int.max : rank <= 2 ? 3 : rank == 3 ? 2 : 1
    return "\(shape) " + list(0, pointer, edge)
  }

  private func list(_ axis: Int, _ start: UnsafePointer<Float>, _ edge: Int) -> String {
    if axis == rank { return Self.text(start.pointee) }
    let size = shape[axis]
    if size == 0 || count == 0 { return "[]" }
    if edge != .max && axis >= 4 { return "[…]" }
    func item(_ index: Int) -> String { list(axis + 1, start + index * strides[axis], edge) }
    var parts: [String] = []
    if edge >= (size + 1) / 2 {
      parts = (0..<size).map(item)
    } else {
      parts = (0..<edge).map(item) + ["…"] + (size - edge..<size).map(item)
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }

  private static func text(_ value: Float) -> String {
    value.isNaN ? "nan" : String(format: "%.5g", Double(value))
  }
}
