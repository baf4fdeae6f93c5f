/// What a name in a checkpoint's pickle means.
///
/// A pickle is a program that calls by name. The names here are interpreted; every other one is ``foreign``:
/// a word that is kept and shown. None is ever looked up in a library, so that calling one can do nothing but
/// make a value.
enum PickleGlobal: Equatable {
  /// `torch.FloatStorage` and the like.
  case storage(StorageElement)
  case rebuildTensor
  case rebuildTensorWithType
  case rebuildParameter
  /// `torch._tensor._rebuild_from_type_v2`, which makes a subclass of a tensor.
  case rebuildFromType
  /// Makes a tensor that was on a device without a storage of PyTorch's.
  case rebuildFromNumpy
  /// Makes an array of a kind that is not read, such as a sparse or a quantized one.
  case rebuildUnread(String)
  /// `torch.Size`, which is a tuple.
  case size
  /// `collections.OrderedDict`.
  case orderedDictionary
  /// `collections.defaultdict`, whose argument makes missing values.
  case defaultDictionary
  case set
  /// `_codecs.encode`, by which Python 3 writes bytes in protocol 2.
  case encode
  case byteArray
  /// The classes of `pathlib`, whose arguments are the parts of a path.
  case path
  /// Makes an object of the class that is its first argument.
  case reconstruct
  /// `getattr`, by which protocols before 4 name a class inside a class.
  case attribute
  case numpyType
  case numpyScalar
  case numpyArray
  case numpyReconstruct
  case numpyFromBuffer
  /// A `torch.dtype`, kept as its name; the type is nil where it is not read.
  case torchType(StoredType?, name: String)
  /// `torch.device`, kept as its name.
  case device
  /// Any other class or function; calling it makes an inert value that shows its name.
  case foreign

  init(module: String, name: String) {
    switch module {
    case "torch", "torch.cuda", "torch.storage":
      if let element = StorageElement.named(name) {
        self = .storage(element)
      } else if module == "torch", let type = Self.types[name] {
        self = .torchType(type, name: name)
      } else if module == "torch", Self.unreadTypes.contains(name) || name.hasPrefix("float8_") {
        self = .torchType(nil, name: name)
      } else if module == "torch", name == "Size" {
        self = .size
      } else if module == "torch", name == "device" {
        self = .device
      } else {
        self = .foreign
      }
    default:
      self = Self.table[module + "." + name] ?? .foreign
    }
  }

  private static let types: [String: StoredType] = [
    "float64": .f64, "float32": .f32, "float16": .f16, "bfloat16": .bf16, "int64": .i64, "int32": .i32,
    "int16": .i16, "int8": .i8, "uint64": .u64, "uint32": .u32, "uint16": .u16, "uint8": .u8, "bool": .bool,
  ]

  private static let unreadTypes: Set<String> = [
    "complex32", "complex64", "complex128", "quint8", "qint8", "qint32", "quint4x2", "quint2x4",
    "float4_e2m1fn_x2", "bits8", "bits16",
  ]

  private static let table: [String: PickleGlobal] = [
    "torch._utils._rebuild_tensor": .rebuildTensor,
    "torch._utils._rebuild_tensor_v2": .rebuildTensor,
    "torch._utils._rebuild_tensor_v3": .rebuildTensorWithType,
    "torch._utils._rebuild_parameter": .rebuildParameter,
    "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
    "torch._tensor._rebuild_from_type": .rebuildFromType,
    "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
    "torch._utils._rebuild_device_tensor_from_numpy": .rebuildFromNumpy,
    "torch._utils._rebuild_xla_tensor": .rebuildFromNumpy,
    "torch._utils._rebuild_qtensor": .rebuildUnread("quantized"),
    "torch._utils._rebuild_sparse_tensor": .rebuildUnread("sparse"),
    "torch._utils._rebuild_sparse_csr_tensor": .rebuildUnread("sparse"),
    "torch._utils._rebuild_nested_tensor": .rebuildUnread("nested"),
    "torch._utils._rebuild_meta_tensor_no_storage": .rebuildUnread("without values (of the meta device)"),
    "torch._utils._rebuild_wrapper_subclass": .rebuildUnread("distributed"),
    "collections.OrderedDict": .orderedDictionary,
    "collections.Counter": .orderedDictionary,
    "collections.defaultdict": .defaultDictionary,
    "builtins.dict": .orderedDictionary, "__builtin__.dict": .orderedDictionary,
    "builtins.set": .set, "__builtin__.set": .set,
    "builtins.frozenset": .set, "__builtin__.frozenset": .set,
    "builtins.bytearray": .byteArray, "__builtin__.bytearray": .byteArray,
    "_codecs.encode": .encode,
    "pathlib.PosixPath": .path, "pathlib.WindowsPath": .path, "pathlib.Path": .path,
    "pathlib.PurePosixPath": .path, "pathlib.PureWindowsPath": .path, "pathlib.PurePath": .path,
    "pathlib._local.PosixPath": .path, "pathlib._local.WindowsPath": .path,
    "copyreg._reconstructor": .reconstruct, "copy_reg._reconstructor": .reconstruct,
    "copyreg.__newobj__": .reconstruct, "copy_reg.__newobj__": .reconstruct,
    "copyreg.__newobj_ex__": .reconstruct,
    "builtins.getattr": .attribute, "__builtin__.getattr": .attribute,
    "numpy.dtype": .numpyType,
    "numpy.ndarray": .numpyArray,
    "numpy.core.multiarray.scalar": .numpyScalar, "numpy._core.multiarray.scalar": .numpyScalar,
    "numpy.core.multiarray._reconstruct": .numpyReconstruct,
    "numpy._core.multiarray._reconstruct": .numpyReconstruct,
    "numpy.core.numeric._frombuffer": .numpyFromBuffer, "numpy._core.numeric._frombuffer": .numpyFromBuffer,
  ]

  /// The element type that NumPy writes as `f8`, `i4`, …
  static func numpyElement(_ name: String) -> StoredType? {
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

/// What the elements of a storage are.
enum StorageElement: Equatable {
  case type(StoredType)
  /// `torch.UntypedStorage`.
  case byte
  /// A type whose values are not read.
  case unread(name: String, size: Int)

  /// The bytes of an element.
  var size: Int {
    switch self {
    case .type(let type): type.size
    case .byte: 1
    case .unread(_, let size): size
    }
  }

  /// The element of the class `torch.NAME`; nil where that is no storage.
  static func named(_ name: String) -> StorageElement? {
    if name == "UntypedStorage" { return .byte }
    return table[name]
  }

  private static let table: [String: StorageElement] = [
    "DoubleStorage": .type(.f64), "FloatStorage": .type(.f32), "HalfStorage": .type(.f16),
    "BFloat16Storage": .type(.bf16), "LongStorage": .type(.i64), "IntStorage": .type(.i32),
    "ShortStorage": .type(.i16), "CharStorage": .type(.i8), "ByteStorage": .type(.u8),
    "BoolStorage": .type(.bool),
    "ComplexFloatStorage": .unread(name: "complex64", size: 8),
    "ComplexDoubleStorage": .unread(name: "complex128", size: 16),
    "ComplexHalfStorage": .unread(name: "complex32", size: 4),
    "QUInt8Storage": .unread(name: "quint8", size: 1), "QInt8Storage": .unread(name: "qint8", size: 1),
    "QInt32Storage": .unread(name: "qint32", size: 4),
    "QUInt4x2Storage": .unread(name: "quint4x2", size: 1),
    "QUInt2x4Storage": .unread(name: "quint2x4", size: 1),
  ]
}
