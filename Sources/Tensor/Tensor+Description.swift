import Foundation

extension Tensor: CustomStringConvertible {
  /// The shape, the type unless that is float32, and the elements as nested lists; only the corners where the tensor is
  /// large, and then how far its numbers reach.
  ///
  /// `2×3 [[0, 0.5, 1], [1.5, 2, 2.5]]`; with three axes and more, or where one line would be too long, a line for each
  /// row, with the numbers in columns.
  public var description: String {
    if rank == 0 { return Self.text(number(at: 0)) }
    let head = dtype == .float32 ? "\(shape)" : "\(shape) \(dtype.rawValue)"
    if count == 0 { return "\(head) []" }
    let edge = count <= 64 ? Int.max : rank <= 3 ? 3 : rank == 4 ? 2 : 1
    var texts: [String] = []
    collect(0, 0, edge, into: &texts)
    if rank <= 2 || shape.sizes.dropLast().allSatisfy({ $0 == 1 }) {
      var rest = texts[...]
      let line = "\(head)\(reach) " + list(0, edge, width: 0, &rest)
      if line.count <= Self.lineLength { return line }
    }
    var rest = texts[...]
    let block = list(0, edge, width: texts.lazy.map(\.count).max() ?? 0, &rest)
    return "\(head)\(reach)\n\(block)"
  }

  private static let lineLength = 80

  /// Which places of an axis are shown; nil stands for those that are not.
  private func places(_ axis: Int, _ edge: Int) -> [Int?] {
    let size = shape[axis]
    if edge > size / 2 || 2 * edge == size { return Array(0..<size) }
    return Array(0..<edge) + [nil] + Array(size - edge..<size)
  }

  /// Where not all elements are shown: the smallest and the largest number, or how many are true.
  private var reach: String {
    guard count > 64 else { return "" }
    if dtype == .boolean, count <= 1 << 28 {
      return (try? wholeSum()).map { ", \($0) of \(count) true" } ?? ""
    }
    // Axes that repeat one element need not be walked; what is too large to be read for a line of text has none.
    let once = strides.indices.map { strides[$0] == 0 ? min(shape[$0], 1) : shape[$0] }
    let elements = Tensor(storage: storage, offset: offset, shape: Shape(once), strides: strides)
    guard elements.count <= 1 << 28, let least = try? elements.extremumOfAll(largest: false).value,
      let most = try? elements.extremumOfAll(largest: true).value
    else { return "" }
    return ", \(Self.text(least)) to \(Self.text(most))"
  }

  private func collect(_ axis: Int, _ start: Int, _ edge: Int, into texts: inout [String]) {
    if axis == rank { return texts.append(Self.text(number(at: start))) }
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

  private static func text(_ number: TensorNumber) -> String {
    switch number {
    case .float(let value): value.isNaN ? "nan" : String(format: "%.5g", Double(value))
    case .whole(let value): String(value)
    case .truth(let value): value ? "true" : "false"
    }
  }
}
