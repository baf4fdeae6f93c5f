import Foundation

/// Sends back whatever comes, by which a client sees that the kernel is alive. A thread of its own has the
/// socket.
final class Heartbeat: Sendable {
  private let end: Mailbox<Bool>
  private let ended = DispatchSemaphore(value: 0)

  init(_ socket: MessageSocket) throws {
    end = try Mailbox()
    let (end, ended) = (end, ended)
    let thread = Thread {
      while end.takeAll().isEmpty {
        guard MessageSocket.wait(for: [socket], descriptor: end.descriptor).sockets[0],
          let frames = socket.receive(waits: false)
        else { continue }
        socket.send(frames)
      }
      socket.close()
      ended.signal()
    }
    thread.name = "heartbeat"
    thread.start()
  }

  /// Ends the socket.
  func finish() {
    end.post(true)
    ended.wait()
  }
}
