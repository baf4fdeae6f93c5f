import LuaHost
import Reports
import Support

/// What front ends ask about code and about the session.
extension Kernel {
  func complete(_ request: Message) {
    let code = request.content["code"]?.asString ?? ""
    let found = session.completions(
      of: code, at: CodePoints.byte(of: request.content["cursor_pos"]?.asInteger, in: code))
    let (start, end) = (
      CodePoints.count(before: found.start, in: code), CodePoints.count(before: found.end, in: code)
    )
    let types = found.matches.map { match -> JSONValue in
      [
        "start": .integer(start), "end": .integer(end), "text": .string(match.text),
        "type": .string(match.kind),
        "signature": .string(match.signature),
      ]
    }
    reply(
      to: request,
      [
        "status": "ok", "matches": .array(found.matches.map { .string($0.text) }),
        "cursor_start": .integer(start),
        "cursor_end": .integer(end), "metadata": ["_jupyter_types_experimental": .array(types)],
      ])
  }

  func inspect(_ request: Message) {
    let code = request.content["code"]?.asString ?? ""
    let found = session.inspection(
      of: code, at: CodePoints.byte(of: request.content["cursor_pos"]?.asInteger, in: code),
      showsSource: (request.content["detail_level"]?.asInteger ?? 0) > 0)
    reply(
      to: request,
      [
        "status": "ok", "found": .bool(found != nil), "data": found.map(Self.data) ?? .object([]),
        "metadata": .object([]),
      ])
  }

  /// Help by media type.
  static func data(_ inspection: InteractiveSession.Inspection) -> JSONValue {
    var data: [JSONValue.Member] = [.init("text/plain", .string(inspection.plain))]
    if let html = inspection.html { data.append(.init("text/html", .string(html))) }
    return .object(data)
  }

  func tellCompleteness(_ request: Message) {
    switch session.completeness(of: request.content["code"]?.asString ?? "") {
    case .complete: reply(to: request, ["status": "complete"])
    case .incomplete(let indent): reply(to: request, ["status": "incomplete", "indent": .string(indent)])
    case .invalid: reply(to: request, ["status": "invalid"])
    }
  }

  func tellHistory(_ request: Message) {
    let content = request.content
    let entries = history?.entries(answering: History.Question(content)) ?? []
    let withResults = content["output"]?.asBool ?? false
    reply(
      to: request,
      [
        "status": "ok",
        "history": .array(
          entries.map { entry in
            let code = JSONValue.string(entry.code)
            let result = entry.result.map { JSONValue.string($0) } ?? .null
            return [.integer(entry.session), .integer(entry.number), withResults ? [code, result] : code]
          }),
      ])
  }
}

/// Places in code: the protocol counts code points, as Python does, the session bytes of UTF-8.
enum CodePoints {
  /// The byte before which so many code points are; nil and what lies outside mean the end.
  static func byte(of count: Int?, in text: String) -> Int {
    guard let count, count >= 0 else { return text.utf8.count }
    return text.unicodeScalars.prefix(count).reduce(0) { $0 + UTF8.width($1) }
  }

  /// How many code points begin before a byte.
  static func count(before byte: Int, in text: String) -> Int {
    text.utf8.prefix(max(byte, 0)).count { $0 & 0xC0 != 0x80 }
  }
}
