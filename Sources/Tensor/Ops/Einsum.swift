/// A sum of products by the letters of axes, such as `bij,bjk->bik`.
///
/// It is made of views, products of matrices and sums, so its gradients are theirs. Letters of an operand that repeat take
/// the diagonal; letters that the result lacks are summed over. `...` is not known.
struct EinsteinSum {
  private let operands: [[Character]]
  private let result: [Character]
  private let text: String

  /// Reads a subscript; without `->` the result has the letters that occur once, in the alphabet's order.
  init(_ text: String, operands count: Int) throws {
    self.text = text
    func problem(_ what: String) -> TensorError { TensorError("einsum", "\"\(text)\": \(what)") }
    guard text.utf8.count <= 200 else { throw TensorError("einsum", "the subscript is too long") }
    let written = text.filter { $0 != " " }
    if written.contains(".") { throw problem("\"...\" is not known; name every axis by a letter") }
    let parts = written.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
    var inputs = parts[0]
    if parts.count == 2 {
      guard inputs.last == "-" else { throw problem("expected inputs->result") }
      inputs = inputs.dropLast()
    }
    operands = inputs.split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    let letters = operands.flatMap(\.self)
    if let bad = letters.first(where: { !($0.isLetter && $0.isASCII) }) {
      throw problem("axes are letters, got '\(bad)'")
    }
    guard operands.count == count, count <= 2 else {
      throw problem(
        count > 2
          ? "takes one or two tensors, got \(count)"
          : "\(operands.count) operands for \(count) tensor\(count == 1 ? "" : "s")")
    }
    if parts.count == 2 {
      result = Array(parts[1])
      if let bad = result.first(where: { !letters.contains($0) }) {
        throw problem("'\(bad)' of the result is no axis of an operand")
      }
      guard Set(result).count == result.count else { throw problem("the result names an axis twice") }
    } else {
      result = Set(letters).filter { letter in letters.count { $0 == letter } == 1 }.sorted()
    }
  }

  func callAsFunction(_ tensors: [Tensor]) throws -> Tensor {
    var sizes: [Character: Int] = [:]
    for (letters, tensor) in zip(operands, tensors) {
      guard letters.count == tensor.rank else {
        throw TensorError(
          "einsum", "\"\(text)\": \"\(String(letters))\" names \(letters.count) axes of shape \(tensor.shape)"
        )
      }
      for (letter, size) in zip(letters, tensor.shape.sizes) {
        guard sizes[letter, default: size] == size else {
          throw TensorError(
            "einsum", "\"\(text)\": axis '\(letter)' has size \(sizes[letter] ?? 0) and size \(size)")
        }
        sizes[letter] = size
      }
    }
    let used = try zip(operands, tensors).map { try Self.withoutRepeats(Array($0), $1) }
    guard used.count == 2 else { return try summed(used[0].letters, used[0].tensor) }
    return try product(used[0], used[1], sizes)
  }

  private typealias Named = (letters: [Character], tensor: Tensor)

  /// The diagonal of letters that repeat.
  private static func withoutRepeats(_ letters: [Character], _ tensor: Tensor) throws -> Named {
    var (letters, tensor) = (letters, tensor)
    while let second = letters.indices.first(where: { letters[..<$0].contains(letters[$0]) }),
      let first = letters.firstIndex(of: letters[second])
    {
      tensor = try tensor.diagonal(first, second)
      let letter = letters[second]
      letters.remove(at: second)
      letters.remove(at: first)
      letters.append(letter)
    }
    return (letters, tensor)
  }

  /// A tensor summed over the letters that the result lacks, in the result's order.
  private func summed(_ letters: [Character], _ tensor: Tensor) throws -> Tensor {
    let gone = letters.indices.filter { !result.contains(letters[$0]) }
    let rest = letters.filter { result.contains($0) }
    let sum = gone.isEmpty ? tensor : try tensor.sum(gone)
    return try sum.permuted(result.compactMap { rest.firstIndex(of: $0) })
  }

  /// Letters that only one operand has and the result lacks are summed first; the others make stacks of matrices.
  private func product(_ a: Named, _ b: Named, _ sizes: [Character: Int]) throws -> Tensor {
    let (first, second) = (try alone(a, beside: b), try alone(b, beside: a))
    let shared = first.letters.filter { second.letters.contains($0) }
    let stack = shared.filter { result.contains($0) }
    let inner = shared.filter { !result.contains($0) }
    let rows = first.letters.filter { !shared.contains($0) }
    let columns = second.letters.filter { !shared.contains($0) }
    func arranged(_ named: Named, _ groups: [[Character]]) throws -> Tensor {
      let order = groups.flatMap(\.self).compactMap { named.letters.firstIndex(of: $0) }
      let merged = groups.map { Shape($0.map { sizes[$0] ?? 1 }).count }
      return try named.tensor.permuted(order).reshaped(Shape(merged))
    }
    let product = try arranged(first, [stack, rows, inner]).matmul(arranged(second, [stack, inner, columns]))
    let letters = stack + rows + columns
    return try product.reshaped(Shape(letters.map { sizes[$0] ?? 1 }))
      .permuted(result.compactMap { letters.firstIndex(of: $0) })
  }

  private func alone(_ named: Named, beside other: Named) throws -> Named {
    let gone = named.letters.indices.filter {
      !result.contains(named.letters[$0]) && !other.letters.contains(named.letters[$0])
    }
    if gone.isEmpty { return named }
    return (
      named.letters.indices.filter { !gone.contains($0) }.map { named.letters[$0] },
      try named.tensor.sum(gone)
    )
  }
}

extension Tensor {
  /// The sum of products of one or two tensors by the letters of their axes, as NumPy's `einsum`: `ij->ji`, `bij,bjk->bik`.
  ///
  /// - Throws: ``TensorError`` for a subscript that does not fit the tensors.
  public static func einsum(_ subscripts: String, _ tensors: [Tensor]) throws -> Tensor {
    let sum = try EinsteinSum(subscripts, operands: tensors.count)
    return try sum(tensors.map { try $0.converted(to: .float32) })
  }
}
