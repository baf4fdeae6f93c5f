import Foundation
import Jupyter
import Reports
import Support
import Testing

/// The kernel as front ends of Jupyter meet it.
@Suite(.enabled(if: KernelClient.problem == nil, "there is no libzmq here: the kernel is not tested"))
struct KernelTests {
  @Test func aCellPrintsShowsAndCounts() throws {
    let client = try KernelClient()
    let (reply, published) = try client.run("print('a') print('b') 6 * 7")
    #expect(reply["status"] == "ok")
    #expect(reply["execution_count"] == 1)
    #expect(published.first?.type == "execute_input")
    #expect(published.last?.type == "execute_result")
    let text = published.filter { $0.type == "stream" }.compactMap { $0.content["text"]?.asString }.joined()
    #expect(text == "a\nb\n")
    #expect(published.last?.content["data"]?["text/plain"] == "42")
    #expect(try client.run("local x = 5").reply["execution_count"] == 2)
    #expect(try client.run("x").published.last?.content["data"]?["text/plain"] == "5")
  }

  @Test func aCellTakesBackWhatItHasShown() throws {
    let client = try KernelClient()
    let published = try client.run("print('a') gfnet.report.clear{wait = true} print('b')").published
    #expect(published.map(\.type) == ["execute_input", "stream", "clear_output", "stream"])
    #expect(published.dropFirst().dropFirst().first?.content == ["wait": true])
  }

  @Test func tablesAndFiguresComeInSeveralForms() throws {
    let client = try KernelClient()
    let table = try client.run("gfnet.report.table{rows = {{1, 'a<b'}}, columns = {'n', 's'}}").published.last
    #expect(table?.type == "display_data")
    #expect(table?.content["data"]?["text/html"]?.asString?.contains("a&lt;b") == true)
    #expect(table?.content["data"]?["text/plain"]?.asString?.contains("a<b") == true)
    let figure = try client.run("local f = gfnet.plot.figure() f:line({1, 2}, {3, 4}) return f").published
      .last
    let png = figure?.content["data"]?["image/png"]?.asString ?? ""
    #expect(Data(base64Encoded: png)?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
    #expect(figure?.content["metadata"]?["image/png"]?["width"]?.asInteger ?? 0 > 50)
  }

  @Test func anErrorEndsTheQueueBehindIt() throws {
    let client = try KernelClient()
    let endless = try client.startEndlessCell()
    let queued = ["y = 1", "y = 2"].map { client.send("execute_request", ["code": .string($0)]) }
    _ = try client.ask("interrupt_request", on: client.control)
    let replies = try ([endless] + queued).map { try client.answer(to: $0) }
    #expect(replies.map { $0["status"] } == ["error", "aborted", "aborted"])
    // What is sent when the failure is known runs, however soon that is.
    for number in 1...20 {
      let failed = try client.run("error('no')").reply
      #expect(failed["ename"] == "LuaError")
      #expect(failed["evalue"]?.asString?.contains("In [\(number * 2)]:1: no") == true)
      #expect(try client.run("1").reply["status"] == "ok")
    }
    // A client may want the others to run.
    let others = ["error('no')", "y = 3"].map {
      client.send("execute_request", ["code": .string($0), "stop_on_error": false])
    }
    #expect(try others.map { try client.answer(to: $0)["status"] } == ["error", "ok"])
  }

  @Test func aSilentCellShowsAndCountsNothing() throws {
    let client = try KernelClient()
    let (reply, published) = try client.run("print(1) z = 4 z", [.init("silent", true)])
    #expect(reply["execution_count"] == 0)
    #expect(published.isEmpty)
    let values = try client.run("z", [.init("user_expressions", ["a": "z + 1", "b": "nobody.x"])])
      .reply["user_expressions"]
    #expect(values?["a"]?["data"]?["text/plain"] == "5")
    #expect(values?["b"]?["status"] == "error")
  }

