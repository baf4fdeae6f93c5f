import LuaHost
import Support
import TestSupport
import Testing

/// `gfnet.read`, and that every reader of text takes any line ends.
struct ReadTests {
  /// Runs `source` beside the files; what it printed, or its error.
  private func run(_ files: [String: [UInt8]], _ source: String) throws -> String {
    let folder = try TemporaryFolder()
    for (name, bytes) in files { _ = try folder.write(bytes, name) }
    let bench = try ScriptBench(source, path: folder.path / "test.lua")
    return bench.message.isEmpty ? String(bench.shown.dropLast()) : bench.message
  }

  /// LF, CR LF, CR and a mixture, with and without byte-order mark and last line end.
  private static func variants(_ lines: [String]) -> [[UInt8]] {
    var random = 7
    return [["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]].flatMap { ends in
      [[], [0xEF, 0xBB, 0xBF]].flatMap { (mark: [UInt8]) in
        [true, false].map { isEnded in
          var bytes = mark
          for (index, line) in lines.enumerated() {
            bytes += Array(line.utf8)
            random = (random * 31 + 17) % 1009
            if isEnded || index < lines.count - 1 { bytes += Array(ends[random % ends.count].utf8) }
          }
          return bytes
        }
      }
    }
  }

  @Test func ioReadsAsLuaDocuments() throws {
    let source = """
      local function said(...) return select("#", ...), (select(2, ...):gsub("^.-%.lua:%d+: ", "")) end
      local file = assert(io.open("t.txt"))
      print(tostring(file):match("t%.txt%)$"), file:read("n", "n", "n", "n", "n"))
      print(file:read("l"), file:read(3), file:read("L"), file:read(0), file:read("a"), file:read("a"), file:read("l"))
      print(file:read(0), file:seek("set", 2), file:read(2), file:seek("cur", -1), file:seek("end"))
      print(file:seek("set", -1))
      print(file:close(), tostring(file), (pcall(file.read, file)))
      local count = 0
      for line in io.lines("t.txt") do count = count + 1 end
      for a, b in io.open("t.txt"):lines("l", "L") do count = count + (b and #b or 0) end
      print(count)
      print(io.open("missing.txt"))
      print(said(pcall(io.open, "t.txt", "w")))
      print(said(pcall(io.lines, "no such file.txt")))
      print(io.open("/no such folder/t.txt"))
      print(said(pcall(io.lines, "/no such folder/t.txt")))
      """
    let output = try run(["t.txt": Array("12 -0x10 1e3 .5 0x.8p1\nabcdef\nrest\n".utf8)], source)
    let refused =
      "may not read /no such folder/t.txt: it is outside the folders of this run; "
      + "--allow /no such folder permits it"
    let expected = [
      "t.txt)\t12\t-16\t1000.0\t0.5\t1.0", "\tabc\tdef\n\t\trest\n\t\tnil", "nil\t2\t -\t3\t35",
      "nil\tInvalid argument\t22", "true\tfile (closed)\tfalse", "10",
      "nil\tcannot read missing.txt: No such file or directory\t2",
      "2\tio.open: argument 2 'mode' must be \"r\" or \"rb\", got the string \"w\": files are made by gfnet.tensor.save and "
        + "the :save of models, traces and figures",
      "2\tcannot read no such file.txt: No such file or directory",
      // What lies elsewhere is refused whether it exists or not.
      "nil\tio.open: \(refused)\t13", "2\tio.lines: \(refused)",
    ]
    #expect(output == expected.joined(separator: "\n"))
    for bytes in Self.variants(["one", " two ", "", "größe"]) {
      let lines = try run(
        ["t.txt": bytes],
        "local l = {} for line in io.lines('t.txt') do l[#l + 1] = line end print(#l, table.concat(l, '|'))")
      #expect(lines == "4\tone| two ||größe")
    }
  }

  @Test func linesEndInEveryWay() throws {
    for bytes in Self.variants(["one", " two ", "", "größe"]) {
      let output = try run(
        ["t.txt": bytes], "local l = gfnet.read.lines('t.txt') print(#l, table.concat(l, '|'))")
      #expect(output == "4\tone| two ||größe")
    }
  }

  @Test func csvEndsInEveryWay() throws {
    for bytes in Self.variants(["name,accuracy,note", "a,1,x", "\"b,\"\"c\",2.5,", "d,,y"]) {
      let output = try run(
        ["t.csv": bytes],
        """
        local t = gfnet.read.csv("t.csv")
        print(table.concat(t.names, " "), #t.rows, t.rows[2].name, t.columns.accuracy[1], t.columns.accuracy[2])
        print(t.columns.accuracy[3] ~= t.columns.accuracy[3], t.rows[2].note == "", math.type(t.rows[1].accuracy))
        """)
      #expect(output == "name accuracy note\t3\tb,\"c\t1\t2.5\ntrue\ttrue\tinteger")
    }
  }

  @Test func jsonLinesEndInEveryWay() throws {
    for bytes in Self.variants(["{\"loss\": 1.5, \"steps\": [1, null, 3]}", "", "{\"loss\": 2}"]) {
      let output = try run(
        ["m.jsonl": bytes],
        "local m = gfnet.read.json_lines('m.jsonl') print(#m, m[1].loss, #m[1].steps, m[1].steps[3], m[2].loss)"
      )
      #expect(output == "2\t1.5\t3\t3\t2")
    }
  }

  @Test func wholeNumbersKeepAllDigits() throws {
    let text = "n,m\n9007199254740993,1\n-1700000000000000001,2.5\n9223372036854775808,\n"
    #expect(
      try run(
        ["t.csv": Array(text.utf8)],
        """
        local t = gfnet.read.csv("t.csv")
        print(t.columns.n[1], t.columns.n[2], t.columns.n[3] == 2.0 ^ 63, math.type(t.columns.n[3]))
        print(math.type(t.columns.m[1]), t.columns.m[2], t.columns.m[3] ~= t.columns.m[3])
        """) == "9007199254740993\t-1700000000000000001\ttrue\tfloat\ninteger\t2.5\ttrue")
  }

