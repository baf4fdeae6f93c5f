import Synchronization

/// The pictures of a data set that could not be read so far, and why. Any thread may add to it.
public final class DamagedImages: Sendable {
  private let reasons = Mutex<[Int: String]>([:])

  /// A list of none.
  public init() {}

  /// The number of pictures that could not be read.
  public var count: Int { reasons.withLock { $0.count } }

  /// All of them by ascending index in the data set (0-based); `reason` is one line that begins with the
  /// file.
  public var all: [(index: Int, reason: String)] {
    reasons.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  /// Notes a picture, by its 0-based index; `reason` is one line that begins with the file.
  public func add(_ index: Int, _ reason: String) { reasons.withLock { $0[index] = reason } }
}