  @Test func aCellIsInterruptedAndTheSessionLivesOn() throws {
    let client = try KernelClient()
    _ = try client.run("kept = 17")
    let cell = try client.startEndlessCell()
    // All but the shell answers while it runs.
    #expect(try client.ask("kernel_info_request", on: client.control)["implementation"] == "gfnet-lab")
    client.heartbeat.send([Array("beat".utf8)])
    #expect(client.heartbeat.receive(waits: true) == [Array("beat".utf8)])
    #expect(try client.ask("interrupt_request", on: client.control)["status"] == "ok")
    let reply = try client.answer(to: cell)
    #expect(reply["status"] == "error")
    #expect(reply["ename"] == "Interrupted")
    #expect(try client.run("kept").published.last?.content["data"]?["text/plain"] == "17")
    // Ctrl-C in the terminal of the server does the same; an interrupt of no cell changes nothing.
    #expect(try client.ask("interrupt_request", on: client.control)["status"] == "ok")
    let other = try client.startEndlessCell()
    kill(client.process.processIdentifier, SIGINT)
    #expect(try client.answer(to: other)["ename"] == "Interrupted")
    #expect(try client.run("kept").reply["status"] == "ok")
  }

  @Test(arguments: [false, true]) func itEndsWhenItIsAskedTo(_ whileRunning: Bool) throws {
    let client = try KernelClient()
    if whileRunning { _ = try client.startEndlessCell() }
    let reply = try client.ask("shutdown_request", ["restart": true], on: client.control)
    #expect(reply["restart"] == true)
    client.process.waitUntilExit()
    #expect(client.process.terminationStatus == 0)
  }

  @Test func codeIsCompletedExplainedAndJudged() throws {
    let client = try KernelClient()
    let code = "s = '😀é' string.rever"
    let found = try client.ask(
      "complete_request", ["code": .string(code), "cursor_pos": .integer(code.unicodeScalars.count)])
    #expect(found["matches"]?.asArray?.contains { $0.asString?.hasSuffix("reverse") == true } == true)
    #expect(found["cursor_end"]?.asInteger == code.unicodeScalars.count)
    let help = try client.ask(
      "inspect_request", ["code": "gfnet.tensor.zeros(3)", "cursor_pos": 15, "detail_level": 0])
    #expect(help["found"] == true)
    #expect(help["data"]?["text/plain"]?.asString?.contains("zeros") == true)
    for (code, status) in [("x = 1", "complete"), ("for i = 1, 2 do", "incomplete"), ("x = = 1", "invalid")] {
      #expect(try client.ask("is_complete_request", ["code": .string(code)])["status"]?.asString == status)
    }
    let page = try client.run("gfnet.tensor.zeros?").reply["payload"]?.asArray?.first
    #expect(page?["source"] == "page")
    #expect(page?["data"]?["text/plain"]?.asString?.contains("zeros") == true)
  }

