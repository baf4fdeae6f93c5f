import Support
import Tensor

extension Plan {
  /// What one step of a plan costs.
  public struct StepProfile: Sendable {
    public let name: String
    public let milliseconds: Double
    /// Of convolutions and linear layers; 0 for what only moves or maps numbers.
    public let multiplyAdds: Int
  }

  /// The least time of each step over `runs` runs on `values`, in order.
  public func profile(_ values: [Tensor], runs: Int) throws -> [StepProfile] {
    var least = [Double](repeating: .infinity, count: steps.count)
    for _ in 0..<runs {
      // Their memory is used for other things during a run.
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
