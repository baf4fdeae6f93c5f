import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// A cell that is given back left what it would have left, whatever was edited.
@Suite struct CellCacheEditTests {
  fileprivate static let base = [
    "local p = gfnet.params{limit = 5, rate = 0.5}",
    "local t = {1, 2, 3, name = \"a\", inner = {x = 1}}\nlocal alias = t.inner",
    """
    local function bump(d) t.inner.x = t.inner.x + d  return t.inner.x end
    local count = 0
    local function tick() count = count + 1  return count end
    """,
    "local s = 0\nfor i = 1, p.limit do s = s + i * t[1] end\nprint(s, t.inner.x)",
    "print(alias.x, gfnet.random.uniform(), math.random(100))",
    "total = 10",
    "local u = gfnet.tensor{1, 2, 3} * p.rate\nlocal v = u:clone()\nprint(u:sum())",
    """
    gfnet.report.table{columns = {"a"}, rows = {{s}, {total}}}
    gfnet.report.results{s = s, name = t.name}
    """,
    "print(gfnet.read.text(\"data.txt\"))",
    "local obj = setmetatable({k = 3}, {__index = function(_, key) return key .. t.name end})\nprint(obj.foo, obj.k)",
    """
    local co = coroutine.wrap(function() for i = 1, 9 do coroutine.yield(i * t[2]) end end)
    print(co(), co())
    """,
    "print(select(2, pcall(function() error(\"stop\") end)))",
    """
    local copy = {a = {1, 2}, b = t.inner, c = {t.inner}, d = p.limit}
    copy.e = copy.a
    copy.self = copy
    print(copy.b == copy.c[1])
    """,
    "print(copy.a == copy.e, copy.self == copy, copy.b.x, copy.b == alias, count, total)",
    """
    local big = {}
    for i = 1, 50 do big[i] = {i, i * total, tostring(i)} end
    local sum = 0
    for _, r in ipairs(big) do sum = sum + r[2] end
    print(sum)
    """,
    "print(#big, big[3][2], v:sum(), obj.k)",
    "local rng = gfnet.random.generator{name = \"mine\"}\nprint(rng:integer(1, 1000), string.format(\"%5.2f\", s))",
    "print(gfnet.random.normal(), math.random(), t[#t], rng.position)",
    "local twice = u * 2\nlocal view = twice[{{1, 2}}]\nprint(view:sum(), twice:sum())",
    "print(twice[1], total + s, p.limit)",
  ]

  fileprivate static let statements = [
    "t.inner.x = t.inner.x + 1", "bump(2)", "print(tick())", "total = total + 1", "alias.y = 7",
    "copy.b.z = 1",
    "u[1] = u[1] + 1", "v[2] = 5", "math.randomseed(7)", "print(math.random())",
    "print(gfnet.random.integer(1, 9))",
    "obj.k = (obj.k or 0) + 1", "string.shout = function(s) return s:upper() end",
    "print(string.shout and 1)",
    "t[#t + 1] = #t", "table.remove(t)", "count = count + 1", "fresh = nil", "fresh = 3", "print(fresh)",
    "print(rawget(_G, \"fresh\"))", "load(\"fresh = 5\")()", "print(os.time() > 0)",
    "print(#tostring(t) > 5)",
    "setmetatable(t, {__len = function() return 99 end})", "print(#t)", "gfnet.strict(false)",
    "print(pcall(bump, \"x\"))", "print(co())", "rng:integer(1, 5)", "print(rng.position)", "twice[1] = 50",
    "view[1] = 3", "local t = {7, 8, 9, name = \"b\", inner = {x = 2}}", "big[1][2] = 0", "copy.e[1] = 12",
    "print(copy.a[1])", "alias = t.inner",
    "function nudge() t.inner.x = t.inner.x + 5 end", "nudge()", "math.floor = math.ceil",
    "print(math.floor(1.5))", "setmetatable(_G, nil)", "t.inner = {x = 100}",
    "t.f = function() return count end", "print(t.f and t.f())", "local p = {limit = 3, rate = 2}",
    "getmetatable(obj).__index = function() return \"new\" end", "print(obj.bar)", "obj = nil",
    "table.insert(big, 1, {0, 0, \"\"})", "io.write(\"x\\n\")", "if count > 1 then return end",
    "for k in pairs({only = 1}) do print(k) end", "print(rawequal(copy.a, copy.e))",
    "copy.a = {1, 2}", "t.sparse = {[3] = 1}", "print(t.sparse and #t.sparse)", "p.limit = 9",
    "print(pcall(function() return tostring(gfnet.exits.extra) end))",
    "local q = p  q.rate = 3", "print(p.rate)", "t[0.5] = 1  t[0.25] = 2",
    "for k, v in pairs(t) do if math.type(k) == \"float\" then print(k, v) end end",
    "gfnet.exits.define{name = \"mine\", summary = \"Mine.\", decide = function(s) return count > 1 end}",
  ]

