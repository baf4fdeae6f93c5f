import Tensor

/// An op without a lowering, which is evaluated as in training, its result copied to where the plan expects
/// it.
struct EagerStep: PlanStep {
  let op: any Op
  let arguments: [Tensor]
  let result: Tensor
  var name: String { "eager \(op.name)" }

  func run() throws { try op.evaluate(arguments).copy(to: result) }
}
