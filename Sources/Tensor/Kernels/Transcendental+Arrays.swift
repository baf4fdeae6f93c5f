extension Transcendental {
  /// 1 / (1 + e⁻ˣ) of each of `count` numbers, in place.
  package static func applySigmoid(_ x: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { x[i] = sigmoid(x[i]) }
  }

  package static func applyTanh(_ x: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { x[i] = tanh(x[i]) }
  }
}
