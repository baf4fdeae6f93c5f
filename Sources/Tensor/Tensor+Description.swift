import Foundation

extension Tensor: CustomStringConvertible {
  /// The shape, and the numbers as nested lists; only the corners where the tensor is large.
  ///
  /// `2×3 [[0, 0.5, 1], [1.5, 2, 2.5]]`; with three axes and more, or where one line would be too long, a line for each
  /// row, with the numbers in columns.
  public var description: String {
    if rank == 0 { return Self.text(pointer.pointee) }
    if count == 0 { return "\(shape) []" }
    let edge = count <= 64 ? Int.max : rank <= 3 ? 3 : rank == 4 ? 2 : 1
    var texts: [String] = []
    collect(0, pointer, edge, into: &texts)
    if rank <= 2 || shape.sizes.dropLast().allSatisfy({ $0 == 1 }) {
      var rest = texts[...]
      let line = "\(shape) " + list(0, edge, width: 0, &rest)
      if line.count <= Self.lineLength { return line }
    }
    var rest = texts[...]
    let block = list(0, edge, width: texts.lazy.map(\.count).max() ?? 0, &rest)
    return "\(shape)\n\(block)"
  }

  private static let lineLength = 80

  /// Which places of an axis are shown; nil stands for those that are not.
  private func places(_ axis: Int, _ edge: Int) -> [Int?] {
    let size = shape[axis]
    if edge > size / 2 || 2 * edge == size { return Array(0..<size) }
    return Array(0..<edge) + [nil] + Array(size - edge..<size)
  }

  private func collect(_ axis: Int, _ start: UnsafePointer<Float>, _ edge: Int, into texts: inout [String]) {
    if axis == rank { return texts.append(Self.text(start.pointee)) }
    for case let index? in places(axis, edge) {
      collect(axis + 1, start + index * strides[axis], edge, into: &texts)
    }
  }

  /// The nested list from `axis` on; each number is `width` characters wide, where 0 puts everything on one line.
  private func list(_ axis: Int, _ edge: Int, width: Int, _ texts: inout ArraySlice<String>) -> String {
    if axis == rank {
      let text = texts.popFirst() ?? ""
      return String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    let parts = places(axis, edge).map { place -> String in
      place == nil ? "…" : list(axis + 1, edge, width: width, &texts)
    }
    guard width > 0 else { return "[" + parts.joined(separator: ", ") + "]" }
    let indent = "\n" + String(repeating: " ", count: axis + 1)
    guard axis == rank - 1 else { return "[" + parts.joined(separator: "," + indent) + "]" }
    // A long row goes on below itself.
    var (row, length) = ("[", axis + 1)
    for (index, part) in parts.enumerated() {
      if index > 0 {
        row += ","
        // Behind it come a comma or the brackets that close.
        let breaks = length + 2 + part.count + rank > Self.lineLength
        row += breaks ? indent : " "
        length = breaks ? axis + 1 : length + 2
      }
      row += part
      length += part.count
    }
    return row + "]"
  }

  private static func text(_ value: Float) -> String {
    value.isNaN ? "nan" : String(format: "%.5g", Double(value))
  }
}
