import Support

/// Makes plugins that are wrong in ways that people and attackers think of; the same for the same seed.
struct HostilePlugins {
  private let random: CounterRandom
  private var draws = 0

  init(seed: UInt64) { random = CounterRandom(seed: seed, stream: "hostile plugins") }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    draws += 1
    return elements[random.integer(draws, below: elements.count)]
  }

  /// Values that a field of a manifest should not have.
  private static let values = [
    "nil", "true", "-1", "1e308", "0/0", "math", "{}", "{{}}", "{1, 2, 3}", "function() end",
    "('x'):rep(1 << 20)",
    "(function() local t = {} t[1] = t return t end)()", "(function() local t = {} t[t] = t return t end)()",
    "'\\0'", "'\\27[2J'", "'\\xff\\xfe'", "'../../etc'", "setmetatable({}, {})", "string",
    "('%s'):format(nil)",
    "(function() local t = {} for i = 1, 5000 do t[i] = 'e' .. i end return t end)()", "''", "'gfnet >= 99'",
    "('gfnet >= 0.1,'):rep(100000)", "{exits = {'confidence'}}", "{exits = {'\\27[0m'}}", "{exits = 'x'}",
    "{[1] = {'a'}, exits = {'b'}}", "{'files.read', 'files.read', 'root'}", "error('no')", "load('return 1')",
  ]

  /// Lines that an `init.lua` should not hold.
  private static let lines = [
    "error({})", "error(nil)", "error(('x'):rep(1 << 22))", "os.exit(1)", "io.open('/etc/passwd')",
    "gfnet = nil",
    "local function f() return f() + 1 end f()", "string.rep('x', 1 << 40)", "gfnet.params{limit = 1}",
    "gfnet.exits.define{}", "gfnet.exits.define{name = '', decide = print}", "require('nothing')",
    "require(nil)",
    "gfnet.samplers.define{name = 'x', propose = print}", "setmetatable(_G, {__index = error})", "x = = 1",
    "gfnet.tensor.zeros(1 << 62)", "gfnet.tensor.save('/tmp/x', {})", "coroutine.yield()", "goto nowhere",
    "gfnet.exits.define{name = 'h', params = {a = {default = {}}}, decide = print}", "return 1, 2, 3",
    "local t = {} t[1] = t gfnet.exits.define{name = 'h', params = {a = t}, decide = print}",
    "gfnet.exits.define(setmetatable({}, {__index = function() error('boo') end}))",
    "print(('\\27'):rep(100))",
    "for i = 1, 2000 do gfnet.exits.define{name = 'h' .. i, decide = print} end", "debug.sethook()",
  ]

  mutating func manifest(named name: String) -> String {
    var fields = [
      ("name", "'\(name)'"), ("version", "'1.0'"), ("summary", "'s'"), ("requires", "'gfnet >= 0.1'"),
      ("provides", "{exits = {'h'}}"), ("capabilities", "{}"),
    ]
    for _ in 0..<pick([0, 1, 1, 1, 2, 3]) {
      let index = pick(Array(fields.indices))
      fields[index] = (
        pick([fields[index].0, fields[index].0, "nme", "['\\27']", "[{}]"]), pick(Self.values)
      )
    }
    let body = fields.map { "\($0.0) = \($0.1)" }.joined(separator: ", ")
    return pick([
      "return {\(body)}", "return {\(body)}", "return {\(body)", body, "\u{FEFF}return {\(body)}\r\n",
    ])
  }

  mutating func initialiser() -> String {
    let good = "gfnet.exits.define{name = 'h', decide = function() return true end}"
    return (0..<pick([0, 1, 1, 2])).map { _ in pick(Self.lines) }.joined(separator: "\n") + "\n" + good
  }
}