  @Test func nullLinesAreNoHoles() throws {
    #expect(
      try run(
        ["m.jsonl": Array("null\n1\n\nnull\n".utf8)],
        "local m = gfnet.read.json_lines('m.jsonl') print(#m, m[1] ~= m[1], m[2], m[3] ~= m[3])"
      ) == "3\ttrue\t1\ttrue")
  }

  @Test func csvHasOptions() throws {
    let files = ["t.csv": Array("1;01\n2;\"x\ny\"\n".utf8), "n.csv": Array("id,v\n01,nan\n02,-inf\n".utf8)]
    #expect(
      try run(
        files,
        """
        local t = gfnet.read.csv("t.csv", {header = false, separator = ";"})
        print(#t.names, t.rows[1][1] + 1, t.rows[1][2], t.rows[2][2] == "x\\ny")
        local n = gfnet.read.csv("n.csv", {text = {"id"}})
        print(n.columns.id[1], n.columns.v[2], n.columns.v[1] ~= n.columns.v[1])
        """) == "0\t2\t01\ttrue\n01\t-inf\ttrue")
  }

  @Test(arguments: [
    ("a,b\n1\n", "line 2: 1 fields, expected 2"), ("a,a\n", "two columns are called 'a'"),
    ("a\n\"x\n", "line 2: a quoted field does not end"), ("a\n\"x\"y\n", "something follows the quote"),
  ])
  func csvThatIsWrongIsNamed(_ text: String, _ reason: String) throws {
    #expect(try run(["t.csv": Array(text.utf8)], "gfnet.read.csv('t.csv')").contains(reason))
  }

  @Test func jsonIsRead() throws {
    let text =
      #"{"a": [1, -2.5e3, true, "x\n\u00e9\ud83d\ude42"], "big": 9223372036854775807, "huge": 1e400, "n": NaN, "none": null}"#
    #expect(
      try run(
        ["c.json": Array(text.utf8)],
        """
        local c = gfnet.read.json("c.json")
        print(c.a[1], c.a[2], c.a[3], c.a[4] == "x\\né🙂", math.type(c.big), c.huge, c.n ~= c.n, c.none)
        """) == "1\t-2500.0\ttrue\ttrue\tinteger\tinf\ttrue\tnil")
  }

  @Test(arguments: [
    ("", "the text ends"), ("{\"a\" 1}", "expected ':'"), ("[1,]", "is no value"), ("[01]", "is no value"),
    ("{a: 1}", "expected the name"), ("\"\\q\"", "is unknown"), ("[1] 2", "something follows"),
    ("\"x", "does not end"),
    ("[1,\n\n tru]", "line 3"),
  ])
  func jsonThatIsWrongIsNamed(_ text: String, _ reason: String) throws {
    #expect(try run(["c.json": Array(text.utf8)], "gfnet.read.json('c.json')").contains(reason))
  }

  @Test func deepJSONIsRefused() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(try run(["c.json": Array(deep.utf8)], "gfnet.read.json('c.json')").contains("deep"))
  }

  @Test func filesElsewhereAreNotRead() throws {
    #expect(
      try run([:], "gfnet.read.text('/etc/passwd')").contains(
        "gfnet.read.text: may not read /etc/passwd: it is outside the folders of this run; --allow /etc permits it"
      ))
    #expect(try run([:], "gfnet.read.text('none.txt')").contains("No such file"))
  }
}
