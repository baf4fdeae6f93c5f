import CDNNL
import Support

/// A oneDNN call that failed.
public struct OneDNNError: LineError {
  /// The call, or the layer that was being built.
  public let call: String
  /// What the library answered.
  public let reason: String

  public var description: String { "oneDNN: \(call) failed: \(reason)" }
}

/// The one gate that every oneDNN call passes.
@inline(__always)
func check(_ status: dnnl_status_t, _ call: @autoclosure () -> String) throws {
  if status == dnnl_success { return }
  throw OneDNNError(call: call(), reason: describe(status))
}

private func describe(_ status: dnnl_status_t) -> String {
  switch status {
  case dnnl_out_of_memory: "out of memory"
  case dnnl_invalid_arguments: "invalid arguments"
  case dnnl_unimplemented: "not implemented for these sizes"
  case dnnl_runtime_error: "runtime error"
  case dnnl_not_required: "not required"
  default: "status \(status.rawValue)"
  }
}
