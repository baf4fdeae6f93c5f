import Support
import Tensor

/// Whoever owns the record of items that go through an episode, and takes groups of them from step to step.
protocol StepTaker: AnyObject {
  var record: EpisodeRecord { get set }
  var times: StreamTimes { get }
  var stepper: EpisodeStepper { get }
  var rule: any ExitRule { get }
  var clock: Deadline.Clock { get }
}

extension StepTaker {
  /// Runs a step for a group that has begun, and enters what the network says; what becomes of the group is open.
  func take(_ step: Int, _ group: EpisodeGroup) throws -> EpisodeStep {
    let start = clock()
    let outcome = try stepper.run(step, group, record)
    try stepper.enter(outcome, step, group, into: &record)
    let now = clock()
    return EpisodeStep(
      step, isLast: step == record.steps, group, by: stepper, rule: rule, probe: stepper.probe,
      seconds: now - start
    ) { [weak self] in
      guard let self else { throw EpisodeError("the step is over: keep its values, not the step") }
      return try StepBatch(
        record: record, step: step, rows: group.rows, elapsed: group.rows.map { times.elapsed($0, at: now) },
        critic: { [stepper] in try stepper.proposal(group).values })
    }
  }
}
