import CDNNL
import Compute

/// The library itself.
public enum OneDNNLibrary {
  /// The version of the library that is loaded, such as `2.6.3`.
  public static var version: String {
    let version = dnnl_version().pointee
    return "\(version.major).\(version.minor).\(version.patch)"
  }
}

extension ElementType {
  var code: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }

  /// True where this processor multiplies bfloat16 in hardware, so that it gains over float32.
  public static var hasFastBFloat16: Bool {
    // The codes are bit sets: every later instruction set includes the earlier ones.
    let needed = dnnl_cpu_isa_avx512_core_bf16.rawValue
    return dnnl_get_effective_cpu_isa().rawValue & needed == needed
  }

  /// True where it has tiles for that (AMX), which no loop over vectors keeps up with.
  public static var hasBFloat16Tiles: Bool {
    let needed = dnnl_cpu_isa_avx512_core_amx.rawValue
    return dnnl_get_effective_cpu_isa().rawValue & needed == needed
  }
}