  @Test func theHistoryIsThatOfThisSessionAndEarlierOnes() throws {
    let client = try KernelClient()
    for code in ["1 + 1", "2 + 2", "1 + 1"] { _ = try client.run(code) }
    func history(_ question: JSONValue) throws -> [JSONValue] {
      try client.ask("history_request", question)["history"]?.asArray ?? []
    }
    let tail = try history(["hist_access_type": "tail", "n": 2, "output": true, "raw": true])
    #expect(tail == [[1, 2, ["2 + 2", "4"]], [1, 3, ["1 + 1", "2"]]])
    #expect(
      try history(["hist_access_type": "range", "session": 0, "start": 1, "stop": 2]) == [[1, 1, "1 + 1"]])
    #expect(
      try history(["hist_access_type": "search", "pattern": "1*", "unique": true]) == [[1, 3, "1 + 1"]])
    // It leaves the name of the prompt's own history, which is a file, alone.
    let names = try FolderListing(FilePath(client.program.folder) / "state/gfnet-lab").names
    #expect(names.contains("jupyter-history") && !names.contains("history"))
  }

  @Test func variablesAreListedAlsoWhileACellRuns() throws {
    let client = try KernelClient()
    #expect(try client.ask("kernel_info_request")["supported_features"] == ["debugger"])
    #expect(try client.debug("debugInfo")["body"]?["isStarted"] == false)
    #expect(try client.debug("initialize")["success"] == true)
    #expect(try client.debug("debugInfo")["body"]?["isStarted"] == true)
    _ = try client.run("seen = 3 t = gfnet.tensor.zeros(2, 3)")
    func variable(_ name: String) throws -> JSONValue? {
      try client.debug("inspectVariables")["body"]?["variables"]?.asArray?.first {
        $0["name"]?.asString == name
      }
    }
    #expect(try variable("seen")?["value"] == "3")
    let details = try client.debug("richInspectVariables", ["variableName": "t"])
    #expect(details["body"]?["data"]?["text/plain"]?.asString?.isEmpty == false)
    #expect(try client.debug("richInspectVariables", ["variableName": "nobody"])["success"] == false)
    let refused = try client.debug("setBreakpoints")
    #expect(refused["success"] == false)
    #expect(refused["request_seq"] == 7)
    let cell = try client.startEndlessCell()
    #expect(try variable("seen")?["value"] == "3")
    _ = try client.ask("interrupt_request", on: client.control)
    _ = try client.answer(to: cell)
  }

  @Test func tensorsAreShownWithASmallPicture() throws {
    let client = try KernelClient()
    for (code, shape) in [
      ("gfnet.tensor.rand(4, 5)", "4×5"), ("gfnet.tensor.rand(3, 16, 16)", "3×16×16"),
      ("gfnet.tensor.randn(2, 64, 7, 7)", "2×64×7×7"), ("gfnet.tensor.zeros(1, 3, 300)", "1×3×300"),
    ] {
      let outputs = try client.run(code).published.dropFirst()
      #expect(outputs.map(\.type) == ["execute_result", "display_data"], "\(code)")
      let data = outputs.last?.content["data"]
      #expect(data?["image/png"]?.asString?.isEmpty == false)
      #expect(data?["text/plain"]?.asString?.hasPrefix("[figure tensor] tensor \(shape), ") == true)
      #expect(outputs.last?.content["metadata"]?["image/png"]?["height"]?.asInteger ?? 9999 < 500)
    }
    // Few numbers say more than their picture; what is no number has none, and what would fill pages.
    for code in [
      "tensor{1, 2, 3}", "tensor.zeros(3, 1)", "tensor.zeros(2, 2) / 0", "tensor.zeros(1, 300, 3)",
    ]
    .map({ "gfnet." + $0 }) {
      #expect(try client.run(code).published.map(\.type) == ["execute_input", "execute_result"], "\(code)")
    }
  }

  @Test func widgetsAreRefused() throws {
    let client = try KernelClient()
    let name = client.send("comm_open", ["comm_id": "c", "target_name": "w", "data": [:]])
    let published = try client.published(about: name)
    #expect(published.map(\.type) == ["comm_close"])
    #expect(published.first?.content["comm_id"] == "c")
    #expect(try client.ask("comm_info_request")["comms"] == [:])
  }

  @Test func strangersMessagesAreDroppedWithALineEach() throws {
    let client = try KernelClient()
    let stranger = MessageCoder(key: Array("another".utf8))
    let request = stranger.encode(stranger.message("execute_request", ["code": "broken = 1"], to: []))
    var unsigned = request
    unsigned[1] = []
    let junk: [[[UInt8]]] = [
      request, unsigned, [[]], [Array("<IDS|MSG>".utf8)], Array(repeating: [1], count: 500),
    ]
    for socket in [client.shell, client.control] { junk.forEach(socket.send) }
    // Signed, and yet no request that can be answered.
    for type in ["", "no_such_request", "execute_request", "complete_request", "inspect_request"] {
      client.send(type, ["code": 5, "cursor_pos": -9_000_000_000])
    }
    #expect(try client.ask("kernel_info_request", on: client.control)["status"] == "ok")
    // What is sent before it is known that a request failed is aborted with it.
    #expect(try client.ask("kernel_info_request")["status"] == "ok")
    #expect(try client.run("rawget(_G, 'broken')").published.map(\.type) == ["execute_input"])
    let lines = (client.program.read("err.txt") ?? "").split(separator: "\n")
    #expect(lines.count { $0.contains("a message was dropped") } == 11, "\(lines)")
    #expect(lines.count { $0.contains("its signature is wrong") } == 2)
    #expect(lines.count { $0.contains("it is not signed") } == 2)
    #expect(lines.contains { $0.contains("'no_such_request' is unknown") })
  }

  @Test func aConnectionFileThatIsNoneIsOneLine() throws {
    let program = try Program()
    try program.write("bad.json", "{\"shell_port\": 70000}")
    let result = try program.run("jupyter", "kernel", "bad.json")
    #expect(result.status == 1)
    #expect(
      result.errors
        == "gfnet-lab: bad.json: not a connection file of Jupyter: shell_port must be a port from 1 to 65535\n"
    )
    #expect(try program.run("jupyter", "kernel", "none.json").complaints.count == 1)
  }
}
