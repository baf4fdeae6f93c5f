/// The most that one part of a run may take: a cell, or a plugin's code while the host calls it.
public struct UsageLimits: Sendable, Hashable {
  /// Bytes that it may hold, Lua's values and tensors alike, beside what was there before; nil: what the run may hold.
  public var memory: Int?
  /// Seconds of wall time that it may run; nil: any number.
  public var seconds: Double?

  public init(memory: Int? = nil, seconds: Double? = nil) {
    self.memory = memory
    self.seconds = seconds
  }

  /// True where nothing is limited.
  public var areNone: Bool { memory == nil && seconds == nil }

  /// What both allow: the lesser of each limit.
  public func combined(with other: UsageLimits) -> UsageLimits {
    func lesser<Value: Comparable>(_ a: Value?, _ b: Value?) -> Value? { [a, b].compactMap(\.self).min() }
    return UsageLimits(memory: lesser(memory, other.memory), seconds: lesser(seconds, other.seconds))
  }

  /// The limits in a sentence, such as `200 MB and 5 s`; nil where there are none.
  public var described: String? {
    let parts = [memory.map { MemoryText.size($0) }, seconds.map { DurationText.text($0) }].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: " and ")
  }
}
