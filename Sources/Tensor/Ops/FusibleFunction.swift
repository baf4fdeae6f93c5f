import OneDNN

/// An element-wise function that inference plans apply to the result of a layer before it is stored.
///
/// oneDNN does so in its primitives, and kernels of our own in loops over their sums. Where both round
/// otherwise than the op does, the function says why.
public protocol FusibleFunction: Sendable {
  /// The function in the words of oneDNN.
  var fused: PostFunction { get }
  /// Replaces each of `count` numbers by what the function makes of it.
  func apply(to x: UnsafeMutablePointer<Float>, count: Int)
}

// It is a requirement's default rather than a helper: each function then has its own compiled loop.
extension FusibleFunction where Self: ElementFunction {
  func apply(to x: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { x[i] = value(x[i]) }
  }
}
