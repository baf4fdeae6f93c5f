/// What a checkpoint's pickle may name: makers of tensors and of plain containers, and nothing else.
///
/// A pickle is a program; the names here are all that it can call. Each is interpreted, none is looked up in a library.
enum PickleGlobal: Equatable {
  /// `torch.FloatStorage` and the like; `nil` is untyped bytes.
  case storage(SafetensorsType?)
  case rebuildTensor
  case rebuildTensorWithType
  case rebuildParameter
  /// `torch.Size`: a tuple.
  case size
  case orderedDictionary
  case set
  /// `_codecs.encode`: how Python 3 writes bytes in protocol 2.
  case encode
  case numpyType
  case numpyScalar
  case numpyArray
  case numpyReconstruct
  case numpyFromBuffer
  /// A `torch.dtype`, kept as its name.
  case torchType(SafetensorsType, name: String)
  /// `torch.device`, kept as its name.
  case device

  /// The meaning of `module.name`; nil when it is not allowed.
  init?(module: String, name: String) {
    switch module {
    case "torch", "torch.cuda", "torch.storage":
      if let type = Self.storages[name] {
        self = .storage(type)
      } else if name == "UntypedStorage" {
        self = .storage(nil)
      } else if let type = Self.types[name], module == "torch" {
        self = .torchType(type, name: name)
      } else if name == "Size", module == "torch" {
        self = .size
      } else if name == "device", module == "torch" {
        self = .device
      } else {
        return nil
      }
    default:
      guard let known = Self.table[module + "." + name] else { return nil }
      self = known
    }
  }

  private static let storages: [String: SafetensorsType] = [
    "DoubleStorage": .f64, "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16,
    "LongStorage": .i64, "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8, "ByteStorage": .u8,
    "BoolStorage": .bool,
  ]

  private static let types: [String: SafetensorsType] = [
    "float64": .f64, "float32": .f32, "float16": .f16, "bfloat16": .bf16, "int64": .i64, "int32": .i32,
    "int16": .i16, "int8": .i8, "uint64": .u64, "uint32": .u32, "uint16": .u16, "uint8": .u8, "bool": .bool,
  ]

  private static let table: [String: PickleGlobal] = [
    "torch._utils._rebuild_tensor": .rebuildTensor,
    "torch._utils._rebuild_tensor_v2": .rebuildTensor,
    "torch._utils._rebuild_tensor_v3": .rebuildTensorWithType,
    "torch._utils._rebuild_parameter": .rebuildParameter,
    "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
    "collections.OrderedDict": .orderedDictionary,
    "builtins.set": .set, "__builtin__.set": .set,
    "builtins.frozenset": .set, "__builtin__.frozenset": .set,
    "_codecs.encode": .encode,
    "numpy.dtype": .numpyType,
    "numpy.ndarray": .numpyArray,
    "numpy.core.multiarray.scalar": .numpyScalar, "numpy._core.multiarray.scalar": .numpyScalar,
    "numpy.core.multiarray._reconstruct": .numpyReconstruct,
    "numpy._core.multiarray._reconstruct": .numpyReconstruct,
    "numpy.core.numeric._frombuffer": .numpyFromBuffer, "numpy._core.numeric._frombuffer": .numpyFromBuffer,
  ]

  /// The element type that NumPy writes as `f8`, `i4`, …
  static func numpyElement(_ name: String) -> SafetensorsType? {
    switch name {
    case "f8": .f64
    case "f4": .f32
    case "f2": .f16
    case "i8": .i64
    case "i4": .i32
    case "i2": .i16
    case "i1": .i8
    case "u8": .u64
    case "u4": .u32
    case "u2": .u16
    case "u1": .u8
    case "b1": .bool
    default: nil
    }
  }
}
