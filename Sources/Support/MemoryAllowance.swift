import Synchronization

/// What one part of a run, such as a cell or a plugin, may add to what is held.
///
/// Allowances belong to a thread and nest. ``MemoryBudget/require(_:)`` asks those of its thread, and the part that
/// would go beyond its own is refused, while the run as a whole goes on.
public final class MemoryAllowance {
  /// Whose it is, as an error names it: `cell 2`, `the plugin 'margin'`.
  public let owner: String
  /// The most bytes that it may hold.
  public let limit: Int
  /// How the one who runs the program, or wrote the plugin, allows more.
  public let remedy: String
  /// Bytes by which what is held has grown since the allowance was made; never less than those it began with.
  private let growth: () -> Int

  /// - Parameters:
  ///   - owner: whose it is.
  ///   - limit: bytes.
  ///   - remedy: how to allow more.
  ///   - growth: bytes held now beyond those at its beginning, and those that the owner held then.
  public init(of owner: String, limit: Int, remedy: String, growth: @escaping () -> Int) {
    self.owner = owner
    self.limit = limit
    self.remedy = remedy
    self.growth = growth
  }

  /// Bytes that the owner holds now.
  public var used: Int { max(growth(), 0) }

  /// Bytes that the owner may still take.
  public var room: Int { max(limit - used, 0) }

  /// Why `bytes` more cannot be had; 0 where the number is not known.
  public func refusal(of bytes: Int) -> MemoryRefused {
    let needs = bytes > 0 ? "needs \(MemoryText.size(bytes)); " : ""
    return MemoryRefused(
      "\(needs)\(owner) may hold \(MemoryText.size(limit)) and holds \(MemoryText.size(used)) of it: release what is not needed (:free(), collectgarbage()), or allow more with \(remedy)",
      owner: owner)
  }

  // MARK: The allowances of a thread

  private final class Active {
    var list: [MemoryAllowance] = []
  }

  private static let ofEach = PerThread<Active>()
  /// How many are active in the process: most programs have none, and asking is then one comparison.
  private static let count = Atomic<Int>(0)

  /// Those of this thread, the outermost first.
  static var active: [MemoryAllowance] {
    guard count.load(ordering: .relaxed) > 0 else { return [] }
    return ofEach.value { Active() }.list
  }

  /// The one of this thread that has the least room; nil where there is none.
  public static var tightest: MemoryAllowance? { active.min { $0.room < $1.room } }

  /// Runs `body`, which together may not go beyond the allowance.
  public func hold<Result>(_ body: () throws -> Result) rethrows -> Result {
    let active = Self.ofEach.value { Active() }
    active.list.append(self)
    Self.count.wrappingAdd(1, ordering: .relaxed)
    defer {
      active.list.removeLast()
      Self.count.wrappingSubtract(1, ordering: .relaxed)
    }
    return try body()
  }
}
