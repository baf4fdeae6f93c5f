import Foundation
import LuaHost
import Reports
import Support
import Synchronization

/// A kernel of Jupyter: runs the cells of a notebook as `gfnet-lab` runs those of a script.
///
/// Four threads serve its five channels. The one that made the kernel runs Lua and answers the shell channel,
/// one request after the other, as Lua belongs to it. ``ControlChannel`` answers at once, whatever runs:
/// interrupts, shutdown, the variables. ``Heartbeat`` echoes. ``Publisher`` sends outputs. Standard input is
/// never asked for; what comes there is dropped by the control thread.
public final class Kernel {
  /// The columns that fit into what JupyterLab shows help in.
  private static let helpWidth = 76

  let session: InteractiveSession
  let coder: MessageCoder
  let shell: MessageSocket
  let publisher: Publisher
  let status: KernelStatus
  let history: History?
  let ports: JSONValue
  let progress: ProgressDisplay
  private let control: ControlChannel
  private let heartbeat: Heartbeat
  private let context: MessagingContext
  /// Requests that were received and are answered next.
  var waiting: [Message] = []
  /// The number of the last cell that counts.
  var executionCount = 0
  /// What the running request shows refers to; nil while none runs, or a silent one.
  var parent: JSONValue?

  /// Listens where the connection file says, and answers until a client ends it.
  ///
  /// - Parameters:
  ///   - connectionFile: what the client wrote.
  ///   - host: what the host knows beside Lua.
  ///   - plugins: loaded first.
  /// - Throws: `FileError` and ``MessagingError`` in one line; what the session throws where Lua cannot be
  ///   started.
  public init(connectionFile: FilePath, host: HostContext, plugins: PluginLoader?) throws {
    let connection = try ConnectionFile(contentsOf: connectionFile)
    let context = try MessagingContext()
    self.context = context
    let coder = MessageCoder(key: connection.key)
    self.coder = coder
    func open(_ kind: MessageSocket.Kind, _ port: Int) throws -> MessageSocket {
      let socket = try MessageSocket(kind, in: context)
      try socket.bind(connection.endpoint(port))
      return socket
    }
    // The client looks for a pulse while Lua and plugins are still being loaded.
    heartbeat = try Heartbeat(try open(.reply, connection.heartbeat))
    shell = try open(.router, connection.shell)
    publisher = try Publisher(try open(.publisher, connection.publishing), coder: coder)
    progress = ProgressDisplay(publisher)
    ports = [
      "shell_port": .integer(connection.shell), "iopub_port": .integer(connection.publishing),
      "stdin_port": .integer(connection.standardInput), "control_port": .integer(connection.control),
      "hb_port": .integer(connection.heartbeat),
    ]
    publisher.publish(status: "starting", parent: .object([]))
    // Cells show remarks as outputs; those on plugins come before any cell.
    host.showRemark = { KernelLog.write($0) }
    host.outputs.hasPreviews = true
    session = try InteractiveSession(context: host, plugins: plugins)
    session.confirm = { _ in true }
    session.helpWidth = Self.helpWidth
    status = try KernelStatus(interruption: session.interruption)
    control = try ControlChannel(
      try open(.router, connection.control), standardInput: try open(.router, connection.standardInput),
      coder: coder,
      publisher: publisher, status: status, ports: ports)
    do { history = try History() } catch {
      // A kernel without a history of earlier sessions is one all the same.
      history = nil
      KernelLog.write("no history is kept: \(error)")
    }
    connect()
  }

  /// Answers until a client ends the kernel.
  public func run() {
    publisher.publish(status: "idle", parent: .object([]))
    while true {
      for message in status.mail.takeAll() { answer(debugging: message) }
      guard !status.isEnding else { break }
      guard waiting.isEmpty else {
        answer(waiting.removeFirst())
        continue
      }
      let ready = MessageSocket.wait(for: [shell], descriptor: status.mail.descriptor)
      guard ready.sockets[0] else { continue }
      if let message = receive() { answer(message) }
    }
    control.finish()
    publisher.finish()
    heartbeat.finish()
    shell.close()
    context.end()
  }

  /// The next request of the shell channel that is one; nil where there is none, or it is refused.
  func receive() -> Message? {
    guard let frames = shell.receive(waits: false) else { return nil }
    do {
      return try coder.decode(frames)
    } catch {
      KernelLog.drop(error, on: "shell")
      return nil
    }
  }

