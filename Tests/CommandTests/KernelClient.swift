import Foundation
import Jupyter
import Reports
import Support
import Testing

/// A front end of Jupyter that talks to the program's kernel, as a process of its own, over sockets of the
/// file system.
final class KernelClient {
  /// The kernel, or a cell, has ended where more was expected.
  struct Ended: Error { let errors: String }

  /// Why there can be no kernel here; nil where there can.
  static let problem: String? = {
    do {
      _ = try MessagingContext()
      return nil
    } catch { return "\(error)" }
  }()

  let program: Program
  let process: Process
  let coder = MessageCoder(key: Array("a secret".utf8))
  let shell: MessageSocket
  let control: MessageSocket
  let heartbeat: MessageSocket
  private let published: MessageSocket
  private let context: MessagingContext

  init() throws {
    program = try Program()
    // The name of a socket has room for some hundred bytes.
    let place = "/tmp/gfnet-lab-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let connection: JSONValue = [
      "transport": "ipc", "ip": .string(place), "key": "a secret", "signature_scheme": "hmac-sha256",
      "shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5,
    ]
    try program.write("connection.json", connection.pretty)
    process = try program.start(
      ["jupyter", "kernel", "connection.json"], environment: ["XDG_STATE_HOME": program.folder + "/state"])
    context = try MessagingContext()
    let context = context
    func open(_ kind: MessageSocket.Kind, _ port: Int) throws -> MessageSocket {
      let socket = try MessageSocket(kind, in: context)
      if kind == .subscriber { try socket.subscribe() }
      try socket.connect("ipc://\(place)-\(port)")
      return socket
    }
    shell = try open(.dealer, 1)
    published = try open(.subscriber, 2)
    control = try open(.dealer, 4)
    heartbeat = try open(.request, 5)
    // From the greeting on nothing is missed.
    while try next(on: published).type != "iopub_welcome" {}
  }

  deinit {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }

  /// The next message.
  /// - Throws: ``Ended`` where the kernel ends or hangs without one.
  private func next(on socket: MessageSocket) throws -> Message {
    let end = Date() + Program.patience
    while true {
      if MessageSocket.wait(for: [socket], milliseconds: 200).sockets[0],
        let frames = socket.receive(waits: false)
      {
        return try coder.decode(frames)
      }
      if !process.isRunning || Date() > end { throw Ended(errors: program.read("err.txt") ?? "") }
    }
  }

  /// Sends a request; returns its name.
  @discardableResult
  func send(_ type: String, _ content: JSONValue, on socket: MessageSocket? = nil) -> String {
    let message = coder.message(type, content, to: [])
    (socket ?? shell).send(coder.encode(message))
    return message.header["msg_id"]?.asString ?? ""
  }

  /// The answer to a request; others are passed over.
  func answer(to name: String, on socket: MessageSocket? = nil) throws -> JSONValue {
    while true {
      let message = try next(on: socket ?? shell)
      if message.parent["msg_id"]?.asString == name { return message.content }
    }
  }

  func ask(_ type: String, _ content: JSONValue = .object([]), on socket: MessageSocket? = nil) throws
    -> JSONValue
  {
    try answer(to: send(type, content, on: socket), on: socket)
  }

  func debug(_ command: String, _ arguments: JSONValue = .object([])) throws -> JSONValue {
    try ask(
      "debug_request", ["type": "request", "seq": 7, "command": .string(command), "arguments": arguments],
      on: control)
  }

  /// What is published about a request, until the kernel is idle again.
  func published(about name: String) throws -> [Message] {
    var messages: [Message] = []
    while true {
      let message = try next(on: published)
      guard message.parent["msg_id"]?.asString == name else { continue }
      if message.type == "status", message.content["execution_state"] == "idle" { return messages }
      if message.type != "status" { messages.append(message) }
    }
  }

  /// Runs a cell; returns the answer and what was published.
  func run(_ code: String, _ more: [JSONValue.Member] = []) throws -> (reply: JSONValue, published: [Message])
  {
    let name = send("execute_request", .object([.init("code", .string(code))] + more))
    return (try answer(to: name), try published(about: name))
  }

  /// Starts a cell that runs until it is stopped; returns when it does.
  func startEndlessCell() throws -> String {
    let name = send("execute_request", ["code": "print('runs') while true do end"])
    while true {
      let message = try next(on: published)
      guard message.parent["msg_id"]?.asString == name else { continue }
      if message.type == "stream" { return name }
      if message.content["execution_state"] == "idle" { throw Ended(errors: "the cell has not begun") }
    }
  }
}
