import LuaHost
import Reports
import TestSupport
import Testing

/// How a script is cut into cells: line ends, marks, Jupytext's headers and metadata.
@Suite struct ScriptFileTests {
  @Test func aBlankBehindATitleInBracketsIsNoMistake() {
    let script = ScriptFile(path: "test.lua", source: "-- %% [figure x] \nprint(1)")
    #expect(script.mistake == nil && script.cells.map(\.title) == ["[figure x]"])
  }

  // MARK: Line ends

  private static let script = """
    -- %% [markdown]
    -- # Title
    -- text
    -- %% [parameters]
    local x = 3
    -- %%
    local s = [[
    a
    b]]
    local t = "c\\
    d"
    print(x, #s, #t, s == "a\\nb")
    -- %% failing
    print("last")

    error("here")
    """

  /// Some line ends, in turn.
  private static let styles: [[String]] = [["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"], ["\r\n", "\n", "\r"]]

  @Test(arguments: 0..<5, [false, true])
  func everyLineEndGivesTheSame(_ style: Int, _ hasMark: Bool) throws {
    let expected = try ScriptBench(Self.script)
    #expect(expected.shown == "3\t3\t3\ttrue\nlast\n")
    #expect(expected.message == "test.lua:16: here")
    for ending in ["", "\n", "\r\n", "\r"] {
      let ends = Self.styles[style]
      var text = hasMark ? "\u{FEFF}" : ""
      let lines = Self.script.split(separator: "\n", omittingEmptySubsequences: false)
      var end = "\n"
      for (index, line) in lines.enumerated() {
        // Two different ends without text between could be one.
        if !line.isEmpty { end = ends[index % ends.count] }
        text += line + (index + 1 < lines.count ? end : "")
      }
      let bench = try ScriptBench(text + ending)
      #expect(bench.shown == expected.shown)
      #expect(bench.message == expected.message)
      #expect(bench.notebook.cells.map(\.source) == expected.notebook.cells.map(\.source))
      #expect(bench.notebook.cells.map(\.firstLine) == expected.notebook.cells.map(\.firstLine))
      #expect(bench.notebook.title == "Title")
    }
  }

