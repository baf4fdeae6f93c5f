import Tensor

/// The elements in row-major order under another shape, where memory is in another order.
struct ReshapeStep: PlanStep {
  let source, destination: Tensor
  var name: String { "reshape" }

  func run() throws { try Recording.paused { try source.reshaped(destination.shape) }.copy(to: destination) }
}
