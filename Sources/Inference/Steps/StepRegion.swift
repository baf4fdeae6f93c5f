import Compute

/// Consecutive steps that the threads of the team do together, without being sent away and called back for
/// each.
///
/// A thread goes on to its share of the next step at once where that needs nothing from the others' shares,
/// and waits for them where it does.
struct StepRegion {
  private let steps: [(step: any SharedStep, waits: Bool)]

  init(_ steps: [any SharedStep]) {
    /// The memory that was used since all threads last waited.
    var open: [MemoryUse] = []
    self.steps = steps.map { step in
      let uses = step.uses
      let waits = uses.contains { use in open.contains { $0.conflicts(with: use) } }
      if waits { open = [] }
      open += uses
      return (step, waits)
    }
  }

  func run() {
    ThreadTeam.together { index, count in
      for (step, waits) in steps {
        if waits { ThreadTeam.waitForAll() }
        let parts = step.parts
        step.run(parts * index / count..<parts * (index + 1) / count)
      }
    }
  }

  /// `steps` in order, those that can be shared put together.
  static func grouped(_ steps: [any PlanStep]) -> [any PlanStep] {
    var result: [any PlanStep] = []
    var shared: [any SharedStep] = []
    func close() {
      let isWorthTheTeam = shared.contains { $0.parts >= 2 * $0.grain }
      if shared.count > 1, isWorthTheTeam {
        result.append(RegionStep(region: StepRegion(shared)))
      } else {
        result += shared
      }
      shared = []
    }
    for step in steps {
      if let step = step as? any SharedStep {
        shared.append(step)
      } else {
        close()
        result.append(step)
      }
    }
    close()
    return result
  }
}

/// A region as one of the steps that a plan runs.
private struct RegionStep: PlanStep {
  let region: StepRegion
  var name: String { "region" }
  func run() throws { region.run() }
}
