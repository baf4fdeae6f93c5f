import Support
import Tensor

extension Plan {
  /// What one step of a plan costs.
  public struct StepProfile: Sendable {
    /// What the step does, such as `convolution 1×1 own`.
    public let name: String
    /// The least time that it took.
    public let milliseconds: Double
    /// The Multiply-Adds of a convolution or linear layer; 0 for what only moves or maps numbers.
    public let multiplyAdds: Int
  }

  /// The least time of each step over `runs` runs on `values`, which have the shapes of ``inputs``; in order.
  public func profile(_ values: [Tensor], runs: Int) throws -> [StepProfile] {
    var least = [Double](repeating: .infinity, count: steps.count)
    for _ in 0..<runs {
      // The inputs are set for each run, which uses their memory for other things.
      for (input, value) in zip(inputs, values) { try input.assign(value) }
      for (index, step) in steps.enumerated() {
        least[index] = min(least[index], try MonotonicClock.time { try step.run() })
      }
    }
    return zip(steps, least).map {
      StepProfile(name: $0.name, milliseconds: $1, multiplyAdds: $0.multiplyAdds)
    }
  }
}
