import Foundation
import Support

/// Holds the mean cost of a run at a target by moving its thresholds as it goes: no calibration set is needed, and what
/// the images are like may change on the way.
///
/// Shares of exits follow the paper's geometric series, whose ratio q is chosen so that the mean cost is the target's.
/// After each step the share that is due leaves: those whose confidence is among the highest of the last `window` images
/// that came as far. What has been spent too much or too little so far is made up for over the next `window` images.
///
/// A decision depends on the images before: on their order, and with it on the batch size.
public final class RateExit: ExitRule {
  public let name = "rate"
  public let dependsOnOthers = true
  /// The mean Multiply-Adds per image to hold; 0: half of what all steps cost.
  private let target: Double
  private let window: Int
  /// Multiply-Adds that an image has cost after each step; empty before a run.
  private var madds: [Double] = []
  /// The last confidences after each step but the last.
  private var recent: [RecentQuantile] = []
  /// What the images so far cost beyond the target, summed; of those that stay, what they are expected to cost.
  private var debt = 0.0
  /// What is expected of the images that stayed after each step but the last.
  private var waiting: [Expectations] = []

  /// - Parameters:
  ///   - target: mean Multiply-Adds per image to hold; 0: half of what all steps cost.
  ///   - window: how many images thresholds are taken from, and a debt is paid over.
  public init(madds target: Double, window: Int = 512) {
    self.target = target
    self.window = window
  }

  private static let meanMadds = Setting.number(
    "madds", default: 0, in: 0 ... .infinity,
    help: "mean Multiply-Adds per image to hold; 0: half of what all steps cost")
  private static let images = Setting.integer(
    "window", default: 512, in: 16...1_000_000, help: "images that thresholds are taken from")

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "rate",
    summary: "hold a mean cost by moving the confidence thresholds as the run goes",
    parameters: [meanMadds.setting, images.setting],
    make: { try RateExit(madds: $0[meanMadds], window: $0[images]) })

  public func started(madds: [Double]) throws -> any ExitRule {
    let (least, most) = (madds.first ?? 0, madds.last ?? 0)
    let held = target > 0 ? target : max(least, most / 2)
    guard held >= least, held <= most else {
      throw EpisodeError(
        "the exit rule 'rate' is to hold \(Self.text(target)) Multiply-Adds per image: an image costs this model"
          + " \(Self.text(least)) to \(Self.text(most))")
    }
    let rule = RateExit(madds: held, window: window)
    rule.madds = madds
    rule.recent = (1..<max(madds.count, 2)).map { _ in RecentQuantile(window) }
    rule.waiting = rule.recent.map { _ in Expectations() }
    return rule
  }

  public func decide(_ batch: StepBatch) throws -> [Bool] {
    let step = batch.step
    guard madds.indices.contains(step) else {
      throw EpisodeError("the exit rule 'rate' has not been started")
    }
    var leaves: [Bool] = []
    var plan = Plan(share: 0, costOfStaying: 0)
    for (position, confidence) in batch.confidence.enumerated() {
      if position % Self.together == 0 {
        plan = Plan(after: step, madds: madds, mean: target - debt / Double(window))
      }
      if step > 1 { debt -= waiting[step - 2].take() - target }
      recent[step - 1].insert(confidence)
      let leave = confidence >= recent[step - 1].upper(share: plan.share)
      leaves.append(leave)
      debt += (leave ? madds[step - 1] : plan.costOfStaying) - target
      if !leave { waiting[step - 1].add(plan.costOfStaying) }
    }
    return leaves
  }

  /// Images for which shares are worked out once.
  private static let together = 16

  /// What follows after a step from the shares of exits that make a mean cost.
  struct Plan {
    /// The share that leaves of the images that come as far.
    let share: Double
    /// What the others will have cost in the mean when they leave.
    let costOfStaying: Double

    init(share: Double, costOfStaying: Double) {
      self.share = share
      self.costOfStaying = costOfStaying
    }

    init(after step: Int, madds: [Double], mean: Double) {
      func shares(_ logRatio: Double) -> [Double] {
        let weights = madds.indices.map { exp(logRatio * Double(logRatio > 0 ? $0 - madds.count + 1 : $0)) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
      }
      func cost(_ shares: [Double]) -> Double { zip(shares, madds).reduce(0) { $0 + $1.0 * $1.1 } }
      var (low, high) = (-40.0, 40.0)
      if mean <= cost(shares(low)) {
        self.init(share: 1, costOfStaying: madds[step])
        return
      }
      if mean >= cost(shares(high)) {
        self.init(share: 0, costOfStaying: madds[madds.count - 1])
        return
      }
      for _ in 0..<50 {
        let middle = (low + high) / 2
        if cost(shares(middle)) < mean { low = middle } else { high = middle }
      }
      let due = shares(low)
      let later = due[step...].reduce(0, +)
      self.init(
        share: due[step - 1] / (due[step - 1] + later),
        costOfStaying: later > 0
          ? zip(due[step...], madds[step...]).reduce(0) { $0 + $1.0 * $1.1 } / later : madds[step])
    }
  }

  private static func text(_ madds: Double) -> String { String(format: "%.4g", madds) }
}

/// Costs that are expected of images, taken out one by one at their mean.
private struct Expectations {
  private var sum = 0.0
  private var count = 0

  mutating func add(_ cost: Double) {
    sum += cost
    count += 1
  }

  mutating func take() -> Double {
    guard count > 0 else { return 0 }
    let mean = sum / Double(count)
    count -= 1
    // What rounding left over does not stay for ever.
    sum = count > 0 ? sum - mean : 0
    return mean
  }
}

/// The last so many numbers, in the order of their size.
private struct RecentQuantile {
  private var ring: [Float] = []
  private var sorted: [Float] = []
  private var next = 0
  private let capacity: Int

  init(_ capacity: Int) { self.capacity = capacity }

  mutating func insert(_ value: Float) {
    if ring.count < capacity {
      ring.append(value)
    } else {
      sorted.remove(at: position(of: ring[next]))
      ring[next] = value
      next = (next + 1) % capacity
    }
    sorted.insert(value, at: position(of: value))
  }

  /// The first index that holds `value` or more.
  private func position(of value: Float) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The least number of the highest `share` of all; ∞ where that is none.
  func upper(share: Double) -> Float {
    let count = Int((share * Double(sorted.count)).rounded())
    return count == 0 ? .infinity : sorted[max(0, sorted.count - count)]
  }
}
