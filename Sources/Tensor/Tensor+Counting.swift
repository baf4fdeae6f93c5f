import Support

// What gives as many elements as the values ask for: none of it has a gradient, and none can be traced.
extension Tensor {
  /// The 0-based places of the elements that are not 0 or false, in row-major order: elements × axes, int32.
  public func nonzero() throws -> Tensor {
    let places = try nonzeroPlaces()
    let count = try places.first?.count ?? (converted(to: .boolean).item() == 0 ? 0 : 1)
    let result = try Tensor.emptyRowMajor([count, rank], .int32)
    let target = result.elements(Int32.self)
    for (axis, list) in places.enumerated() {
      guard shape[axis] <= Int(Int32.max) else {
        throw TensorError("nonzero", "an axis of \(shape[axis]) elements; places are int32")
      }
      for (row, place) in list.enumerated() { target[row * rank + axis] = Int32(whole: Int64(place)) }
    }
    return result
  }

  /// The different elements in ascending order, how often each occurs, and where each element of this tensor is among them
  /// (0-based, in its shape). NaN is one element.
  public func unique() throws -> (values: Tensor, counts: Tensor, places: Tensor) {
    let flat = try detached.reshaped([count])
    let (ordered, order) = try flat.sorted(axis: 0)
    let (numbers, indices) = (try ordered.doubles(), try order.wholeNumbers())
    var (starts, places) = ([Int](), [Int](repeating: 0, count: count))
    for (i, number) in numbers.enumerated() {
      if i & 0xFFFFF == 0 { try Cancellation.check() }
      let isNew = i == 0 || !(number == numbers[i - 1] || number.isNaN && numbers[i - 1].isNaN)
      if isNew { starts.append(i) }
      places[indices[i]] = starts.count - 1
    }
    let counts = starts.indices.map {
      (($0 + 1 < starts.count ? starts[$0 + 1] : numbers.count) - starts[$0])
    }
    return (
      try ordered.indexSelected(0, starts), try Tensor([counts.count], whole: counts),
      try Tensor(shape, whole: places)
    )
  }

  /// How often each whole number from 0 on occurs, or the sums of `weights` at these: at least `length` results.
  ///
  /// - Throws: ``TensorError`` for numbers that are negative, not whole or beyond what a tensor has places for.
  public func binCounts(weights: Tensor? = nil, length: Int = 0) throws -> Tensor {
    let numbers = try doubles()
    if let weights, weights.count != count {
      throw TensorError("bincount", "\(weights.count) weights for \(count) numbers")
    }
    var largest = -1
    try Cancellation.inPieces(of: numbers.count) { piece in
      for number in numbers[piece] {
        guard let whole = Int(exactly: number), whole >= 0, whole < 1 << 31 else {
          throw TensorError("bincount", "needs whole numbers of at least 0, got \(number)")
        }
        largest = max(largest, whole)
      }
    }
    let size = max(largest + 1, length, 0)
    try MemoryBudget.shared.require(size * MemoryLayout<Double>.stride)
    guard let weights else {
      var counts = [Int](repeating: 0, count: size)
      for number in numbers { counts[Int(number)] += 1 }
      return try Tensor([size], whole: counts)
    }
    var sums = [Double](repeating: 0, count: size)
    for (number, weight) in zip(numbers, try weights.doubles()) { sums[Int(number)] += weight }
    return try Tensor([size], sums.map(Float.init))
  }

  /// How many elements lie in each of `bins` equal parts of `range`, by default from the smallest to the largest; the last
  /// part includes its upper end. What lies outside is not counted.
  ///
  /// - Returns: the counts as int32, and the `bins` + 1 edges.
  public func histogram(bins: Int, range: ClosedRange<Double>? = nil) throws -> (
    counts: Tensor, edges: Tensor
  ) {
    guard bins > 0 else { throw TensorError("histogram", "\(bins) bins") }
    let numbers = try doubles()
    var (low, high) = (range?.lowerBound ?? numbers.min() ?? 0, range?.upperBound ?? numbers.max() ?? 1)
    guard low.isFinite, high.isFinite, !numbers.contains(where: { $0.isNaN }) else {
      throw TensorError("histogram", "the numbers are not all finite; give a range, and leave nan out")
    }
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let width = (high - low) / Double(bins)
    guard width > 0, width.isFinite else {
      throw TensorError("histogram", "\(low) to \(high) cannot be divided into \(bins) parts")
    }
    try MemoryBudget.shared.require(bins * 2 * MemoryLayout<Double>.stride)
    let edges = (0...bins).map { $0 == bins ? high : low + Double($0) * width }
    var counts = [Int](repeating: 0, count: bins)
    try Cancellation.inPieces(of: numbers.count) { piece in
      for number in numbers[piece] where number >= low && number <= high {
        var bin = min(Int((number - low) / width), bins - 1)
        // Rounding may have put it beside an edge.
        if number < edges[bin], bin > 0 {
          bin -= 1
        } else if bin + 1 < bins, number >= edges[bin + 1] {
          bin += 1
        }
        counts[bin] += 1
      }
    }
    return (try Tensor([bins], whole: counts), try Tensor([bins + 1], edges.map(Float.init)))
  }
}
