import Glibc
import Support

/// A process that works alone.
public final class SingleProcess: Communicator {
  public let rank = 0
  public let size = 1
  public var hosts: [String] { ["this machine"] }

  public init() {}

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {}

  public func gather(
    _ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]
  ) {
    all.copyMemory(from: mine)
  }

  public func exchange(
    _ sent: UnsafeRawBufferPointer, sending: [Int], into received: UnsafeMutableRawBufferPointer,
    receiving: [Int]
  ) {
    received.copyMemory(from: sent)
  }

  public func barrier() {}

  public func abort(_ status: Int32) { exit(status) }
}
