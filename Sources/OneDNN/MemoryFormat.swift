import CDNNL
import Compute

/// Where the elements of an array of given sizes lie.
public struct MemoryFormat: Hashable, Sendable {
  /// Logical sizes, in oneDNN's order (N, C, H, W for activations; [G,] O, I, H, W for weights).
  public let sizes: [Int]
  /// Elements between neighbours along each axis; nil lets the primitive choose.
  public let strides: [Int]?

  public init(sizes: [Int], strides: [Int]?) {
    self.sizes = sizes
    self.strides = strides
  }

  /// A row-major array.
  public static func dense(_ sizes: [Int]) -> MemoryFormat {
    var strides = [Int](repeating: 1, count: sizes.count)
    for axis in sizes.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * max(sizes[axis + 1], 1)
    }
    return MemoryFormat(sizes: sizes, strides: strides)
  }

  /// An array of N×C×H×W with the channels innermost.
  public static func channelsLast(_ n: Int, _ c: Int, _ h: Int, _ w: Int) -> MemoryFormat {
    MemoryFormat(sizes: [n, c, h, w], strides: [h * w * c, 1, w * c, c])
  }

  /// An array as tensors have it: channels-last for four sizes, row-major for others.
  public static func canonical(_ sizes: [Int]) -> MemoryFormat {
    sizes.count == 4 ? channelsLast(sizes[0], sizes[1], sizes[2], sizes[3]) : dense(sizes)
  }

  /// An array whose arrangement the primitive picks.
  public static func chosen(_ sizes: [Int]) -> MemoryFormat { MemoryFormat(sizes: sizes, strides: nil) }

  func descriptor(_ type: ElementType = .float32) throws -> dnnl_memory_desc_t {
    var descriptor = dnnl_memory_desc_t()
    let dims = sizes.map(Int64.init)
    if let strides {
      let steps = strides.map(Int64.init)
      try check(
        dnnl_memory_desc_init_by_strides(&descriptor, Int32(dims.count), dims, type.code, steps),
        "describing an array of sizes \(sizes)")
    } else {
      try check(
        dnnl_memory_desc_init_by_tag(&descriptor, Int32(dims.count), dims, type.code, dnnl_format_tag_any),
        "describing an array of sizes \(sizes)")
    }
    return descriptor
  }
}
