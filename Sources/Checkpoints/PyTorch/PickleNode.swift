import Foundation

/// A value on the unpickler's stack.
///
/// Containers are numbers into flat lists (``PickleHeap``): a pickle may build cycles and nests of any depth, which as
/// linked objects would crash when they are released.
enum PickleNode {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits, little-endian two's complement.
  case hugeInt([UInt8])
  case double(Double)
  case string(String)
  case bytes(Data)
  case list(Int)
  case tuple(Int)
  case dictionary(Int)
  case set(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)
  case numpyType(Int)
  case numpyArray(Int)

  /// For messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .int, .hugeInt: "an integer"
    case .double: "a float"
    case .string: "a string"
    case .bytes: "bytes"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .set: "a set"
    case .global: "a function"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .numpyType: "a dtype"
    case .numpyArray: "a NumPy array"
    }
  }
}

/// What the nodes of one pickle refer to.
struct PickleHeap {
  /// A block of numbers that tensors are views of.
  struct Storage {
    enum Source: Equatable {
      /// Bytes elsewhere in the file.
      case key(String)
      /// Bytes in the pickle itself.
      case inline(Data)
    }
    let source: Source
    /// nil: untyped bytes.
    let type: SafetensorsType?
    /// In elements of `type`, or in bytes.
    let count: Int
  }

  struct Tensor {
    let storage: Int
    let type: SafetensorsType
    /// In elements.
    var offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  struct NumpyArray {
    var tensor: Tensor?
  }

  var lists: [[PickleNode]] = []
  var tuples: [[PickleNode]] = []
  var dictionaries: [[(key: PickleNode, value: PickleNode)]] = []
  var sets: [[PickleNode]] = []
  var storages: [Storage] = []
  /// First element of the view that a legacy storage is of its storage.
  var storageShifts: [Int: Int] = [:]
  var tensors: [Tensor] = []
  var numpyTypes: [SafetensorsType] = []
  var numpyArrays: [NumpyArray] = []
}
