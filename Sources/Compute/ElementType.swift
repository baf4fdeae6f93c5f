/// How the numbers of an array are stored; sums are always taken in float32.
public enum ElementType: Hashable, Sendable {
  case float32
  /// The upper half of a float32: its range with 8 bits of precision.
  case bfloat16

  /// Bytes of one number.
  public var bytes: Int { self == .float32 ? 4 : 2 }
}
