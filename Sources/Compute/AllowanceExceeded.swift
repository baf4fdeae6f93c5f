import Support

/// Something took more memory than ``BufferPool/limited(to:_:)`` allowed it.
public struct AllowanceExceeded: LineError {
  /// Bytes that were asked for.
  public let bytes: Int
  /// Bytes that were left of the allowance.
  public let allowed: Int

  public var description: String {
    "needs \(MemoryText.size(bytes)), where \(MemoryText.size(max(allowed, 0))) are left of what this may take"
  }
}
