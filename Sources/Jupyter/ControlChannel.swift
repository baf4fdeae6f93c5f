import Foundation
import Reports
import Support

/// Answers what must not wait for the running cell. A thread of its own has its two sockets.
final class ControlChannel: Sendable {
  private let socket: MessageSocket
  private let standardInput: MessageSocket
  private let coder: MessageCoder
  private let publisher: Publisher
  private let status: KernelStatus
  private let ports: JSONValue
  /// Answers of the thread of Lua, on their way to the client.
  private let outbox: Mailbox<Message>
  private let ended = DispatchSemaphore(value: 0)

  init(
    _ socket: MessageSocket, standardInput: MessageSocket, coder: MessageCoder, publisher: Publisher,
    status: KernelStatus, ports: JSONValue
  ) throws {
    self.socket = socket
    self.standardInput = standardInput
    self.coder = coder
    self.publisher = publisher
    self.status = status
    self.ports = ports
    outbox = try Mailbox()
    let thread = Thread { [self] in run() }
    thread.name = "control"
    thread.start()
  }

  /// Sends the answer to a request that was forwarded; from any thread.
  func send(_ message: Message) { outbox.post(message) }

  /// Waits until the last answer is sent. The kernel is ending.
  func finish() {
    outbox.ring()
    ended.wait()
  }

  private func run() {
    while true {
      let ready = MessageSocket.wait(for: [socket, standardInput], descriptor: outbox.descriptor)
      for message in outbox.takeAll() { socket.send(coder.encode(message)) }
      if ready.sockets[0], let frames = socket.receive(waits: false) {
        do { answer(try coder.decode(frames)) } catch { KernelLog.drop(error, on: "control") }
      }
      if ready.sockets[1], standardInput.receive(waits: false) != nil {
        KernelLog.write("stdin: a message was dropped: nothing asked for input")
      }
      if status.isEnding { break }
    }
    socket.close()
    standardInput.close()
    ended.signal()
  }

  private func answer(_ request: Message) {
    // The variables are asked for by the thread of Lua, which says itself when it is busy with that.
    publisher.publish(status: "busy", parent: request.header)
    defer { publisher.publish(status: "idle", parent: request.header) }
    switch request.type {
    case "kernel_info_request": reply(to: request, KernelInfo.content)
    case "connect_request": reply(to: request, ports)
    case "interrupt_request":
      status.interrupt()
      reply(to: request, ["status": "ok"])
    case "shutdown_request": shutDown(request)
    case "debug_request": debug(request)
    default: KernelLog.write("control: '\(request.type.printable(upTo: 60))' is unknown and dropped")
    }
  }

  private func reply(to request: Message, _ content: JSONValue) {
    socket.send(coder.encode(Self.reply(coder, to: request, content)))
  }

  /// The answer to a request as a message.
  static func reply(_ coder: MessageCoder, to request: Message, _ content: JSONValue) -> Message {
    let type = String(request.type.dropLast("request".count)) + "reply"
    return coder.message(type, content, to: request.identities, parent: request.header)
  }

  private func shutDown(_ request: Message) {
    let content: JSONValue = ["status": "ok", "restart": .bool(request.content["restart"]?.asBool ?? false)]
    reply(to: request, content)
    publisher.publish("shutdown_reply", content, parent: request.header)
    status.requestEnd()
  }

  private func debug(_ request: Message) {
    let command = DebugCommand(request)
    if command.name == "initialize" { status.watchesVariables = true }
    if command.name == "disconnect" { status.watchesVariables = false }
    if command.needsLua, status.forward(request) { return }
    reply(
      to: request,
      command.answer(knowing: status.variables, isStarted: status.watchesVariables))
    if command.name == "initialize" {
      publisher.publish("debug_event", DebugCommand.initialized, parent: request.header)
    }
  }
}
