import CZeroMQ
import Foundation
import Support

/// What ZeroMQ refuses, in one line.
public struct MessagingError: LineError {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// The library, and what all sockets of a process have in common. Sockets must be closed before it ends.
package final class MessagingContext: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer

  /// - Throws: ``MessagingError`` where the library is missing.
  package init() throws {
    if let problem = gf_zmq_open() {
      throw MessagingError(
        "Jupyter needs libzmq, which cannot be opened (\(String(cString: problem))); "
          + "on Debian: apt-get install libzmq5"
      )
    }
    guard let pointer = gf_zmq_context() else { throw MessagingError.last("start ZeroMQ") }
    self.pointer = pointer
  }

  private var hasEnded = false

  deinit { end() }

  /// Ends once what the sockets had to send is sent, or its time is over. All must be closed, and nobody
  /// opens more.
  func end() {
    guard !hasEnded else { return }
    hasEnded = true
    gf_zmq_end_context(pointer)
  }
}

extension MessagingError {
  /// What the library says of the call that failed.
  static func last(_ action: String) -> MessagingError {
    MessagingError("cannot \(action): \(String(cString: gf_zmq_problem()))")
  }
}

/// A ZeroMQ socket. Its calls belong to one thread at a time.
package final class MessageSocket: @unchecked Sendable {
  package enum Kind { case reply, router, publisher, dealer, subscriber, request }

  /// The most frames of one message that are kept; those of Jupyter have seven, and one for each identity and
  /// buffer.
  private static let mostFrames = 256
  /// A larger frame costs its sender the connection.
  private static let largestFrame: Int64 = 256 << 20
  private static let mostQueued: Int32 = 100_000

  let pointer: UnsafeMutableRawPointer
  private let context: MessagingContext

  package init(_ kind: Kind, in context: MessagingContext) throws {
    let code =
      switch kind {
      case .reply: GF_ZMQ_REP
      case .router: GF_ZMQ_ROUTER
      case .publisher: GF_ZMQ_XPUB
      case .dealer: GF_ZMQ_DEALER
      case .subscriber: GF_ZMQ_SUB
      case .request: GF_ZMQ_REQ
      }
    guard
      let pointer = gf_zmq_socket(
        context.pointer, Int32(code), 1000, Self.mostQueued, Self.largestFrame)
    else { throw MessagingError.last("make a socket") }
    self.pointer = pointer
    self.context = context
  }

  private var isClosed = false

  deinit { close() }

  /// Closes the socket; what is unsent is still sent. Its thread is done with it.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    gf_zmq_close(pointer)
  }

  /// Listens at an address such as `tcp://127.0.0.1:5555`.
  package func bind(_ address: String) throws {
    guard gf_zmq_bind(pointer, address) == 0 else { throw MessagingError.last("listen at \(address)") }
  }

  package func connect(_ address: String) throws {
    guard gf_zmq_connect(pointer, address) == 0 else { throw MessagingError.last("connect to \(address)") }
  }

  package func subscribe(_ topic: String = "") throws {
    guard gf_zmq_subscribe(pointer, topic) == 0 else { throw MessagingError.last("subscribe") }
  }

  /// Sends a message; one that cannot be sent, as its peer has gone, is lost.
  package func send(_ frames: [[UInt8]]) {
    for (index, frame) in frames.enumerated() {
      let sent = frame.withUnsafeBytes {
        gf_zmq_send(pointer, $0.baseAddress, $0.count, index + 1 < frames.count)
      }
      if sent != 0 { return }
    }
  }

  /// The next message: its frames; nil where none is there and `waits` is false, and where the socket is
  /// broken.
  package func receive(waits: Bool) -> [[UInt8]]? {
    var frames: [[UInt8]] = []
    var more = true
    while more {
      var frame: [UInt8] = []
      let code = withUnsafeMutablePointer(to: &frame) { target in
        gf_zmq_receive(
          pointer, waits || !frames.isEmpty, &more,
          { bytes, count, target in
            target?.assumingMemoryBound(to: [UInt8].self).pointee =
              Array(UnsafeRawBufferPointer(start: bytes, count: count))
          }, target)
      }
      guard code == 1 else { return nil }
      if frames.count < Self.mostFrames { frames.append(frame) }
    }
    return frames
  }

  /// Waits until one of the sockets has a message, or the descriptor can be read from.
  package static func wait(
    for sockets: [MessageSocket], descriptor: Int32 = -1, milliseconds: Int = -1
  ) -> (sockets: [Bool], descriptor: Bool) {
    let pointers = sockets.map { Optional($0.pointer) }
    let ready = gf_zmq_wait(pointers, Int32(pointers.count), descriptor, milliseconds)
    guard ready >= 0 else { return (sockets.map { _ in false }, true) }
    return (sockets.indices.map { ready >> $0 & 1 == 1 }, ready >> sockets.count & 1 == 1)
  }
}
