import Foundation

/// The paper's thresholds.
extension Calibration {
  /// A solution of the paper's form.
  struct PaperSolution {
    var thresholds: [Float]
    /// Images that leave after each step, T counts.
    var exits: [Int]
    /// Summed Multiply-Adds of all images.
    var cost: Double
  }

  /// See ``thresholds(q:)``.
  func paper(q: Double) -> PaperSolution {
    // Powers relative to the largest, so that none overflows.
    let top = q > 1 ? steps : 1
    let weights = (1...steps).map { pow(q, Double($0 - top)) }
    let sum = weights.reduce(0, +)
    var thresholds = [Float](repeating: .infinity, count: steps)
    thresholds[steps - 1] = -.infinity
    var exits = [Int](repeating: 0, count: steps)
    var gone = [Bool](repeating: false, count: images)
    var left = images
    for k in 0..<steps - 1 {
      // A share that is whole by arithmetic must not be floored for its rounding error.
      let quota = Int(Double(images) * weights[k] / sum + 1e-6)
      guard quota > 0, quota <= left else { continue }
      let (threshold, leaving) = Self.take(quota, by: order[k], confidence[k], &gone)
      thresholds[k] = threshold
      exits[k] = leaving
      left -= leaving
    }
    exits[steps - 1] = left
    return PaperSolution(thresholds: thresholds, exits: exits, cost: cost(of: exits))
  }

  /// Marks as gone all images down to the confidence of the `quota`-th that was not.
  /// - Returns: that confidence and the number of images newly gone, equal ones included.
  private static func take(
    _ quota: Int, by order: [Int32], _ confidence: [Float], _ gone: inout [Bool]
  ) -> (threshold: Float, leaving: Int) {
    gone.withUnsafeMutableBufferPointer { gone in
      confidence.withUnsafeBufferPointer { confidence in
        order.withUnsafeBufferPointer { order in
          var leaving = 0
          var position = 0
          var threshold = -Float.infinity
          while position < order.count {
            let image = Int(order[position])
            if leaving >= quota && confidence[image] < threshold { break }
            if !gone[image] {
              gone[image] = true
              leaving += 1
              if leaving == quota { threshold = confidence[image] }
            }
            position += 1
          }
          return (threshold, leaving)
        }
      }
    }
  }

  /// The solution of the paper's form with the highest cost within the budget, by bisection of log q.
  ///
  /// The cost rises with q, but for jumps where equal confidences leave together; the best seen is kept.
  func paper(budget: Double) -> PaperSolution {
    let allowed = total(budget)
    if cost(of: [Int](repeating: 0, count: steps - 1) + [images]) <= allowed { return lastStepOnly }
    // At these ends all images leave after the first step, or none before the last.
    var low = -40.0
    var high = 40.0
    var best = paper(q: exp(low))
    for _ in 0..<64 where high - low > 1e-12 {
      let middle = (low + high) / 2
      let solution = paper(q: exp(middle))
      if solution.cost <= allowed {
        low = middle
        if solution.cost > best.cost { best = solution }
      } else {
        high = middle
      }
    }
    return best
  }

  /// No image leaves before the last step.
  private var lastStepOnly: PaperSolution {
    var thresholds = [Float](repeating: .infinity, count: steps)
    thresholds[steps - 1] = -.infinity
    let exits = [Int](repeating: 0, count: steps - 1) + [images]
    return PaperSolution(thresholds: thresholds, exits: exits, cost: cost(of: exits))
  }

  /// Summed Multiply-Adds of a histogram of exits.
  func cost(of exits: [Int]) -> Double { zip(exits, madds).reduce(0) { $0 + Double($1.0) * $1.1 } }
}
