import Tensor

/// The memory in which plans run: one arena and one scratchpad, shared by plans that run one after another.
///
/// It grows when a larger plan is made; earlier plans keep the memory that they were made for.
final class Workspace {
  private var arena: Storage?
  private var scratchpad: Storage?

  /// The bytes of the arena and the scratchpad together.
  var bytes: Int { (arena?.bytes ?? 0) + (scratchpad?.bytes ?? 0) }

  func arena(bytes: Int) throws -> Storage { try Self.grown(&arena, bytes) }

  func scratchpad(bytes: Int) throws -> Storage { try Self.grown(&scratchpad, bytes) }

  private static func grown(_ storage: inout Storage?, _ bytes: Int) throws -> Storage {
    if let storage, storage.bytes >= bytes { return storage }
    let count = (bytes + 3) / 4
    let fresh = try Storage(count: count)
    // Padded rows of a batch are computed too: whatever they hold must be ordinary numbers.
    fresh.pointer.update(repeating: 0, count: count)
    storage = fresh
    return fresh
  }
}
