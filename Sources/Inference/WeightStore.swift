import Compute
import Tensor

/// Packed weights, shared by all plans of a network whose primitives want the same arrangement.
///
/// A store belongs to one thread, as tensors do.
public final class WeightStore {
  /// The arrays that packed weights were computed from, and how.
  struct Key: Hashable {
    private struct Source: Hashable {
      let storage: ObjectIdentifier
      let offset: Int
      let version: Int
    }
    private let sources: [Source]
    /// The order in which the columns lie; empty for the usual one.
    private let order: [Int]
    private let arrangement: Int
    private let type: ElementType

    init(_ tensors: [Tensor], order: [Int] = [], arrangement: Int, type: ElementType) {
      sources = tensors.map {
        Source(storage: ObjectIdentifier($0.storage), offset: $0.offset, version: $0.storage.version)
      }
      self.order = order
      self.arrangement = arrangement
      self.type = type
    }
  }

  /// The arrangement of our own matrix-vector products, in the numbering of the library's.
  static let rowMajor = -1
  /// The arrangement of our own convolutions, in the same numbering.
  static let vectors = -2

  /// The arrangement of those in bfloat16.
  static let vectorsOfPairs = -3

  /// Weights as one primitive wants them, with their float32 bias.
  struct Packed {
    let weights: AlignedBuffer
    let bias: AlignedBuffer?
  }

  private struct Entry {
    let packed: Packed
    /// The arrays, kept alive so that no other storage takes their identity.
    let tensors: [Tensor]
    let versions: [Int]
  }

  private var entries: [Key: Entry] = [:]
  /// Where all packed weights lie.
  let slab = BufferSlab()

  /// A store without weights.
  public init() {}

  /// The bytes of all packed weights.
  public var bytes: Int {
    entries.values.reduce(0) { $0 + $1.packed.weights.capacity + ($1.packed.bias?.capacity ?? 0) }
  }

  /// Forgets what was packed from numbers that have changed since; plans keep what they use.
  func removeStale() {
    entries = entries.filter { _, entry in
      zip(entry.tensors, entry.versions).allSatisfy { $0.storage.version == $1 }
    }
  }

  func packed(_ key: Key, _ tensors: [Tensor], _ make: (BufferSlab) throws -> Packed) throws -> Packed {
    if let found = entries[key] { return found.packed }
    let made = try make(slab)
    entries[key] = Entry(packed: made, tensors: tensors, versions: tensors.map { $0.storage.version })
    return made
  }

  /// `values` in memory of their own.
  static func buffer(_ values: [Float], in slab: BufferSlab) throws -> AlignedBuffer {
    let buffer = try slab.take(values.count * MemoryLayout<Float>.stride)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { buffer.floats.update(from: base, count: source.count) }
    }
    return buffer
  }
}
