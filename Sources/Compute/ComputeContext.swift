import Support

/// What one thread computes with: its buffers, and the working memory that its kernels share.
///
/// Each thread that computes has its own (``current``); nothing in it is shared, so nothing is locked.
public final class ComputeContext {
  /// The pool that the thread's tensors and working memory come from.
  public let buffers = BufferPool()
  private var scratchpad: AlignedBuffer?

  /// Milliseconds on the clock when the team's threads were last looked at.
  private var lastLook = -Double.infinity

  private static let ofThread = PerThread<ComputeContext>()

  private init() {}

  /// The calling thread's context, made at first use.
  public static var current: ComputeContext { ofThread.value { ComputeContext() } }

  /// Keeps the team's threads on cores of their own; cheap enough to be called before every run of a plan.
  public func keepThreadsApart() {
    let now = MonotonicClock.milliseconds
    // Sooner they are hardly elsewhere.
    guard now - lastLook > 2 else { return }
    ThreadTeam.spreadOut()
    lastLook = now
  }

  /// Working memory of at least `bytes` bytes, which holds until it is asked for again; nil for none.
  ///
  /// - Throws: what ``BufferPool/take(_:)`` throws.
  public func scratch(_ bytes: Int) throws -> UnsafeMutableRawPointer? {
    if bytes == 0 { return nil }
    if let scratchpad, scratchpad.capacity >= bytes { return scratchpad.pointer }
    scratchpad = nil
    let buffer = try buffers.take(bytes)
    scratchpad = buffer
    return buffer.pointer
  }
}
