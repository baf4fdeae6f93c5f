import LuaHost
import Reports
import Support

/// A request of the Debug Adapter Protocol, as far as front ends need it to list variables. Cells are not
/// debugged.
struct DebugCommand {
  /// What is asked for.
  let name: String
  private let sequence: Int
  private let arguments: JSONValue

  init(_ request: Message) {
    name = request.content["command"]?.asString ?? ""
    sequence = request.content["seq"]?.asInteger ?? 0
    arguments = request.content["arguments"] ?? .object([])
  }

  /// The variable that is asked about in detail.
  var variable: String { arguments["variableName"]?.asString ?? "" }

  /// Whether only the thread of Lua knows all of the answer.
  var needsLua: Bool { ["inspectVariables", "richInspectVariables", "variables"].contains(name) }

  /// What says that the adapter is ready.
  static let initialized: JSONValue = [
    "type": "event", "event": "initialized", "seq": 1, "body": .object([]),
  ]

  /// The answer as far as it is known without Lua.
  ///
  /// - Parameters:
  ///   - variables: those that are known.
  ///   - isStarted: whether a front end watches them, which goes on with that where it is loaded again.
  func answer(knowing variables: [InteractiveSession.Variable], isStarted: Bool) -> JSONValue {
    switch name {
    case "initialize":
      return success(["supportsConfigurationDoneRequest": true, "supportsVariableType": true])
    case "attach", "configurationDone", "disconnect", "terminate": return success(.object([]))
    case "debugInfo":
      return success([
        "isStarted": .bool(isStarted), "hashMethod": "Murmur2", "hashSeed": 0,
        "tmpFilePrefix": "/tmp/gfnet-lab/",
        "tmpFileSuffix": ".lua", "breakpoints": .array([]), "stoppedThreads": .array([]),
        "richRendering": true,
        "exceptionPaths": .array([]), "copyToGlobals": false,
      ])
    case "threads": return success(["threads": .array([])])
    case "modules": return success(["modules": .array([]), "totalModules": 0])
    case "inspectVariables":
      return success([
        "variables": .array(
          variables.map { variable in
            [
              "name": .string(variable.name), "evaluateName": .string(variable.name),
              "type": .string(variable.type), "value": .string(variable.value), "variablesReference": 0,
            ]
          })
      ])
    // No variable announces parts to look into.
    case "variables": return success(["variables": .array([])])
    case "richInspectVariables":
      guard let known = variables.first(where: { $0.name == variable }) else {
        return failure("there is no variable '\(variable.printable(upTo: 60))'")
      }
      return details([.value("\(known.name): \(known.type) = \(known.value)")])
    default:
      return failure(
        "'\(name.printable(upTo: 60))' is not supported: cells cannot be debugged, only variables be listed")
    }
  }

  /// The answer that shows a variable as these outputs do.
  func details(_ outputs: [Notebook.Output]) -> JSONValue {
    var data: [JSONValue.Member] = []
    var metadata: [JSONValue.Member] = []
    var texts: [String] = []
    for output in outputs {
      if case .text(let text) = output { texts.append(text) }
      guard let bundle = output.bundle else { continue }
      for member in bundle.data {
        if member.name == "text/plain" {
          texts.append(member.value.asString ?? "")
        } else if !data.contains(where: { $0.name == member.name }) {
          data.append(member)
        }
      }
      metadata += bundle.metadata.filter { new in !metadata.contains { $0.name == new.name } }
    }
    data.append(.init("text/plain", .string(texts.joined(separator: "\n"))))
    return success(["data": .object(data), "metadata": .object(metadata)])
  }

  func failure(_ message: String) -> JSONValue {
    .object(
      head(succeeded: false) + [
        .init("message", .string(message)), .init("body", ["error": ["id": 1, "format": .string(message)]]),
      ])
  }

  private func success(_ body: JSONValue) -> JSONValue {
    .object(head(succeeded: true) + [.init("body", body)])
  }

  private func head(succeeded: Bool) -> [JSONValue.Member] {
    [
      .init("type", "response"), .init("seq", .integer(sequence)), .init("request_seq", .integer(sequence)),
      .init("success", .bool(succeeded)), .init("command", .string(name)),
    ]
  }
}

extension Kernel {
  /// Answers a request of the control channel for which Lua is asked.
  func answer(debugging request: Message) {
    let command = DebugCommand(request)
    let content: JSONValue
    if command.name == "richInspectVariables" {
      let outputs = session.details(of: command.variable)
      content =
        outputs.isEmpty
        ? command.failure("there is no variable '\(command.variable.printable(upTo: 60))'")
        : command.details(outputs)
    } else {
      status.variables = session.variables
      content = command.answer(knowing: status.variables, isStarted: status.watchesVariables)
    }
    answerControl(request, content)
  }
}