  /// How many edits are made: `GFNET_LAB_EDITS=200` makes as many as `docs/cell-cache.md` speaks of, in some minutes.
  private static let edits = ProcessInfo.processInfo.environment["GFNET_LAB_EDITS"].flatMap { Int($0) } ?? 6

  @Test func randomEditsGiveBackNothingElse() throws {
    let bench = try CellCacheBench()
    var editor = Editor()
    var hits = 0
    for number in 0..<Self.edits {
      let what = try editor.edit(bench.folder)
      let plugins = try editor.writePlugins(bench.folder)
      let (limit, seed) = (editor.limit, editor.seed)
      let kept = try bench.run(editor.source, keeps: true, limit: limit, seed: seed, plugins: plugins)
      let plain = try bench.run(editor.source, keeps: false, limit: limit, seed: seed, plugins: plugins)
      hits += kept.lines.count { $0.contains(": hit") }
      guard kept.result == plain.result else {
        Issue.record(
          """
          edit \(number): \(what)
          \(kept.lines.joined(separator: "\n"))
          --- kept: \(kept.result.message)
          \(kept.result.outputs)
          --- plain: \(plain.result.message)
          \(plain.result.outputs)
          --- \(editor.source)
          """)
        return
      }
    }
    // A cache that never finds anything would pass as well.
    #expect(hits > Self.edits, "\(hits) cells were found again")
  }
}

/// Makes random edits of a script and of what it depends on; the same ones each time.
private struct Editor {
  let random = CounterRandom(seed: 11, stream: "edits")
  var drawn = 0
  var cells = CellCacheEditTests.base
  var limit = 5
  var seed: UInt64 = 1
  var plugin = 0

  mutating func draw(_ bound: Int) -> Int {
    drawn += 1
    return random.integer(drawn, below: max(bound, 1))
  }

  var source: String { cells.map { "-- %% cell\n" + $0 }.joined(separator: "\n\n") + "\n" }

  func writePlugins(_ folder: TemporaryFolder) throws -> FilePath? {
    guard plugin > 0 else { return nil }
    try folder.write(
      """
      return {name = "extra", version = "1.\(plugin)", summary = "For tests.", requires = "gfnet >= 0.1",
        provides = {exits = {"extra"}}}
      """, "plugins/extra/plugin.lua")
    try folder.write(
      """
      gfnet.exits.define{name = "extra", summary = "For tests.",
        decide = function(s) return s.confidence > 0.\(plugin) end}
      """, "plugins/extra/init.lua")
    return folder.path / "plugins"
  }

  /// Makes one edit; returns what it was.
  mutating func edit(_ folder: TemporaryFolder) throws -> String {
    if draw(8) == 0 {
      cells = CellCacheEditTests.base
      return "everything undone"
    }
    let index = draw(cells.count)
    switch draw(12) {
    case 0:
      cells[index] = "-- a remark \(draw(9))\n" + cells[index]
      return "comment in \(index + 1)"
    case 1:
      let other = draw(cells.count)
      cells.swapAt(index, other)
      return "swap of \(index + 1) and \(other + 1)"
    case 2:
      let names = [
        ("alias", "other"), ("copy", "kopie"), ("bump", "kick"), ("big", "large"), ("twice", "double"),
      ]
      let (old, new) = names[draw(names.count)]
      cells = cells.map { $0.replacing(old, with: new) }
      return "\(old) is now \(new)"
    case 3:
      limit = 3 + draw(4)
      return "limit=\(limit)"
    case 4:
      try folder.write("line \(draw(4))\n", "data.txt")
      return "another file"
    case 5:
      seed = UInt64(1 + draw(3))
      return "seed \(seed)"
    case 6:
      let digits = cells[index].indices.filter { cells[index][$0].isASCII && cells[index][$0].isNumber }
      guard !digits.isEmpty else { return "nothing" }
      let place = digits[draw(digits.count)]
      cells[index].replaceSubrange(place...place, with: "\(1 + draw(9))")
      return "constant in \(index + 1)"
    case 7:
      plugin = draw(3)
      return "plugin \(plugin)"
    default:
      let statement = CellCacheEditTests.statements[draw(CellCacheEditTests.statements.count)]
      cells[index] += "\n" + statement
      return "'\(statement)' in \(index + 1)"
    }
  }
}
