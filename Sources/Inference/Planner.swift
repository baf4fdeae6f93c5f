import Compute
import NeuralNet

/// Makes planned versions of the parts of a network; they share packed weights and working memory.
///
/// A planner belongs to one thread, as tensors do.
public final class Planner {
  /// How the plans store and multiply numbers.
  public let precision: Precision
  let weights = WeightStore()
  let workspace = Workspace()

  /// Starts without weights or plans.
  ///
  /// - Throws: ``InferenceError`` where this processor gains nothing from `precision`.
  public init(_ precision: Precision = .float32) throws {
    if precision == .bfloat16, !ElementType.hasFastBFloat16 {
      throw InferenceError(
        "precision bf16 is no faster than f32 here: the processor has neither AMX nor AVX-512 BF16")
    }
    self.precision = precision
  }

  /// The bytes of packed weights.
  public var weightBytes: Int { weights.bytes }

  /// The bytes in which the plans run, shared by all of them: activations and the library's working memory.
  public var workspaceBytes: Int { workspace.bytes }

  /// `network` run through plans, which are made when a batch size or shape first occurs.
  public func planned(_ network: @escaping TensorFunction) -> PlannedFunction {
    PlannedFunction(self, network)
  }
}
