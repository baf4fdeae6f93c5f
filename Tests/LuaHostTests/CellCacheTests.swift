import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// What is found again of the cells of an earlier run, and what is said of the others.
@Suite struct CellCacheTests {
  private static let short = """
    -- %% [parameters]
    local p = gfnet.params{limit = 5}
    -- %% Numbers
    local t = {1, 2, 3}
    -- %% Sum
    local s = 0
    for i = 1, p.limit do s = s + i end
    print(s)
    -- %% Use
    print(t[1] + s)
    -- %% File
    print(gfnet.read.text("data.txt"))
    """

  private func lines(
    _ edit: (String) -> String, limit: Int = 5, seed: UInt64 = 1, text: String = "one\n"
  ) throws -> [String] {
    let bench = try CellCacheBench()
    _ = try bench.run(Self.short, keeps: true)
    try bench.folder.write(text, "data.txt")
    return try bench.run(edit(Self.short), keeps: true, limit: limit, seed: seed).lines
  }

  @Test func anUnchangedScriptIsFoundAgain() throws {
    let lines = try lines { $0 }
    #expect(lines.count == 5)
    #expect(lines[0].hasPrefix("cell 1: run: ") && lines[0].hasSuffix("not kept: it declares the parameters"))
    for line in lines.dropFirst() { #expect(line.contains(": hit, which saves "), "\(line)") }
    let moved = try self.lines {
      $0.replacing("local s = 0", with: "-- the sum\n\n  local   s = 0 -- starts")
    }
    #expect(moved.dropFirst().allSatisfy { $0.contains(": hit") }, "\(moved)")
  }

  @Test func whatChangedIsNamed() throws {
    var found = try lines({ $0.replacing("s = s + i", with: "s = s + 2 * i") })
    #expect(found[1].contains(": hit"))
    #expect(found[2] == "cell 3 (Sum): run: line 7 changed; kept", "\(found)")
    #expect(found[3] == "cell 4 (Use): run: `s` was 15, is 30; kept", "\(found)")
    #expect(found[4].contains(": hit"))

    found = try lines({ $0 }, limit: 7)
    #expect(found[2] == "cell 3 (Sum): run: limit was 5, is 7; kept", "\(found)")
    #expect(found[1].contains(": hit") && found[4].contains(": hit"))

    found = try lines({
      $0.replacing("{1, 2, 3}", with: "{8, 2, 4, t = 1}").replacing("t[1] + s", with: "#t + s")
    })
    #expect(found[3].contains("line 10 changed"), "\(found)")

    found = try lines({ $0 }, text: "two\n")
    #expect(found[4] == "cell 5 (File): run: the file data.txt changed; kept", "\(found)")

    found = try lines({ $0 }, seed: 2)
    #expect(found[3] == "cell 4 (Use): run: seed was 1, is 2; kept", "\(found)")
  }

  @Test func changedTablesAreNamedWithTheirCell() throws {
    let found = try lines({ $0.replacing("{1, 2, 3}", with: "{1, 2, 4}") })
    #expect(found[3] == "cell 4 (Use): run: reads `t` from cell 2, which has changed; kept", "\(found)")
  }

  @Test(arguments: [
    ("print(os.time() > 0)", "it uses the clock"),
    ("local x = gfnet.clock()", "it uses the clock (gfnet.clock)"),
    ("print(#tostring({}) > 0)", "it shows where a value lies in memory"),
    ("print(collectgarbage(\"count\") > 0)", "it asks how much memory is in use"),
    ("t[1] = 5", "it changes what earlier cells made"),
    ("n = n + 1", "it assigns 'n' of an earlier cell"),
    ("local function f() end", "'f', which it makes, is, or holds, a function"),
    ("local f = coroutine.create(print)", "'f', which it makes, is, or holds, a coroutine"),
    ("io.stderr:write(\"\")", "it writes to standard error"),
    ("io.write(\"\\255\")", "it prints bytes that are no text"),
    ("gfnet.strict(true)", "it calls gfnet.strict"),
  ])
  func whatCannotBeKeptSaysWhy(_ code: String, _ reason: String) throws {
    let bench = try CellCacheBench()
    let use = code.contains(" f") ? "local used = f" : ""
    let lines = try bench.run(
      "-- %%\nlocal t, n = {1}, 1\n-- %%\n\(code)\n-- %%\n\(use)\nprint(t[1] + n)\n", keeps: true
    ).lines
    #expect(lines.count == 3 && lines[1].hasSuffix("not kept: \(reason)"), "\(lines)")
  }

  @Test func damagedFilesAreAMissWithARemark() throws {
    let bench = try CellCacheBench()
    let first = try bench.run(Self.short, keeps: true)
    for item in bench.store.items() {
      var bytes = try InputFile.bytes(of: item.path, limit: 1 << 20)
      bytes[bytes.count / 2] ^= 0xFF
      try AtomicFile.write(Data(bytes), to: item.path)
    }
    let second = try bench.run(Self.short, keeps: true)
    #expect(second.lines.allSatisfy { !$0.contains(": hit") }, "\(second.lines)")
    #expect(second.result.outputs.contains("a kept cell cannot be read and runs again"))
    #expect(second.result.message == first.result.message)
    _ = try bench.run(Self.short, keeps: true)
    let last = try bench.run(Self.short, keeps: true)
    #expect(last.result == first.result)
    #expect(last.lines.dropFirst().allSatisfy { $0.contains(": hit") }, "\(last.lines)")
  }

  @Test func theOldestCellsGoBeyondTheBound() throws {
    let bench = try CellCacheBench()
    let small = CellStore(folder: bench.folder.path / "small", bound: 6000)
    for number in 0..<12 {
      _ = try bench.run("-- %%\nlocal x = \(number)\n-- %%\nprint(x)\n", keeps: true, store: small)
    }
    let items = small.items()
    #expect(!items.isEmpty && items.reduce(0) { $0 + $1.bytes } <= 6000)
    #expect(small.clear() == items.count && small.items().isEmpty)
  }
}
