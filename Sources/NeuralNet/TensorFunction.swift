import Tensor

/// A part of a network as a function of batches: the first axis of every tensor is the batch.
///
/// This is the seam between networks and what runs them: whoever has a faster way to compute one hands back another
/// function of the same meaning.
public typealias TensorFunction = ([Tensor]) throws -> [Tensor]
