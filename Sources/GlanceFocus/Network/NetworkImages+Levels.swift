import Compute
import Support
import Tensor

// Which numbers are 8-bit levels.
extension NetworkImages {
  /// The levels that a tensor was made of, for as long as nobody writes to it.
  final class Levels {
    let pixels: [UInt8]
    private let shape: Shape
    private let strides: [Int]

    init(_ pixels: [UInt8], _ tensor: Tensor) {
      self.pixels = pixels
      (shape, strides) = (tensor.shape, tensor.strides)
    }

    /// Those of `tensor`; nil where it was made otherwise, or is a part or another arrangement of what was.
    static func origin(of tensor: Tensor) -> Levels? {
      guard let levels = tensor.storage.origin as? Levels, tensor.offset == 0, tensor.shape == levels.shape,
        tensor.strides == levels.strides
      else { return nil }
      return levels
    }
  }

  /// N × H × W × C levels where every number is one of 0/255, 1/255, …, 1; else nil.
  static func levels(of tensor: Tensor) throws -> [UInt8]? {
    let values = try Recording.paused {
      try tensor.detached.converted(to: .float32).permuted([0, 2, 3, 1]).rowMajor()
    }
    let (source, count, block) = (values.pointer, values.count, 1 << 14)
    // Most images that are none show it at once.
    guard (0..<min(count, 64)).allSatisfy({ isLevel(source[$0]) }) else { return nil }
    try MemoryBudget.shared.require(count)
    var isExact = [Bool](repeating: true, count: (count + block - 1) / block)
    let levels = [UInt8](unsafeUninitializedCapacity: count) { levels, filled in
      let target = levels.baseAddress
      isExact.withUnsafeMutableBufferPointer { isExact in
        ThreadTeam.parallel(isExact.count, grain: 1) { range in
          guard let target else { return }
          for part in range {
            var strays: UInt32 = 0
            for i in part * block..<min(count, (part + 1) * block) {
              let shifted = shiftedLevel(source[i])
              target[i] = UInt8(truncatingIfNeeded: shifted.bitPattern)
              strays |= (shifted - shift) / 255 == source[i] ? 0 : 1
            }
            isExact[part] = strays == 0
          }
        }
      }
      filled = count
    }
    try Cancellation.check()
    return isExact.allSatisfy(\.self) ? levels : nil
  }

  /// Numbers of this size have no fractions: adding it rounds, and leaves the whole number in the lowest bits. Unlike
  /// `rounded()` and conversions, which call functions and check ranges, that is done for several numbers at once.
  private static let shift: Float = 0x1.8p23

  /// The nearest level, 0 to 255, and ``shift``; of NaN level 0.
  @inline(__always)
  private static func shiftedLevel(_ value: Float) -> Float {
    let scaled = value * 255
    return (scaled > 0 ? min(scaled, 255) : 0) + shift
  }

  private static func isLevel(_ value: Float) -> Bool { (shiftedLevel(value) - shift) / 255 == value }
}
