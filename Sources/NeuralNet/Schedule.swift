import Foundation

/// How the learning rate of a step follows from the progress of the training, as a factor of the base rate.
public enum Schedule: String, Sendable, CaseIterable {
  /// The base rate throughout.
  case constant
  /// ½(1 + cos πt), which falls from the base rate to zero.
  case cosine
  /// A cosine rise over the first 30 %, then a cosine fall to zero (Smith and Topin 2018, without the
  /// momentum cycle).
  case oneCycle = "one-cycle"

  /// The factor of the base rate when the share `progress` of the training is finished, in [0, 1].
  public func factor(_ progress: Double) -> Float {
    let t = min(max(progress, 0), 1)
    switch self {
    case .constant: return 1
    case .cosine: return Float(0.5 * (1 + cos(.pi * t)))
    case .oneCycle:
      let peak = 0.3
      let start = 0.04
      if t < peak { return Float(start + (1 - start) * 0.5 * (1 - cos(.pi * t / peak))) }
      return Float(0.5 * (1 + cos(.pi * (t - peak) / (1 - peak))))
    }
  }
}

/// A schedule over a number of steps: a linear warm-up, then a course from the base rate to its least share.
public struct StepSchedule: Sendable {
  /// How the factor goes on after the warm-up.
  public enum Course: Sendable {
    /// As a ``Schedule`` of the share that is done.
    case named(Schedule)
    /// In a straight line from 1 to 0.
    case linear
    /// Times `factor` after every so many steps.
    case stairs(every: Int, factor: Double)
  }

  private let course: Course
  private let steps: Int
  private let warmup: Int
  private let least: Double

  /// - Parameters:
  ///   - steps: the number of steps in all.
  ///   - warmup: the first steps, in which the factor rises to 1 in a straight line.
  ///   - least: what the course ends at, instead of 0.
  public init(_ course: Course, steps: Int, warmup: Int = 0, least: Double = 0) {
    self.course = course
    self.steps = max(steps, 1)
    self.warmup = min(max(warmup, 0), self.steps)
    self.least = least
  }

  /// The factor of the base rate at a step, which are counted from 0.
  public func factor(_ step: Int) -> Double {
    let step = max(step, 0)
    if step < warmup { return Double(step + 1) / Double(warmup) }
    let done = step - warmup
    let progress = min(Double(done) / Double(max(steps - warmup, 1)), 1)
    switch course {
    case .named(let schedule):
      let factor = Double(schedule.factor(progress))
      return least == 0 ? factor : least + (1 - least) * factor
    case .linear: return least + (1 - least) * (1 - progress)
    case .stairs(let every, let factor): return max(pow(factor, Double(done / max(every, 1))), least)
    }
  }
}