  func reply(to request: Message, _ content: JSONValue) {
    shell.send(coder.encode(ControlChannel.reply(coder, to: request, content)))
  }

  /// Answers a request of the control channel.
  func answerControl(_ request: Message, _ content: JSONValue) {
    control.send(ControlChannel.reply(coder, to: request, content))
  }

  /// Answers one request of the shell channel.
  func answer(_ request: Message) {
    status.begin()
    // What was asked for before Lua is at work for longer.
    for message in status.mail.takeAll() { answer(debugging: message) }
    publisher.publish(status: "busy", parent: request.header)
    defer {
      publisher.publish(status: "idle", parent: request.header)
      status.end()
    }
    if let answer = Self.answers[request.type] {
      answer(self, request)
    } else {
      KernelLog.write("shell: '\(request.type.printable(upTo: 60))' is unknown and dropped")
    }
  }

  /// What is done about each kind of request: one row each.
  private static let answers: [String: @Sendable (Kernel, Message) -> Void] = [
    "execute_request": { $0.execute($1) },
    "complete_request": { $0.complete($1) },
    "inspect_request": { $0.inspect($1) },
    "is_complete_request": { $0.tellCompleteness($1) },
    "history_request": { $0.tellHistory($1) },
    "kernel_info_request": { $0.reply(to: $1, KernelInfo.content) },
    "connect_request": { $0.reply(to: $1, $0.ports) },
    "comm_info_request": { $0.reply(to: $1, ["status": "ok", "comms": .object([])]) },
    "comm_open": { $0.refuseComm($1) },
    "comm_msg": { _, _ in },
    "comm_close": { _, _ in },
    // Clients of version 5.3 and before shut down by the shell channel.
    "shutdown_request": { kernel, request in
      let content: JSONValue = [
        "status": "ok", "restart": .bool(request.content["restart"]?.asBool ?? false),
      ]
      kernel.reply(to: request, content)
      kernel.publisher.publish("shutdown_reply", content, parent: request.header)
      kernel.status.requestEnd()
    },
  ]

  /// There are no widgets: what opens one is told so.
  private func refuseComm(_ request: Message) {
    let name = request.content["target_name"]?.asString ?? ""
    KernelLog.write("comm_open: there is no target '\(name.printable(upTo: 60))'; widgets are not supported")
    publisher.publish(
      "comm_close", ["comm_id": request.content["comm_id"] ?? "", "data": .object([])], parent: request.header
    )
  }

  // MARK: Outputs

  /// Has the session's outputs published.
  private func connect() {
    session.onOutput = { [unowned self] in show($0) }
    session.onClear = { [unowned self] waits in
      guard let parent else { return }
      publisher.publish("clear_output", ["wait": .bool(waits)], parent: parent)
    }
    session.onErrorPrint = { [unowned self] bytes in
      guard let parent else { return }
      publisher.publish(text: String(decoding: bytes, as: UTF8.self), stream: "stderr", parent: parent)
    }
    session.progress = progress
  }

  private func show(_ output: Notebook.Output) {
    guard let parent else { return }
    switch output {
    case .text(let text): publisher.publish(text: text, stream: "stdout", parent: parent)
    case .remark(let text): publisher.publish(text: text + "\n", stream: "stderr", parent: parent)
    // An error that ends the cell is published when it has ended.
    case .error: break
    case .value, .markdown, .table, .figure:
      guard let bundle = output.bundle else { return }
      var content: [JSONValue.Member] = [
        .init("data", .object(bundle.data)), .init("metadata", .object(bundle.metadata)),
      ]
      if case .value = output {
        content.append(.init("execution_count", .integer(executionCount)))
        publisher.publish("execute_result", .object(content), parent: parent)
      } else {
        content.append(.init("transient", .object([])))
        publisher.publish("display_data", .object(content), parent: parent)
      }
    }
  }
}

/// What the program says to whoever started the kernel.
enum KernelLog {
  static func write(_ line: String) { Console.note("gfnet-lab kernel: " + line.printable(upTo: 1000)) }

  /// Says that a message was dropped, and why.
  static func drop(_ error: any Error, on channel: String) {
    let reason = (error as? MessageCoder.Refusal)?.reason ?? "\(error)"
    write("\(channel): a message was dropped: \(reason)")
  }
}
