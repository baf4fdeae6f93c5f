import Foundation

/// What a PyTorch file holds, as a tree.
public enum PyTorchValue: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case bytes(Data)
  /// A list, a tuple or a set.
  case list([PyTorchValue])
  case dictionary(PyTorchDictionary)
  case tensor(PyTorchTensor)
  /// Anything else, which is shown by name and never made.
  case object(PyTorchObject)

  /// The dictionary; nil for anything else.
  public var dictionary: PyTorchDictionary? {
    if case .dictionary(let dictionary) = self { dictionary } else { nil }
  }

  /// The dictionary, or the fields of an object; nil for anything else.
  public var members: PyTorchDictionary? {
    switch self {
    case .dictionary(let dictionary): dictionary
    case .object(let object): object.fields
    default: nil
    }
  }

  /// The object; nil for anything else.
  public var object: PyTorchObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The string; nil for anything else.
  public var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  /// The tensor; nil for anything else.
  public var tensor: PyTorchTensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }

  /// The number, also of a bool or a tensor of one element; nil for anything else.
  public var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .bool(let value): value ? 1 : 0
    case .tensor(let tensor) where tensor.count == 1: tensor.doubles().first
    default: nil
    }
  }

  /// The numbers of a list or of a tensor of one dimension, a single number being a list of one; nil for
  /// anything else.
  public var numbers: [Double]? {
    switch self {
    case .list(let values):
      let numbers = values.compactMap(\.number)
      return numbers.count == values.count ? numbers : nil
    case .tensor(let tensor) where tensor.shape.count <= 1: return tensor.doubles()
    default: return number.map { [$0] }
    }
  }

  /// The numbers of a list of lists or of a tensor of two dimensions, by rows; nil for anything else.
  public var rows: [[Double]]? {
    switch self {
    case .list(let values):
      let rows = values.compactMap(\.numbers)
      return rows.count == values.count ? rows : nil
    case .tensor(let tensor) where tensor.shape.count == 2:
      let values = tensor.doubles()
      let columns = tensor.shape[1]
      return (0..<tensor.shape[0]).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
    default: return nil
    }
  }
}

/// An object of a class that is not known, as the data that it was to be made of.
///
/// Nothing of it is run: `name` is a word, and the fields are what the file says.
public struct PyTorchObject: Sendable {
  /// The module and the name of the class or function, such as `argparse.Namespace`.
  public let name: String
  /// Its attributes, or items where it is a kind of dictionary.
  public let fields: PyTorchDictionary
  /// What it was made with, and its elements where it is a kind of list.
  public let arguments: [PyTorchValue]
  /// The shape, where it is an array whose values are not read; else nil.
  public let shape: [Int]?
  /// Why an array's values are not read, such as `torch.complex64` or `sparse`; nil where it is no array.
  public let unread: String?

  init(
    _ name: String, fields: PyTorchDictionary = .init(), arguments: [PyTorchValue] = [], shape: [Int]? = nil,
    unread: String? = nil
  ) {
    self.name = name
    self.fields = fields
    self.arguments = arguments
    self.shape = shape
    self.unread = unread
  }

  /// True for a whole network, saved with its classes instead of its state dictionary.
  public var isModule: Bool { fields["_modules"] != nil && fields["_parameters"] != nil }
}

/// A Python dictionary; keys that are no strings are written out.
public struct PyTorchDictionary: Sendable {
  /// The entries in the order of the file, each key once.
  public private(set) var entries: [(key: String, value: PyTorchValue)] = []
  private var indices: [String: Int] = [:]

  /// An empty dictionary.
  public init() {}

  /// The keys in the order of the file.
  public var keys: [String] { entries.map(\.key) }

  /// The value of `key`; nil where there is none.
  public subscript(key: String) -> PyTorchValue? { indices[key].map { entries[$0].value } }

  /// Sets the value of `key`, where a known one is replaced.
  mutating func set(_ key: String, _ value: PyTorchValue) {
    if let index = indices[key] {
      entries[index].value = value
    } else {
      indices[key] = entries.count
      entries.append((key, value))
    }
  }
}
