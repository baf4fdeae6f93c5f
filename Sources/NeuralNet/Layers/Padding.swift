/// Zeros around the input of a convolution.
public enum Padding: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// This number of zeros on each side.
  case pixels(Int)
  /// ((s−1) + (k−1))/2 on each side, as the paper's encoders do: stride 1 keeps the size.
  case symmetric
  /// TensorFlow's "same": the result has ⌈size/stride⌉ pixels, and an odd zero goes after the image.
  case same

  public init(integerLiteral pixels: Int) { self = .pixels(pixels) }
}
