import Foundation
import LuaHost
import Reports
import Support

/// Cells.
extension Kernel {
  /// Milliseconds for which requests that are under way are waited for, when a cell failed that ends them.
  private static let arrival = 20

  func execute(_ request: Message) {
    guard let code = request.content["code"]?.asString else {
      return fail(request, "an execute_request needs code, as text")
    }
    let isSilent = request.content["silent"]?.asBool ?? false
    let counts = !isSilent && (request.content["store_history"]?.asBool ?? true)
    if counts { executionCount += 1 }
    if !isSilent {
      publisher.publish(
        "execute_input", ["code": .string(code), "execution_count": .integer(executionCount)],
        parent: request.header)
    }
    if let page = page(of: code) {
      if counts { history?.record(code, result: nil, number: executionCount) }
      return reply(to: request, done(payload: [page], expressions: .object([])))
    }
    var result: String?
    let outcome = run(code, for: request, isSilent: isSilent) { output in
      if case .value(let text) = output { result = text }
    }
    if counts { history?.record(code, result: result, number: executionCount) }
    switch outcome {
    case .done:
      let expressions = (request.content["user_expressions"]?.asObject ?? []).map { member in
        JSONValue.Member(member.name, evaluate(member.value.asString ?? ""))
      }
      reply(to: request, done(payload: [], expressions: .object(expressions)))
    case .failed(let failure):
      fail(request, name: Notebook.Output.errorName, failure.message, failure.traceback, isSilent: isSilent)
    case .interrupted:
      fail(request, name: "Interrupted", "the cell was interrupted", "", isSilent: isSilent)
    }
    noteVariables()
  }

  /// Runs code as the cell of a request.
  private func run(
    _ code: String, for request: Message, isSilent: Bool, noting: @escaping (Notebook.Output) -> Void
  ) -> InteractiveSession.Outcome {
    let show = session.onOutput
    parent = isSilent ? nil : request.header
    progress.begin(parent)
    session.onOutput = { output in
      noting(output)
      show(output)
    }
    defer {
      session.onOutput = show
      parent = nil
      progress.begin(nil)
    }
    return session.run(code, name: "In [\(executionCount)]", isSilent: isSilent)
  }

  private func done(payload: [JSONValue], expressions: JSONValue) -> JSONValue {
    [
      "status": "ok", "execution_count": .integer(executionCount), "payload": .array(payload),
      "user_expressions": expressions,
    ]
  }

  /// What front ends show in a pager, where the cell is a question such as `gfnet.load?`; nil where it is
  /// none.
  private func page(of code: String) -> JSONValue? {
    let text = code.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let name = text.drop { $0 == "?" }
    let stem = String(name.reversed().drop { $0 == "?" }.reversed())
    let marks = text.count - stem.count
    guard 1...2 ~= marks, !stem.isEmpty, !code.contains("\n"), !stem.contains(" "),
      let found = session.inspection(of: stem, at: stem.utf8.count, showsSource: marks == 2)
    else { return nil }
    return ["source": "page", "data": Self.data(found), "start": 0]
  }

  /// The value of an expression that a front end wants to know beside the cell's.
  private func evaluate(_ expression: String) -> JSONValue {
    var outputs: [Notebook.Output] = []
    let show = session.onOutput
    let print = session.onErrorPrint
    session.onOutput = { outputs.append($0) }
    session.onErrorPrint = { _ in }
    defer {
      session.onOutput = show
      session.onErrorPrint = print
    }
    switch session.run(expression, name: "expression", isSilent: false) {
    case .done:
      let bundle = outputs.lazy.compactMap(\.bundle).first ?? .init(text: "nil")
      return ["status": "ok", "data": .object(bundle.data), "metadata": .object(bundle.metadata)]
    case .failed(let failure): return error(Notebook.Output.errorName, failure.message, failure.traceback)
    case .interrupted: return error("Interrupted", "the expression was interrupted", "")
    }
  }

  private func error(_ name: String, _ message: String, _ traceback: String) -> JSONValue {
    [
      "status": "error", "ename": .string(name), "evalue": .string(message),
      "traceback": .array(Notebook.Output.traceback(message, traceback, name: name)),
    ]
  }

  private func fail(
    _ request: Message, name: String = Notebook.Output.errorName, _ message: String, _ traceback: String = "",
    isSilent: Bool = false
  ) {
    let content = error(name, message, traceback)
    if !isSilent {
      publisher.publish(
        "error", .object((content.asObject ?? []).filter { $0.name != "status" }), parent: request.header)
    }
    let stops = request.content["stop_on_error"]?.asBool ?? true
    let queued = stops ? arrived() : []
    let end = Date()
    reply(
      to: request, .object((content.asObject ?? []) + [.init("execution_count", .integer(executionCount))]))
    if stops { abort(queued, sentBefore: end) }
  }

  /// The requests that are there already.
  private func arrived() -> [Message] {
    var requests: [Message] = []
    while MessageSocket.wait(for: [shell], milliseconds: 0).sockets[0] {
      if let request = receive() { requests.append(request) }
    }
    return requests
  }

  /// Ends the cells that a client has sent behind the one that failed; other requests are answered.
  ///
  /// - Parameters:
  ///   - queued: the requests that came before the client could know of the failure.
  ///   - end: when it was told. Requests on their way were sent before; one that was sent later is an answer to it.
  private func abort(_ queued: [Message], sentBefore end: Date) {
    queued.forEach(abort)
    while waiting.isEmpty, MessageSocket.wait(for: [shell], milliseconds: Self.arrival).sockets[0] {
      guard let request = receive() else { continue }
      if request.type == "execute_request", request.isSent(since: end) {
        waiting.append(request)
      } else {
        abort(request)
      }
    }
  }

  private func abort(_ request: Message) {
    guard request.type == "execute_request" else { return answer(request) }
    publisher.publish(status: "busy", parent: request.header)
    reply(to: request, ["status": "aborted", "execution_count": .integer(executionCount)])
    publisher.publish(status: "idle", parent: request.header)
  }

  /// Keeps the variables for whoever asks while the next cell runs.
  private func noteVariables() {
    if status.watchesVariables { status.variables = session.variables }
  }
}
