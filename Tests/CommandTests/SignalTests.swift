import Foundation
import Support
import TestSupport
import Testing

/// Ctrl-C, `kill` and a terminal that closes: status 130, and a report of what was done. None of these scripts ends by
/// itself.
@Suite struct SignalTests {
  /// However busy the machine is, the script is given time to answer.
  private static let patient = ["GFNET_LAB_PATIENCE": "600"]

  private static let endless = [
    "print('go') while true do end",
    "print('go') while true do pcall(function() while true do end end) end",
    "print('go') coroutine.wrap(function() while true do end end)()",
    "print('go') local s = ('a'):rep(300) s:find('.-.-.-.-.-.-.-.-b')",
    "print('go') table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 53)",
    "print('go') table.move(setmetatable({}, {__index = rawlen}), 1, 40000000, 1, setmetatable({}, {__newindex = rawequal}))",
    "print('go') while true do local s = ('x'):rep(1 << 26) s = s:upper() .. s end",
    "local t = {} for i = 1, 1e5 do t[i] = i * 7919 % 1009 end print('go') while true do table.sort(t) end",
  ]

  @Test(arguments: endless)
  func controlCEndsWith130AndAReport(_ source: String) throws {
    try check(source, signal: SIGINT)
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGUSR1])
  func otherRequestsDoTheSame(_ signal: Int32) throws {
    try check(Self.endless[0], signal: signal)
  }

  private func check(_ source: String, signal: Int32) throws {
    let program = try Program()
    try program.write("loop.lua", source)
    let process = try program.start(["loop.lua"], environment: Self.patient)
    #expect(program.wait(for: "go", in: process))
    kill(process.processIdentifier, signal)
    let result = program.finish(process)
    #expect(result.status == 130)
    #expect(result.complaints == ["gfnet-lab: interrupted"])
    #expect(program.read("reports/loop/meta.json")?.contains("\"status\": \"interrupted\"") == true)
    #expect(program.leftovers == [])
  }

  @Test func controlCWhilePluginsLoad() throws {
    let program = try Program()
    // The script has no end either, so that a machine on which the plugin uses its time up changes nothing.
    try program.write("s.lua", "pcall(function() return gfnet.exits.slow end) while true do end")
    try program.write(
      "plugins/slow/plugin.lua",
      """
      name = "slow" version = "0.1" summary = "never loads" requires = "gfnet >= 0.1"
      provides = {exits = {"slow"}} capabilities = {"files.write"}
      """)
    try program.write(
      "plugins/slow/init.lua",
      "gfnet.tensor.save('\(program.folder)/began.safetensors', {a = gfnet.tensor{1}}) while true do end")
    let process = try program.start(["s.lua", "--allow-plugins"], environment: Self.patient)
    while process.isRunning, !FileManager.default.fileExists(atPath: program.folder + "/began.safetensors") {
      usleep(20_000)
    }
    kill(process.processIdentifier, SIGINT)
    let result = program.finish(process)
    #expect(result.status == 130)
    #expect(result.complaints.last == "gfnet-lab: interrupted", "\(result.errors)")
  }

  /// A product of 9,000 × 9,000 matrices takes the library half a minute, in one call that asks nobody; on a machine
  /// that is faster it is one after the other.
  @Test(arguments: [[SIGINT], [SIGINT, SIGTERM]])
  func aLongNativeCallIsLeft(_ signals: [Int32]) throws {
    let program = try Program()
    try program.write(
      "long.lua",
      """
      -- %%
      print("early")
      -- %%
      local a = gfnet.tensor.ones(9000, 9000)
      print("go")
      while true do a:matmul(a) end
      """)
    let process = try program.start(["long.lua"])
    #expect(program.wait(for: "go", in: process))
    usleep(300_000)
    // Two that come together end the program before the call is back.
    for signal in signals { kill(process.processIdentifier, signal) }
    let result = program.finish(process)
    #expect(result.status == 130)
    #expect(result.complaints.count == 1)
    #expect(result.complaints.first?.hasPrefix("gfnet-lab: interrupted") == true)
    #expect(program.read("reports/long/meta.json")?.contains("\"status\": \"interrupted\"") == true)
    // The report reaches to the cell before.
    #expect(program.read("reports/long/report.md")?.contains("early") == true)
    #expect(program.leftovers == [])
  }

  /// oneDNN's generated kernels keep the stack register in their working memory, where the frame of a handler would
  /// destroy the heap: requests are waited for by one thread and caught by none.
  @Test func noHandlerRunsOnTheStackOfAComputation() throws {
    let program = try Program()
    try program.write(
      "s.lua", "local a = gfnet.tensor.ones(512, 512) print('go') while true do a:matmul(a) end")
    let process = try program.start(["s.lua"])
    #expect(program.wait(for: "go", in: process))
    let tasks = "/proc/\(process.processIdentifier)/task"
    let threads = try FileManager.default.contentsOfDirectory(atPath: tasks)
    var waiting: [String] = []
    for thread in threads {
      let status = try String(contentsOfFile: "\(tasks)/\(thread)/status", encoding: .utf8)
      let open = [SIGINT, SIGTERM].filter { !Self.has($0, in: "SigBlk", of: status) }
      if !open.isEmpty { waiting.append(thread) }
      for signal in [SIGINT, SIGTERM, SIGHUP] {
        #expect(!Self.has(signal, in: "SigCgt", of: status), "caught: \(signal)")
      }
    }
    #expect(threads.count >= 2)
    // The system shows as open what a thread waits for.
    #expect(waiting.count == 1)
    #expect(waiting.first != "\(process.processIdentifier)")
    process.interrupt()
    #expect(program.finish(process).status == 130)
  }

  /// Whether the set of signals in that line of a `status` file of /proc has the signal.
  private static func has(_ signal: Int32, in field: String, of status: String) -> Bool {
    let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
    let set = UInt64(line.split(separator: "\t").last ?? "", radix: 16) ?? 0
    return set >> UInt64(signal - 1) & 1 == 1
  }

  @Test func aTrainingIsLeftWithinABatch() throws {
    let program = try Program()
    try program.write(
      "train.lua",
      """
      local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 256})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 4}
      print("go")
      gfnet.train{model = model, dataset = data, stage = 1, epochs = 100000, batch = 256, checkpoint = "c.safetensors"}
      """)
    let process = try program.start(["train.lua"], environment: Self.patient)
    #expect(program.wait(for: "go", in: process))
    usleep(500_000)
    process.interrupt()
    let result = program.finish(process)
    #expect(result.status == 130)
    #expect(result.complaints.contains("gfnet-lab: interrupted"), "\(result.errors)")
    #expect(program.leftovers == [])
  }

  @Test(arguments: ["soon", "0", "1.5", "3601"])
  func patienceIsANumberOfSeconds(_ text: String) throws {
    let result = try Program().run("--version", environment: ["GFNET_LAB_PATIENCE": text])
    #expect(result.status == 2)
    #expect(
      result.complaints == ["gfnet-lab: $GFNET_LAB_PATIENCE is \"\(text)\", expected seconds from 1 to 3600"])
  }

  /// A pipe whose writer never comes would be waited for without end.
  @Test func aScriptThatNeverArrivesIsRefused() throws {
    let program = try Program()
    #expect(mkfifo(program.folder + "/pipe.lua", 0o600) == 0)
    let result = try program.run("pipe.lua")
    #expect(result.status == 1)
    #expect(
      result.errors == "gfnet-lab: cannot read script pipe.lua: it is a named pipe, expected a regular file\n"
    )
    #expect(program.read("reports/pipe/meta.json") == nil)
  }

  /// The program starts itself once more for a setting of its thread library; both keep signals and status.
  @Test func theProcessKeepsItsNumberAndItsStatus() throws {
    let program = try Program()
    try program.write("s.lua", "print('go') while true do end")
    let process = try program.start(["s.lua"])
    #expect(program.wait(for: "go", in: process))
    let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process.processIdentifier)/environ"))
    #expect(String(decoding: environment, as: UTF8.self).contains("GOMP_SPINCOUNT="))
    process.terminate()
    #expect(program.finish(process).status == 130)
    try program.write("bad.lua", "error('x')")
    #expect(try program.run("bad.lua").status == 1)
    #expect(try program.run("bad.lua", environment: ["GOMP_SPINCOUNT": "100"]).status == 1)
    #expect(try program.run("bad.lua", "x=1").status == 2)
  }

  /// The script at the root of a source tree hands its process over.
  @Test func theLauncherPassesSignalsAndStatusThrough() throws {
    let program = try Program()
    let root = SourceTree.root.string
    // Only what the launcher does last: it would otherwise install packages and build.
    let text = try String(contentsOfFile: root + "/gfnet-lab", encoding: .utf8)
    let last = text.split(separator: "\n").last.map(String.init) ?? ""
    #expect(last == "exec \"$root/.build/release/gfnet-lab\" \"$@\"")
    let launch = "root='\(root)'; set --"
    try program.write("bad.lua", "error('x')")
    #expect(try program.shell("\(launch) bad.lua; \(last)").status == 1)
    #expect(try program.shell("\(launch) bad.lua x=1; \(last)").status == 2)
    try program.write("s.lua", "print('go') while true do end")
    let process = try program.start(["-c", "\(launch) s.lua; \(last)"], executable: "/bin/bash")
    #expect(program.wait(for: "go", in: process))
    process.interrupt()
    #expect(program.finish(process).status == 130)
  }
}
