import Compute

/// Bytes of tensor memory of this thread that `body` left in use.
public func bytesLeft(_ body: () throws -> Void) throws -> Int {
  let pool = ComputeContext.current.buffers
  let before = pool.inUse
  try body()
  return pool.inUse - before
}

/// Runs `body` with a team of `threads` threads.
public func withThreads<R>(_ threads: Int, _ body: () throws -> R) rethrows -> R {
  let before = ThreadTeam.size
  ThreadTeam.setSize(threads)
  defer { ThreadTeam.setSize(before) }
  return try body()
}
