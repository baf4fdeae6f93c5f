import CDNNL

/// How the numbers of an array are stored; sums are always taken in float32.
public enum ElementType: Hashable, Sendable {
  case float32
  /// The upper half of a float32: its range with 8 bits of precision.
  case bfloat16

  /// Bytes of one number.
  public var bytes: Int { self == .float32 ? 4 : 2 }

  var code: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }

  /// True where this processor multiplies bfloat16 in hardware, so that it gains over float32.
  public static var hasFastBFloat16: Bool {
    // The codes are bit sets: every later instruction set includes the earlier ones.
    let needed = dnnl_cpu_isa_avx512_core_bf16.rawValue
    return dnnl_get_effective_cpu_isa().rawValue & needed == needed
  }
}
