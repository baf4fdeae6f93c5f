/// Exact cost and accuracy of every combination of candidate thresholds, one list of candidates by step.
///
/// A candidate r for step t lets the r most confident images of that step leave, if they are still in play.
/// An image that leaves after step e has cost c_e = c_1 + Σ_{t<e} (c_{t+1} − c_t), and likewise its answer's
/// correctness; and it is in play after step t when it stays at 1…t. So the totals of a combination
/// (r_1 … r_{T−1}) are sums over t of the number, and of the gain in right answers, of the images that stay
/// under r_1 … r_t. Those are sums over a corner of a t-dimensional histogram, and all corners together take
/// one running sum along every axis.
struct ThresholdGrid {
  /// Ascending candidates by step.
  let candidates: [[Int]]
  /// Right answers by combination, the last step's candidates running fastest.
  let right: [Int32]
  /// Summed Multiply-Adds by combination.
  let cost: [Double]

  /// - Parameters:
  ///   - calibration: with T ≥ 2 steps.
  ///   - correct: its answers by step.
  ///   - candidates: T−1 ascending lists of tie-free ranks, none empty.
  init(_ calibration: Calibration, correct: [[UInt8]], candidates: [[Int]]) {
    self.candidates = candidates
    let images = calibration.images
    // Totals of the combinations of steps 1…t, at first of none: all images stop after step 1.
    var right = [Int32(correct[0].reduce(0) { $0 + Int($1) })]
    var cost = [Double(images) * calibration.madds[0]]
    // Each image's cell among the combinations so far, −1 once it leaves under all of them.
    var cells = [Int32](repeating: 0, count: images)
    for t in candidates.indices {
      let choices = candidates[t]
      let width = choices.count
      Self.descend(&cells, order: calibration.order[t], choices: choices)
      var stay = [Int32](repeating: 0, count: right.count * width)
      var gain = stay
      Self.count(cells, from: correct[t], to: correct[t + 1], &stay, &gain)
      // Axis by axis, the sum over all cells from here to the end.
      var stride = 1
      for axis in (0...t).reversed() {
        Self.sumToEnd(&stay, length: candidates[axis].count, stride: stride)
        Self.sumToEnd(&gain, length: candidates[axis].count, stride: stride)
        stride *= candidates[axis].count
      }
      let step = calibration.madds[t + 1] - calibration.madds[t]
      right = Self.spread(right, width) { $0 + gain[$1] }
      cost = Self.spread(cost, width) { $0 + step * Double(stay[$1]) }
    }
    self.right = right
    self.cost = cost
  }

  /// The combination with the most right answers within a total cost; the cheapest, then the first, of
  /// equals.
  func best(within allowed: Double) -> (choice: [Int], right: Int, cost: Double)? {
    var best = -1
    for i in right.indices where cost[i] <= allowed {
      if best < 0 || right[i] > right[best] || (right[i] == right[best] && cost[i] < cost[best]) { best = i }
    }
    guard best >= 0 else { return nil }
    var rest = best
    var choice = candidates.map { _ in 0 }
    for t in candidates.indices.reversed() {
      choice[t] = candidates[t][rest % candidates[t].count]
      rest /= candidates[t].count
    }
    return (choice, Int(right[best]), cost[best])
  }

  /// Refines each image's cell by the last candidate of this step under which it stays.
  private static func descend(_ cells: inout [Int32], order: [Int32], choices: [Int]) {
    let width = Int32(choices.count)
    cells.withUnsafeMutableBufferPointer { cells in
      order.withUnsafeBufferPointer { order in
        for position in 0..<choices[0] { cells[Int(order[position])] = -1 }
        for (j, first) in choices.enumerated() {
          let end = j + 1 < choices.count ? choices[j + 1] : order.count
          for position in first..<end {
            let image = Int(order[position])
            let cell = cells[image]
            cells[image] = cell < 0 ? -1 : cell * width + Int32(j)
          }
        }
      }
    }
  }

  /// Histograms of the images by cell, and of what they gain by one more step.
  private static func count(
    _ cells: [Int32], from before: [UInt8], to after: [UInt8], _ stay: inout [Int32], _ gain: inout [Int32]
  ) {
    stay.withUnsafeMutableBufferPointer { stay in
      gain.withUnsafeMutableBufferPointer { gain in
        for (image, cell) in cells.enumerated() where cell >= 0 {
          stay[Int(cell)] += 1
          gain[Int(cell)] += Int32(after[image]) - Int32(before[image])
        }
      }
    }
  }

  private static func sumToEnd(_ table: inout [Int32], length: Int, stride: Int) {
    table.withUnsafeMutableBufferPointer { table in
      var block = 0
      while block < table.count {
        for j in (0..<length - 1).reversed() {
          let row = block + j * stride
          for i in row..<row + stride { table[i] += table[i + stride] }
        }
        block += length * stride
      }
    }
  }

  /// Repeats each entry `width` times, and combines it with the entry of the finer table.
  @inline(__always)
  private static func spread<Value>(
    _ coarse: [Value], _ width: Int, _ combine: (Value, Int) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: coarse.count * width) { output, initialized in
      for (i, value) in coarse.enumerated() {
        for j in i * width..<(i + 1) * width { output.initializeElement(at: j, to: combine(value, j)) }
      }
      initialized = coarse.count * width
    }
  }
}
