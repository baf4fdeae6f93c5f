import LuaHost
import Support
import Testing

/// An object that scripts of these tests hold.
private final class Token: HoldsMemory, ObjectArgument {
  static let className = "token"
  let heldBytes = 0
  let name: String
  init(_ name: String) { self.name = name }
}

private enum Direction: String, CaseIterable {
  case up
  case down = "downwards"
}

private let places = ArgumentKey<[Int]>("places", "whole numbers")
private let words = ArgumentKey<[String]?>("words", "texts")
private let mode = ArgumentKey<Direction>("mode", default: .up, "the direction")
private let side = ArgumentKey<Direction>("side", "the other direction").optional
private let rate = ArgumentKey<Float>("rate", default: 0.1, "the rate")
private let seed = ArgumentKey<UInt64?>("seed", "any bits")
private let either = ArgumentKey<LuaValue>(.optional("either", .either([.integer, .string]), "one of two"))
private let more = ArgumentKey<[LuaValue]>(.rest("more", .integer, "further numbers"))
private let token = ArgumentKey<Token>("token", "one")
private let tokens = ArgumentKey<[Token]>("tokens", "several")
private let values = ArgumentKey<[Double]>.numbers("values", "numbers")
private let edges = ArgumentKey<[Double]>.numbers("edges", "numbers").optional
private let file = ArgumentKey<FilePath>.outputPath("file", "where it goes")

private let catalog = Catalog(
  modules: [
    LuaModule(
      "gfnet", "Test.",
      functions: [
        FunctionEntry("list", "Lists.", [places, .options([words])], returns: "string") { call in
          let (numbers, texts) = (try call[places], try call[words])
          return "\(numbers) \(texts ?? [])"
        },
        FunctionEntry("choose", "Chooses.", [.options([mode, side])], returns: "string") { call in
          let (chosen, other) = (try call[mode], try call[side])
          return "\(chosen) \(other?.rawValue ?? "none")"
        },
        FunctionEntry("measure", "Measures.", [rate, .options([seed])], returns: "string") { call in
          let (speed, bits) = (try call[rate], try call[seed])
          return "\(speed == 0.1) \(bits ?? 0)"
        },
        FunctionEntry("raw", "Hands on.", [either, more], returns: "string") { call in
          let (given, rest) = (try call[either], try call[more])
          let (isGiven, again) = (try call.has(either), try call.value(of: either))
          return "\(given.described) \(rest.count) \(isGiven) \(again.described)"
        },
        FunctionEntry(
          "token", "A token.", [FunctionParameter("name", .string, "its name")], returns: "token"
        ) { call in Pushed(Token(try call.string("name"))) },
        FunctionEntry("names", "Names.", [token, tokens], returns: "string") { call in
          let (one, several) = (try call[token], try call[tokens])
          return one.name + " " + several.map(\.name).joined(separator: ",")
        },
        FunctionEntry("spread", "Spreads.", [values, .options([edges])], returns: "string") { call in
          let (numbers, ends) = (try call[values], try call[edges])
          return "\(numbers) \(ends?.count ?? 0)"
        },
        FunctionEntry("write", "Writes.", [file], returns: "string") { call in
          let path = try call[file]
          return "to \(path)"
        },
      ])
  ],
  classes: [LuaClass<Token>(Token.className, "A name.", freeable: true).entry])

/// The kinds of arguments that keys know beside plain values.
@Suite struct ArgumentKindTests {
  @Test(arguments: [
    ("gfnet.list({1, 2.0})", "[1, 2] []"),
    ("gfnet.list({3}, {words = {'a', 'b'}})", "[3] [\"a\", \"b\"]"),
    ("gfnet.choose{}", "up none"),
    ("gfnet.choose{mode = 'downwards', side = 'up'}", "down up"),
    ("gfnet.measure()", "true 0"),
    ("gfnet.measure(2, {seed = -1})", "false 18446744073709551615"),
    ("gfnet.raw()", "nil 0 false nil"),
    ("gfnet.raw('a', 1, 2)", "the string \"a\" 2 true the string \"a\""),
    ("gfnet.names(gfnet.token('a'), {gfnet.token('b'), gfnet.token('c')})", "a b,c"),
    ("gfnet.spread{1, 2}", "[1.0, 2.0] 0"),
    ("gfnet.spread({1}, {edges = {1, 2, 3}})", "[1.0] 3"),
    ("gfnet.write('a.txt')", "to a.txt"),
  ])
  func valuesAreRead(_ call: String, _ expected: String) throws {
    let bench = try ScriptBench("print(\(call))", catalog: catalog)
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  @Test(arguments: [
    ("gfnet.list({1.5})", "argument 1 'places' must be a list of whole numbers"),
    (
      "gfnet.list({1, x = 2})",
      "gfnet.list: argument 1 'places' must be a list, got a table with the field 'x'"
    ),
    (
      "gfnet.choose{mode = 'down'}",
      "option 'mode' must be one of \"up\", \"downwards\", got the string \"down\""
    ),
    ("gfnet.raw({})", "gfnet.raw: argument 1 'either' must be a whole number or a string, got a table"),
    ("gfnet.names(1, {})", "gfnet.names: argument 1 'token' must be a token, got 1"),
    ("local t = gfnet.token('a') t:free() gfnet.names(t, {})", "gfnet.names: this token was freed"),
    ("gfnet.spread({{1}})", "gfnet.spread: argument 1 'values' must have one axis"),
    ("gfnet.spread({1}, {edges = {'a'}})", "gfnet.spread: option 'edges': element [1] must be a number"),
    ("gfnet.write('folder/')", "gfnet.write: argument 1 'file' names a folder, expected a file"),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try ScriptBench(source, catalog: catalog).message
    #expect(message.contains(expected), "\(message)")
  }

  @Test func typesAreThoseOfTheRows() {
    #expect(places.parameter.type == .list(.integer))
    #expect(words.parameter.type == .list(.string))
    #expect(mode.parameter.type == .choice(["up", "downwards"]))
    #expect(rate.parameter.type == .number)
    #expect(tokens.parameter.type == .list(.object("token")))
    #expect(values.parameter.type == .numbers)
  }

  @Test func defaultsAreShownAsTheyAreWritten() {
    #expect(Self.defaultSource(of: mode) == "\"up\"")
    #expect(Self.defaultSource(of: rate) == "0.1")
    #expect(Self.defaultSource(of: ArgumentKey<Float>("scale", default: 1, "whole")) == "1")
  }

  private static func defaultSource(of row: some ArgumentRow) -> String? {
    if case .value(let value) = row.parameter.absence { value.source } else { nil }
  }

  @Test func onlyWhatMustBeGivenIsRequired() {
    let required: [any ArgumentRow] = [places, token, tokens, values, file]
    let others: [any ArgumentRow] = [words, mode, side, rate, seed, either, more, edges]
    for row in required { #expect(row.parameter.isRequired, "\(row.parameter.name)") }
    for row in others { #expect(!row.parameter.isRequired, "\(row.parameter.name)") }
  }

  @Test func rowsOfAllKindsStandInOneTable() {
    let options = FunctionParameter.options([mode, FunctionParameter("count", .integer, "how many")])
    #expect(options.options?.map(\.name) == ["mode", "count"])
    #expect(options.isRequired, "one of its fields must be given")
  }
}
