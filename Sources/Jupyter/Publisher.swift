import Foundation
import Reports
import Synchronization

/// What all clients see: outputs, and whether the kernel is busy. A thread of its own sends it, so that no
/// cell waits for a slow client, and pieces of text that came meanwhile go as one.
final class Publisher: @unchecked Sendable {
  private enum Letter: Sendable {
    case message(Message)
    case text(String, stream: String, parent: JSONValue)
    case end
  }

  private struct Queue {
    var letters: [Letter] = []
    var textBytes = 0
  }

  /// Text that waits; a cell that prints faster than it is sent stops here.
  private static let mostText = 8 << 20
  /// After text the thread lets more gather for so long: a loop that prints is no flood of messages.
  private static let pause: TimeInterval = 0.01

  private let socket: MessageSocket
  private let coder: MessageCoder
  private let queue = Mutex(Queue())
  private let bell: Mailbox<Void>
  private let room = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(_ socket: MessageSocket, coder: MessageCoder) throws {
    self.socket = socket
    self.coder = coder
    bell = try Mailbox()
    let thread = Thread { [self] in run() }
    thread.name = "publisher"
    thread.start()
  }

  /// Publishes a message about a request.
  func publish(_ type: String, _ content: JSONValue, parent: JSONValue) {
    let topic = Array("kernel.\(coder.session).\(type)".utf8)
    post(.message(coder.message(type, content, to: [topic], parent: parent)))
  }

  /// Publishes printed text.
  func publish(text: String, stream: String, parent: JSONValue) {
    guard !text.isEmpty else { return }
    let isFull = queue.withLock { queue in
      queue.textBytes += text.utf8.count
      if case .text(var before, stream, let same)? = queue.letters.last, same == parent {
        // Nobody else has the text now, so it grows in place.
        queue.letters.removeLast()
        before += text
        queue.letters.append(.text(before, stream: stream, parent: parent))
      } else {
        queue.letters.append(.text(text, stream: stream, parent: parent))
      }
      return queue.textBytes > Self.mostText
    }
    bell.post(())
    if isFull { room.wait() }
  }

  func publish(status: String, parent: JSONValue) {
    publish("status", ["execution_state": .string(status)], parent: parent)
  }

  /// Sends what is left, and ends.
  func finish() {
    post(.end)
    ended.wait()
  }

  private func post(_ letter: Letter) {
    queue.withLock { $0.letters.append(letter) }
    bell.post(())
  }

  private func run() {
    defer {
      socket.close()
      ended.signal()
    }
    while true {
      let ready = MessageSocket.wait(for: [socket], descriptor: bell.descriptor)
      if ready.sockets[0] { welcome() }
      _ = bell.takeAll()
      let (letters, wasFull) = queue.withLock { queue in
        defer { queue = Queue() }
        return (queue.letters, queue.textBytes > Self.mostText)
      }
      if wasFull { room.signal() }
      var hasText = false
      for letter in letters {
        switch letter {
        case .message(let message): socket.send(coder.encode(message))
        case .text(let text, let stream, let parent):
          hasText = true
          let topic = Array("kernel.\(coder.session).stream".utf8)
          let content: JSONValue = ["name": .string(stream), "text": .string(text)]
          socket.send(coder.encode(coder.message("stream", content, to: [topic], parent: parent)))
        case .end: return
        }
      }
      if hasText { Thread.sleep(forTimeInterval: Self.pause) }
    }
  }

  /// Greets whoever has subscribed: from then on it misses nothing.
  private func welcome() {
    while let frames = socket.receive(waits: false) {
      guard frames.count == 1, frames[0].first == 1 else { continue }
      let topic = Array(frames[0].dropFirst())
      let content: JSONValue = ["subscription": .string(String(decoding: topic, as: UTF8.self))]
      socket.send(coder.encode(coder.message("iopub_welcome", content, to: [topic])))
    }
  }
}
