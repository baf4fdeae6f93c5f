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
  /// Anything else: shown by name, never made.
  case object(PyTorchObject)

  /// The dictionary, nil for anything else.
  public var dictionary: PyTorchDictionary? {
    if case .dictionary(let dictionary) = self { dictionary } else { nil }
  }

  /// A dictionary, or the fields of an object.
  public var members: PyTorchDictionary? {
    switch self {
    case .dictionary(let dictionary): dictionary
    case .object(let object): object.fields
    default: nil
    }
  }

  public var object: PyTorchObject? {
    if case .object(let object) = self { object } else { nil }
  }

  public var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  public var tensor: PyTorchTensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }

  /// A number, also from a bool or a tensor of one element.
  public var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .bool(let value): value ? 1 : 0
    case .tensor(let tensor) where tensor.count == 1: tensor.doubles().first
    default: nil
    }
  }

  /// A list of numbers, also from a tensor of one dimension; a single number is a list of one.
  public var numbers: [Double]? {
    switch self {
    case .list(let values):
      let numbers = values.compactMap(\.number)
      return numbers.count == values.count ? numbers : nil
    case .tensor(let tensor) where tensor.shape.count <= 1: return tensor.doubles()
    default: return number.map { [$0] }
    }
  }

  /// A list of lists of numbers, also from a tensor of two dimensions.
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
  /// Module and name of the class or function, such as `argparse.Namespace`.
  public let name: String
  public let fields: PyTorchDictionary
  public let arguments: [PyTorchValue]
  /// Of an array whose values are not read.
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
  /// In the order of the file, each key once.
  public private(set) var entries: [(key: String, value: PyTorchValue)] = []
  private var indices: [String: Int] = [:]

  public init() {}

  public var keys: [String] { entries.map(\.key) }

  /// The value of `key`; setting a known one replaces it.
  public subscript(key: String) -> PyTorchValue? { indices[key].map { entries[$0].value } }

  mutating func set(_ key: String, _ value: PyTorchValue) {
    if let index = indices[key] {
      entries[index].value = value
    } else {
      indices[key] = entries.count
      entries.append((key, value))
    }
  }
}