  /// Random scripts of lines that all print, or mark, or are blank: the count of each survives any mixture of line ends.
  @Test func mixedLineEndsLoseNothing() throws {
    var random = SystemRandom(seed: 3)
    for _ in 0..<60 {
      var text = ""
      var printed = ""
      var marks = 0
      for line in 1...Int.random(in: 1...20, using: &random) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          text += "-- %% cell \(line)"
          marks += 1
        case 1: text += "-- a comment"
        default:
          text += "print(\(line))"
          printed += "\(line)\n"
        }
        text += ["\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
      }
      let bench = try ScriptBench(text)
      #expect(bench.message == "")
      #expect(bench.shown == printed)
      #expect(bench.notebook.cells.count <= marks + 1)
    }
  }

  /// A linear congruential generator: the same scripts in each run.
  private struct SystemRandom: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test func aFirstLineForTheShellIsSkippedWithAnyLineEnd() throws {
    for end in ["\n", "\r\n", "\r"] {
      #expect(
        try ScriptBench("#!/usr/bin/env gfnet-lab" + end + "print(1)" + end + "-- %%" + end + "print(2)")
          .shown == "1\n2\n")
    }
  }

  // MARK: Marks

  @Test(arguments: [
    "local s = [[\n-- %%\n]] print(#s)", "local s = [==[\n]]\n-- %% [markdwon]\n]==] print(#s)",
    "--[[\n-- %%\n  -- %% x\n]] print(1)", "local s = 'a\\\n-- %%' print(s)",
    "local s = \"a\\z\n\n   -- %%\" print(s)",
    "print('[[')\n--[=[\n-- %% [raw]\n]=]",
  ])
  func stringsAndCommentsHoldNoMarks(_ source: String) throws {
    let script = ScriptFile(path: "test.lua", source: source)
    #expect(script.cells.count == 1)
    #expect(script.mistake == nil)
    #expect(try ScriptBench(source).message == "")
  }

  /// Text is text up to the next mark, whatever it would be in Lua; a comment that is closed in it holds no marks.
  @Test(arguments: [
    ("[md]", "--[[ never closed\nit's"), ("[raw]", "--[==[ never closed ]]"), ("[md]", "-- print [[x"),
    ("[md]", "\"open"), ("[markdown]", "--[[\n# %%\n]]"),
  ])
  func textSwallowsNoCells(_ kind: String, _ text: String) throws {
    let bench = try ScriptBench(
      "-- %% \(kind)\n\(text)\n-- %%\nlocal p = gfnet.params{n = 1}\nprint(p.n, ({{2}})[({1})[1]][1])",
      overrides: [("n", "7")])
    #expect(bench.message == "")
    #expect(bench.shown == "7\t2\n")
    #expect(bench.notebook.cells.count == (kind == "[raw]" ? 1 : 2))
  }

  @Test(
    arguments: [
      ("-- %% Load", .code, "Load", []), ("-- %% [markdown] Intro", .markdown, "Intro", []),
      ("-- %% Intro [md]", .markdown, "Intro", []),
      ("-- %% [ markdown ] Intro", .markdown, "Intro", []), ("-- %% [\tmd]", .markdown, "", []),
      ("-- %% [Markdown]", .markdown, "", []),
      ("-- %%[parameters]", .parameters, "", []), ("--%% x", .code, "x", []),
      ("-- %%% sub", .code, "sub", []),
      ("-- %% Load [top-1] in %", .code, "Load [top-1] in %", []),
      ("-- %% tags=[\"parameters\", \"x\"]", .parameters, "", ["parameters", "x"]),
      ("-- %% A title tags=[\"hide-input\"] name=\"it's\"", .code, "A title", ["hide-input"]),
      ("-- %% {\"tags\": [\"a b\"]}", .code, "", ["a b"]),
      ("-- %% T [markdown] slideshow={\"slide_type\": \"slide\"}", .markdown, "T", []),
      ("-- %% n=5", .code, "n=5", []), ("-- %% a = b", .code, "a = b", []),
      ("-- %% [1] first", .code, "[1] first", []), ("-- %% x{1", .code, "x{1", []),
    ] as [(String, Notebook.Cell.Kind, String, [String])])
  func readsMarks(_ mark: String, _ kind: Notebook.Cell.Kind, _ title: String, _ tags: [String]) {
    let script = ScriptFile(path: "test.lua", source: mark + "\n-- text\n")
    #expect(script.mistake == nil)
    #expect(script.cells.map(\.kind) == [kind])
    #expect(script.cells.first?.title == title)
    #expect(script.cells.first?.tags == tags)
  }

  @Test(arguments: [
    ("-- %% [markdwon]", "no kind of cell '[markdwon]'; did you mean '[markdown]'?"),
    ("-- %% [Paramters] x", "did you mean '[parameters]'?"), ("-- %% [markdown", "']' is missing"),
    ("-- %% [ markdwon ]", "did you mean '[markdown]'?"),
    ("-- %% [results]", "titles need no brackets"), ("  -- %%", "indented"),
    ("\t-- %% [markdown]", "indented"),
    ("# %%", "begins with '-- %%'"), ("// %% x", "begins with '-- %%'"), ("- %%", "begins with '-- %%'"),
    ("--- %%", "begins with '-- %%'"), ("%% [markdown]", "begins with '-- %%'"),
    ("-- % [markdown]", "begins with '-- %%'"), ("-- %%Load", "a blank is missing"),
  ])
  func namesAMistakenMark(_ mark: String, _ expected: String) throws {
    let bench = try ScriptBench("print(1)\n\(mark)\nprint(2)")
    #expect(
      bench.message.hasPrefix(
        "test.lua:2: this looks like the mark of a cell: '\(mark.drop { " \t".contains($0) })'"))
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(bench.shown == "")
  }

  @Test(arguments: [
    "-- 50 % of all", "-- %d is a format", "--------", "print(5 % 2)", "-- a comment -- %%", "-- [markdown]",
    "---------- %", "local x = 1 -- %% no mark",
  ])
  func commentsAreNoMistakes(_ line: String) throws {
    let script = ScriptFile(path: "test.lua", source: "print(1)\n\(line)\n")
    #expect(script.mistake == nil)
    #expect(script.cells.count == 1)
  }

  // MARK: Jupytext

  @Test func headersMetadataAndRawCellsAreLeftOut() {
    let script = ScriptFile(
      path: "test.lua",
      source: """
        -- ---
        -- jupyter:
        --   jupytext:
        --     text_representation:
        --       format_name: percent
        -- ---

        -- %% [markdown] slideshow={"slide_type": "slide"}
        --[==[
        # Long ]] comment

        text
        ]==]
        -- and a line

        -- %% [raw]
        -- for another program

        -- %% tags=["parameters"]
        local x = 1

        -- %% {"tags": ["hide-input"]}
        print(x)
        """)
    #expect(script.cells.map(\.kind) == [.markdown, .parameters, .code])
    #expect(script.cells.map(\.title) == ["", "", ""])
    #expect(script.cells[0].source == "# Long ]] comment\n\ntext\nand a line")
    #expect(script.cells.map(\.firstLine) == [9, 20, 23])
    #expect(script.title == "Long ]] comment")
  }

  /// Metadata may begin behind every blank of a mark; a mark as long as a book is not searched for it.
  @Test func aMarkWithoutEndIsATitle() {
    for start in [" {", " a={", " tags=[\"x\"", " [", " a=\"b\""] {
      let title = String(repeating: start, count: 200_000)
      let script = ScriptFile(path: "test.lua", source: "-- %%" + title + "\nprint(1)")
      let tags = script.cells.flatMap { $0.tags }
      #expect(tags.isEmpty)
    }
  }

  @Test func aRulerIsNoHeader() {
    #expect(ScriptFile(path: "test.lua", source: "-- ---\nprint(1)\n-- ---\nprint(2)").cells.count == 1)
    #expect(ScriptFile(path: "test.lua", source: "-- ---\n-- x\n-- %%\nprint(1)\n-- ---").cells.count == 2)
  }

  @Test func casesFromOutside() throws {
    for (name, shown) in [
      ("crlf-cells", "x is\t3\n4\n"), ("marker-in-string", "55\nsecond\t-- %%\n"),
    ] {
      let file = try ScriptFile(contentsOf: Fixtures.path("cases/\(name).lua"))
      let bench = try ScriptBench(file.source)
      #expect(bench.message == "")
      let printed =
        bench.shown.split(separator: "\n").filter { !$0.hasPrefix("md:") }.joined(separator: "\n") + "\n"
      #expect(printed == shown)
    }
    #expect(
      try ScriptBench(
        ScriptFile(contentsOf: Fixtures.path("cases/crlf-cells.lua")).source, overrides: [("n", "5")]
      )
      .shown.contains("x is\t5\n"))
  }
}
