import Foundation
import Support

/// Finds the confidence thresholds with the highest accuracy on a calibration set within a mean cost.
///
/// Which images a threshold meets depends on all thresholds before it, so the steps cannot be solved one by
/// one. The search evaluates whole grids of combinations exactly (``ThresholdGrid``):
/// 1. a coarse grid over all steps, with evenly spaced ranks as candidates;
/// 2. from its best, and from the best solution of the paper's form, grids that close in, each spanning the
///    neighbours of the last choice;
/// 3. fine grids over each pair of steps with the others held, until no pair improves: a pair can trade cost
///    between its steps.
///
/// The paper's solutions within the budget are candidates from the start and a step is taken only when it is
/// better, so on the calibration set the result is never below them. When the first grid holds every rank, as
/// for a small set, the result is the optimum. Nothing is random.
///
/// **Overfitting.** Thresholds chosen for the highest count of right answers fit that set's noise too. Ranks
/// are spaced at least N/1000 apart, which keeps single images of a large set from being picked out; and each
/// threshold is put in the middle between the least confident image that leaves and the most confident that
/// stays, since every value of that gap is equally good on this set. On another set expect less than the
/// gain seen on this one; use at least some thousand images.
///
/// Lists over steps hold step 1 at place 0; below, a place is one of those.
struct OptimalSearch {
  private let calibration: Calibration
  private let correct: [[UInt8]]
  /// Paper solutions, as choices with their totals.
  private let known: [Solution]
  private let coarse: ThresholdGrid?

  private struct Solution {
    /// How many of the most confident images leave after each step if still in play.
    var choice: [Int]
    var right: Int
    var cost: Double

    func isBetter(than other: Solution) -> Bool {
      right != other.right ? right > other.right : cost < other.cost
    }
  }

  /// Combinations in one grid.
  private static let cells = 160_000.0
  /// Steps that vary together in a grid; with more, each would get too few candidates.
  private static let widest = 5

  /// - Throws: ``EpisodeError`` without labels.
  init(_ calibration: Calibration) throws {
    guard let correct = calibration.correct else {
      throw EpisodeError("optimal thresholds need the images' labels, which are not known")
    }
    self.calibration = calibration
    self.correct = correct
    let varying = calibration.steps - 1
    coarse =
      (1...Self.widest).contains(varying)
      ? ThresholdGrid(
        calibration, correct: correct,
        candidates: (0..<varying).map {
          Self.ranks(calibration, $0, from: 0, to: calibration.images, count: Self.count(varying))
        }) : nil
    known = (1...39).map { p in
      Self.evaluate(calibration, correct, calibration.paper(q: Double(p) / 20).thresholds)
    }
  }

  /// T thresholds whose mean cost on the calibration set is within `budget`.
  func solve(budget: Double) throws -> [Float] {
    let allowed = calibration.total(budget)
    var best = Self.evaluate(calibration, correct, calibration.paper(budget: budget).thresholds)
    for solution in known where solution.cost <= allowed && solution.isBetter(than: best) { best = solution }
    guard calibration.steps > 1 else { return [-.infinity] }
    let all = Array(0..<calibration.steps - 1)
    if let coarse {
      let isExact = calibration.images < Self.count(all.count)
      if let found = coarse.best(within: allowed) {
        let start = Solution(choice: found.choice, right: found.right, cost: found.cost)
        if isExact { return thresholds(of: start.isBetter(than: best) ? start : best) }
        let refined = try closeIn(from: start, places: all, within: allowed)
        best = try closeIn(from: best, places: all, within: allowed)
        if refined.isBetter(than: best) { best = refined }
      }
    } else {
      // With too many steps for one grid, windows of neighbouring steps vary, each over the whole range.
      for first in 0...all.count - 4 {
        best = try closeIn(from: best, places: Array(first..<first + 4), within: allowed)
      }
    }
    return thresholds(of: try polish(best, within: allowed))
  }

  /// Lays grids around the choice, each spanning the last one's neighbours, down to the finest spacing.
  private func closeIn(from start: Solution, places: [Int], within allowed: Double) throws -> Solution {
    var best = start
    var reach = calibration.images
    let finest = max(calibration.images / 1000, 1)
    let count = Self.count(places.count)
    while reach >= finest {
      try Cancellation.check()
      best = improve(best, places: places, reach: reach, count: count, within: allowed)
      // The spacing of this grid is the next one's reach.
      reach = 2 * reach / (count - 1)
    }
    return best
  }

