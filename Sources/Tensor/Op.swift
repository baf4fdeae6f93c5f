import Compute
import Support

/// One differentiable operation: everything the project knows about it, in one value.
///
/// The tape of a training step and the traced graph of a network are lists of these; ``apply(_:_:)``
/// evaluates one.
public protocol Op {
  /// The name in traces, tables and errors.
  var name: String { get }

  /// The shape of the result.
  ///
  /// - Throws: ``TensorError`` where the inputs do not fit.
  func outputShape(_ inputs: [Shape]) throws -> Shape

  /// Whether the op is about elements of any type; all others get float32 numbers.
  var takesAnyType: Bool { get }

  /// Multiply-Adds of one evaluation, as the field counts them: convolutions and linear layers only.
  func multiplyAdds(_ inputs: [Shape]) -> Int

  /// Computes the result. Inputs have passed ``outputShape(_:)``; `saved` takes what the gradient needs.
  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor

  /// Gradients with respect to the inputs; entries whose `needs` is false may be nil.
  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?]

  /// What inference plans may do instead of calling ``forward(_:_:)``; nil where nothing is known.
  func lowering(_ inputs: [Shape]) -> Lowering?
}

extension Op {
  /// No: most ops compute with float32 numbers.
  public var takesAnyType: Bool { false }
  /// Nothing, as for most ops.
  public func multiplyAdds(_ inputs: [Shape]) -> Int { 0 }
  /// Nothing is known.
  public func lowering(_ inputs: [Shape]) -> Lowering? { nil }
}

/// What a forward evaluation leaves for its gradient.
public struct Saved {
  /// False when no gradient will be asked for: saving is then wasted memory.
  public let isRecording: Bool
  /// The tensors that are kept, in an order that the op chooses.
  public var tensors: [Tensor] = []
  /// Shapes, for gradients that need no more of an input: a kept tensor would hold its memory.
  public var shapes: [Shape] = []
  /// What a kernel has left for its gradient.
  public var buffers: [AlignedBuffer] = []

  init(isRecording: Bool) { self.isRecording = isRecording }

  /// Keeps `tensors` for the gradient, without their history.
  public mutating func keep(_ tensors: Tensor...) {
    if isRecording { self.tensors = tensors.map(\.detached) }
  }
}

/// Evaluates `op`, by the recorder that listens on this thread if one does.
///
/// - Throws: ``TensorError`` where the inputs do not fit; `Interrupted`; what refuses memory.
public func apply(_ op: some Op, _ inputs: [Tensor]) throws -> Tensor {
  // A network of seconds per evaluation is left within one op.
  try Cancellation.check()
  // The one place where types are looked at: whole numbers are never read as if they were floating-point ones.
  let inputs = op.takesAnyType ? inputs : try inputs.asFloats()
  let shape = try op.outputShape(inputs.map(\.shape))
  try shape.validated(for: op.name)
  if let recorder = Recording.current { return try recorder.evaluate(op, inputs, shape: shape) }
  var saved = Saved(isRecording: false)
  return try op.finished(inputs, shape, &saved)
}

/// An op whose result shares the memory of its one input.
protocol ViewOp: Op {
  /// The shape of the result.
  ///
  /// - Throws: ``TensorError`` where the input does not fit.
  func shape(of input: Shape) throws -> Shape

  /// The view of `x`, which has `shape`.
  func view(_ x: Tensor, _ shape: Shape) throws -> Tensor
}

extension ViewOp {
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape { try shape(of: inputs[0]) }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    return try view(inputs[0], shape(of: inputs[0].shape))
  }
}

extension Tensor {
  /// What `op` makes of this tensor.
  func viewed(_ op: some ViewOp) throws -> Tensor {
    // Where nobody listens there is nothing to compute, and a view costs what its shape does.
    guard Recording.isOff else { return try apply(op, [self]) }
    let shape = try op.shape(of: shape)
    try shape.validated(for: op.name)
    return try op.view(self, shape).withoutHistory
  }

  /// A result outside any recorder; throws where a stop has left it unfinished.
  func whole() throws -> Tensor {
    try Cancellation.check()
    return withoutHistory
  }
}

extension [Tensor] {
  /// The tensors with float32 elements; the list itself where all have.
  fileprivate func asFloats() throws -> [Tensor] {
    allSatisfy { $0.dtype == .float32 } ? self : try map { try $0.converted(to: .float32) }
  }
}

extension Op {
  /// Computes the result outside any recorder, for hosts that run traced ops one by one.
  public func evaluate(_ inputs: [Tensor]) throws -> Tensor {
    var saved = Saved(isRecording: false)
    return try Recording.paused { try forward(inputs, &saved) }
  }

  /// What ``forward(_:_:)`` computes, as a constant; throws where a stop has left it unfinished.
  func finished(_ inputs: [Tensor], _ shape: Shape, _ saved: inout Saved) throws -> Tensor {
    var result = try forward(inputs, &saved)
    // Long loops are left when a stop was asked for: nobody may see what they did not finish.
    try Cancellation.check()
    assert(result.shape == shape, "\(name): outputShape says \(shape), forward gave \(result.shape)")
    result.tracking = nil
    return result
  }
}
