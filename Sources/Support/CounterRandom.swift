import Foundation

/// Random numbers that are a pure function of (seed, stream, index).
///
/// No state advances, so results do not depend on the order or the number of threads that draw them. The
/// mixing function is SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014), applied to a Weyl sequence.
public struct CounterRandom: Sendable, Hashable {
  private let key: UInt64

  /// What tells this family from others.
  public var identity: UInt64 { key }

  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - stream: what the numbers are for, such as `"dropout.3.17"`; different names never share numbers.
  public init(seed: UInt64, stream: String) {
    key = mix64(fnv1a64(stream.utf8) ^ mix64(seed &+ weylIncrement))
  }

  private init(key: UInt64) { self.key = key }

  /// An independent family of numbers under this one, as for one epoch or one step.
  public func child(_ index: Int) -> CounterRandom {
    CounterRandom(key: mix64(key ^ mix64(UInt64(bitPattern: Int64(index)) &+ 0x5851_F42D_4C95_7F2D)))
  }

  /// 64 random bits.
  public func bits(_ index: Int) -> UInt64 {
    mix64(key &+ (UInt64(bitPattern: Int64(index)) &+ 1) &* weylIncrement)
  }

  /// Uniform in [0, 1), a multiple of 2⁻²⁴.
  public func uniform(_ index: Int) -> Float { Float(bits(index) >> 40) * 0x1p-24 }

  /// Uniform in 0..<`bound` (`bound` > 0), without modulo bias beyond 2⁻⁶⁴.
  public func integer(_ index: Int, below bound: Int) -> Int {
    Int(bits(index).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Uniform in `range`, which may hold all whole numbers; as ``integer(_:below:)`` from the lower end.
  public func integer(_ index: Int, in range: ClosedRange<Int>) -> Int {
    let span = UInt64(bitPattern: Int64(range.upperBound)) &- UInt64(bitPattern: Int64(range.lowerBound))
    let word = bits(index)
    // Of all numbers there are 2⁶⁴, which no bound can say.
    let offset = span == UInt64.max ? word : word.multipliedFullWidth(by: span + 1).high
    return range.lowerBound &+ Int(truncatingIfNeeded: offset)
  }

  /// Standard normal (Box–Muller on the two halves of one 64-bit draw).
  public func normal(_ index: Int) -> Float {
    let word = bits(index)
    let u = (Double(word >> 32) + 1) * 0x1p-32
    let v = Double(word & 0xFFFF_FFFF) * 0x1p-32
    return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
  }

  /// The numbers 0..<count in random order (Fisher–Yates).
  /// - Throws: ``Interrupted``, ``MemoryRefused``.
  public func permutation(_ count: Int) throws -> [Int] {
    try MemoryBudget.shared.require(count * MemoryLayout<Int>.stride)
    var order = Array(0..<count)
    var i = count - 1
    while i > 0 {
      if i % (1 << 16) == 0 { try Cancellation.check() }
      order.swapAt(i, integer(i, below: i + 1))
      i -= 1
    }
    return order
  }
}

/// The formula that data sets and reference traces are computed from: u(name, i) in [−1, 1).
///
/// h = FNV-1a 64 of the name; z = SplitMix64's finaliser of h + (i+1)·0x9E3779B97F4A7C15;
/// u = (z ≫ 40)/2²³ − 1, exact in `Float`.
public struct FormulaSequence: Sendable {
  private let hash: UInt64

  /// The sequence of that name.
  public init(_ name: String) { hash = fnv1a64(name.utf8) }

  /// u(name, i).
  public func u(_ index: Int) -> Float { Float(word(index)) * 0x1p-23 - 1 }

  /// draw(d, n) = ⌊r·n⌋ with r = (u(name, d) + 1)/2 in double precision.
  public func draw(_ index: Int, _ count: Int) -> Int { Int(Double(word(index)) * 0x1p-24 * Double(count)) }

  private func word(_ index: Int) -> UInt64 { mix64(hash &+ UInt64(index + 1) &* weylIncrement) >> 40 }
}

private let weylIncrement: UInt64 = 0x9E37_79B9_7F4A_7C15

/// FNV-1a, 64 bits.
@inline(__always)
private func fnv1a64(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}

@inline(__always)
private func mix64(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