  /// Lets pairs of steps vary over their whole range with the others held.
  private func polish(_ start: Solution, within allowed: Double) throws -> Solution {
    var best = start
    let varying = calibration.steps - 1
    guard varying > 1 else {
      return improve(best, places: [0], reach: calibration.images, count: 1000, within: allowed)
    }
    for _ in 0..<4 {
      let before = best.right
      for first in 0..<varying - 1 {
        for second in first + 1..<varying where second - first <= 4 {
          try Cancellation.check()
          best = improve(
            best, places: [first, second], reach: calibration.images, count: Self.count(2), within: allowed)
        }
      }
      if best.right == before { break }
    }
    return best
  }

  /// The best of one grid whose `places` vary within `reach` of the choice, or the choice itself.
  private func improve(
    _ solution: Solution, places: [Int], reach: Int, count: Int, within allowed: Double
  ) -> Solution {
    let candidates = solution.choice.indices.map { place in
      let center = solution.choice[place]
      guard places.contains(place) else { return [center] }
      let low = max(center - reach, 0)
      let high = min(center + reach, calibration.images)
      let ranks = Self.ranks(calibration, place, from: low, to: high, count: count)
      return Set(ranks + [center]).sorted()
    }
    let grid = ThresholdGrid(calibration, correct: correct, candidates: candidates)
    guard let found = grid.best(within: allowed) else { return solution }
    let better = Solution(choice: found.choice, right: found.right, cost: found.cost)
    return better.isBetter(than: solution) ? better : solution
  }

  /// Candidates by step, so that a grid over `steps` steps has the wanted size.
  private static func count(_ steps: Int) -> Int {
    max(Int(pow(cells, 1 / Double(steps))), 3)
  }

  /// Up to `count` evenly spaced ranks from `low` to `high`, moved on past equal confidences.
  private static func ranks(
    _ calibration: Calibration, _ place: Int, from low: Int, to high: Int, count: Int
  ) -> [Int] {
    let span = high - low
    let intervals = min(count - 1, span)
    guard intervals > 0 else { return [boundary(calibration, place, low)] }
    var result: [Int] = []
    for i in 0...intervals {
      let rank = boundary(calibration, place, low + span * i / intervals)
      if rank != result.last { result.append(rank) }
    }
    return result
  }

  /// The first rank from `rank` on that does not part images of equal confidence.
  private static func boundary(_ calibration: Calibration, _ place: Int, _ rank: Int) -> Int {
    guard rank > 0, rank < calibration.images else { return rank }
    let order = calibration.order[place]
    let confidence = calibration.confidence[place]
    let last = confidence[Int(order[rank - 1])]
    var low = rank
    var high = calibration.images
    while low < high {
      let middle = (low + high) / 2
      if confidence[Int(order[middle])] >= last { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What given thresholds make of the calibration set.
  private static func evaluate(
    _ calibration: Calibration, _ correct: [[UInt8]], _ thresholds: [Float]
  ) -> Solution {
    let choice = calibration.confidence.indices.map { place in
      let order = calibration.order[place]
      var low = 0
      var high = order.count
      while low < high {
        let middle = (low + high) / 2
        if calibration.confidence[place][Int(order[middle])] >= thresholds[place] {
          low = middle + 1
        } else {
          high = middle
        }
      }
      return low
    }
    let grid = ThresholdGrid(calibration, correct: correct, candidates: choice.map { [$0] })
    return Solution(choice: choice, right: Int(grid.right[0]), cost: grid.cost[0])
  }

  /// Thresholds in the middle of the gap between those that leave and those that stay.
  private func thresholds(of solution: Solution) -> [Float] {
    var gone = [Bool](repeating: false, count: calibration.images)
    var result: [Float] = []
    for (place, choice) in solution.choice.enumerated() {
      let confidence = calibration.confidence[place]
      var lastLeaving: Float?
      var firstStaying: Float?
      for (position, index) in calibration.order[place].enumerated() where !gone[Int(index)] {
        if position < choice {
          lastLeaving = confidence[Int(index)]
          gone[Int(index)] = true
        } else {
          firstStaying = confidence[Int(index)]
          break
        }
      }
      switch (lastLeaving, firstStaying) {
      case (nil, _): result.append(.infinity)
      case (_?, nil): result.append(-.infinity)
      case (let above?, let below?):
        let middle = below + (above - below) / 2
        result.append(middle > below ? middle : above)
      }
    }
    return result + [-.infinity]
  }
}
