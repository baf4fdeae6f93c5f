import OneDNN
import Tensor

/// What becomes of the sums of a layer before they are stored; a layer has a list of these, in order.
enum Finish {
  case function(any FusibleFunction)
  /// Adds what the destination held before.
  case addDestination

  /// The same for a primitive of oneDNN.
  var postOperation: PostOperation {
    switch self {
    case .function(let function): .function(function.fused)
    case .addDestination: .addDestination
    }
  }

  /// The function; nil where it is none.
  var asFunction: (any FusibleFunction)? {
    if case .function(let function) = self { function } else { nil }
  }

  var isAddition: Bool {
    if case .addDestination = self { true } else { false }
  }
}
