import Foundation

/// An array of a checkpoint, whose values are read when they are asked for.
///
/// A reader gives one for every array of a file; whoever uses it need not know the format.
public protocol StoredArray: Sendable {
  /// The element type in the file.
  var type: StoredType { get }
  /// The extents, outermost first; empty for a scalar.
  var shape: [Int] { get }
  /// The little-endian bytes, row-major and not copied; nil where the reader does not have them so.
  var contiguousBytes: Data? { get }
  /// The values, row-major, as `Float`: rounded where the type has more digits, true is 1.
  ///
  /// - Throws: one line that names the file.
  func floats() throws -> [Float]
  /// The values of an array of integers or truth values, row-major; true is 1.
  ///
  /// - Throws: one line that names the file, also for other types and for a number above `Int.max`.
  func ints() throws -> [Int]
}

/// An array whose values are not read.
public struct UnreadArray: Sendable, Equatable {
  /// Its name in the file.
  public let name: String
  /// The extents, outermost first.
  public let shape: [Int]
  /// Its type or kind, such as `torch.complex64` or `sparse`.
  public let what: String

  package init(name: String, shape: [Int], what: String) {
    self.name = name
    self.shape = shape
    self.what = what
  }
}

/// A checkpoint of any format, opened. ``CheckpointFormats/open(_:)`` gives it.
public struct Checkpoint: Sendable {
  /// What a format that stores arrays and nothing else has: names, and texts beside them.
  public struct Arrays: Sendable {
    /// The arrays that are read, in the order of the file.
    public let named: [(name: String, array: any StoredArray)]
    /// The arrays whose values are not read, in the order of the file.
    public let unread: [UnreadArray]
    /// The texts, by key.
    public let metadata: [String: String]
  }

  /// The two shapes that the content of a checkpoint has.
  public enum Content: Sendable {
    /// Arrays by name.
    case arrays(Arrays)
    /// Whatever a program kept: the weights are somewhere in dictionaries of dictionaries.
    case tree(PyTorchValue)
  }

  /// Format and variant, maybe with a remark, as lists of files show them: `PyTorch zip`.
  public let form: String
  /// What the file holds.
  public let content: Content
  /// The file itself where it has the format of our own files, whose metadata says whether it is one.
  public let own: Safetensors?
}
