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
  case global(Int)
  case storage(Int)
  case tensor(Int)
  case numpyType(Int)
  case numpyArray(Int)
  case object(Int)

  /// The kind of value in messages.
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
    case .object: "an object"
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
    let element: StorageElement
    /// The number of elements.
    let count: Int
  }

  struct Tensor {
    let storage: Int
    let type: StoredType
    /// The first element, counted in elements of the storage.
    var offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  struct NumpyArray {
    var tensor: Tensor?
    /// Why its values are not read.
    var unread: String?
  }

  struct NumpyType {
    let name: String
    /// The type; nil where its values are not read.
    var type: StoredType?
  }

  /// A class or function by its name.
  struct Global {
    let meaning: PickleGlobal
    let name: String
  }

  /// What calling something that is not known would make: what it was to be made of, and nothing else.
  struct Object {
    /// The name of the class or function.
    let name: String
    var arguments: [PickleNode] = []
    /// The states that BUILD gave it.
    var states: [PickleNode] = []
    /// The items, where the class is a kind of dictionary.
    var items: [(key: PickleNode, value: PickleNode)] = []
    /// The elements, where the class is a kind of list or set.
    var elements: [PickleNode] = []
    /// The shape of an array whose values are not read, and why they are not.
    var array: (shape: [Int], reason: String)?
  }

  var lists: [[PickleNode]] = []
  var tuples: [[PickleNode]] = []
  var dictionaries: [[(key: PickleNode, value: PickleNode)]] = []
  var sets: [[PickleNode]] = []
  var storages: [Storage] = []
  /// The first element of the view that a legacy storage is of its storage.
  var storageShifts: [Int: Int] = [:]
  var tensors: [Tensor] = []
  var numpyTypes: [NumpyType] = []
  var numpyArrays: [NumpyArray] = []
  var globals: [Global] = []
  var objects: [Object] = []

  func meaning(_ node: PickleNode) -> PickleGlobal? {
    if case .global(let index) = node { globals[index].meaning } else { nil }
  }
}
