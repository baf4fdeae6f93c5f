import Foundation
import Testing

/// The machine has no more memory, whatever the script's budget says.
@Suite struct ShortMemoryTests {
  @Test func aScriptGoesOnAfterAnAllocationFailed() throws {
    let program = try Program()
    // What the program itself takes depends on the machine.
    try program.write("idle.lua", "print('go') while true do end")
    let idle = try program.start(["idle.lua", "--threads", "2"])
    #expect(program.wait(for: "go", in: idle))
    let status = try String(contentsOfFile: "/proc/\(idle.processIdentifier)/status", encoding: .utf8)
    idle.interrupt()
    _ = program.finish(idle)
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") }?
      .split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }.first
    let limit = try #require(peak) + 350_000

    try program.write(
      "short.lua",
      """
      local function try(f) local ok, why = pcall(f) print(ok, (tostring(why):gsub("^.-:%d+: ", ""))) end
      -- pieces of a megabyte, until the system grants no more
      for i = 1, 3 do
        try(function() local t = {} for i = 1, 1e4 do t[i] = ("x"):rep(1 << 20) .. i end end)
        collectgarbage()
      end
      -- and the program still counts
      print(#gfnet.tensor.zeros(1000):totable(), collectgarbage("count") < 100000)
      """)
    let result = try program.shell("ulimit -v \(limit); exec \"$GFNET\" short.lua --threads 2")
    #expect(result.output == String(repeating: "false\tnot enough memory\n", count: 3) + "1000\ttrue\n")
    #expect(result.status == 0)
  }
}
