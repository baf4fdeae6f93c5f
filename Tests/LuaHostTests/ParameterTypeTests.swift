import LuaHost
import Testing

/// Types, lists and bounds of parameters: those of a script, and those of rules.
@Suite struct ParameterTypeTests {
  @Test(arguments: [
    ("{names = {default = {'a', 'b'}, choices = {'a', 'b', 'c'}}}", "names=c,a", "c a"),
    ("{names = {default = {}, type = 'list of strings'}}", "names=x,,z", "x  z"),
    ("{names = {default = {}, type = 'list of numbers'}}", "names=1,2.5", "1.0 2.5"),
    ("{names = {default = {}, type = 'list of integers'}}", "names=", ""),
    ("{names = {default = {1}, type = 'list of numbers'}}", "names=0.5", "0.5"),
    ("{names = {type = 'list of booleans'}}", "names=yes,no", "true false"),
    ("{names = {default = {1, 2.5}}}", "names=3", "3.0"),
  ])
  func listsHaveElements(_ declaration: String, _ override: String, _ expected: String) throws {
    let bench = try ScriptBench(
      """
      local names, texts = gfnet.params\(declaration).names, {}
      for i, name in ipairs(names) do texts[i] = tostring(name) end
      print(table.concat(texts, " "))
      """, overrides: [try ParameterSession.parseOverride(override)])
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  @Test func aNumberOrAListIsAType() throws {
    let source = "local t = gfnet.params{t = {default = 0.5, type = 'number or list of numbers'}}.t\n"
    #expect(try ScriptBench(source + "t").shown == "0.5\n")
    let bench = try ScriptBench(source + "print(t[2])", overrides: [("t", "0.1,0.2")])
    #expect(bench.shown == "0.2\n")
  }

  @Test(arguments: [
    ("{n = {default = {'a'}, choices = {'a', 'b'}}}", "n=a,c", "must be one of \"a\", \"b\", got \"c\""),
    ("{n = 1}", "n=0.5", "its default 1 is an integer; the script can write 1.0"),
    (
      "{n = {default = {1, 2}}}", "n=0.5,1",
      "its default has integers; the script can write type = \"list of numbers\""
    ),
    ("{n = 1.5}", "n=1e400", "must be a number, got \"1e400\", which is beyond the largest number"),
    ("{n = {default = {1.5}}}", "n=1,-1e999", "must be a list of numbers"),
    ("{n = 1}", "n=9007199254740993.0", "must be a whole number"),
    ("{n = 1}", "n=99999999999999999999", "must be a whole number"),
    ("{n = {default = {1}}}", "n=1,,2", "must be a list of whole numbers, got \"1,,2\""),
  ])
  func refusesWhatWasNotMeant(_ declaration: String, _ override: String, _ expected: String) throws {
    let bench = try ScriptBench(
      "gfnet.params" + declaration, overrides: [try ParameterSession.parseOverride(override)])
    #expect(bench.message.hasPrefix("usage: parameter 'n' "), "\(bench.message)")
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  @Test func infinityIsTakenWhereItIsTyped() throws {
    #expect(try ScriptBench("gfnet.params{n = 1.5}.n", overrides: [("n", "-inf")]).shown == "-inf\n")
  }

  @Test func aParameterIsGivenOnce() throws {
    let bench = try ScriptBench("gfnet.params{n = 1}", overrides: [("n", "3"), ("n", "4")])
    #expect(bench.message == "usage: parameter 'n' is given 2 times: n=3 n=4")
  }

  @Test(arguments: [
    ("{n = {default = {}}}", "the default {} has no elements to tell their type; add type"),
    ("{n = {type = 'list of number'}}", "did you mean 'list of numbers'?"),
    ("{n = {type = 'tensor'}}", "known: \"boolean\", \"integer\""),
    ("{n = {default = 0.5, type = 'integer'}}", "its type is integer and its default 0.5"),
    ("{n = {default = {'a'}, choices = {1}}}", "the choice 1 is not a string, as its elements are"),
    ("{n = {default = {1, {}}}}", "has a list without elements in a list"),
  ])
  func namesAWrongDeclaration(_ declaration: String, _ expected: String) throws {
    let bench = try ScriptBench("gfnet.params" + declaration)
    #expect(bench.message.hasPrefix("test.lua:1: gfnet.params: parameter 'n'"), "\(bench.message)")
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  /// Lists that contain themselves, that are deep, long, or share their parts: refused, wherever defaults are read.
  @Test(arguments: [
    "local t = {} t[1] = t", "local t = {} for i = 1, 1000 do t = {t} end",
    "local t = {1} for i = 1, 3 do local u = {} for k = 1, 1000 do u[k] = t end t = u end",
    "local t = {} for i = 1, 200000 do t[i] = i end",
  ])
  func endlessDefaultsAreRefused(_ list: String) throws {
    let uses = [
      "gfnet.params{a = t}", "gfnet.params{a = {default = t}}",
      "gfnet.params{a = {default = 'x', choices = {t}}}",
      "gfnet.params{a = {default = t, type = 'list of numbers'}}",
      "gfnet.exits.define{name = 'x', params = {a = {default = t}}, decide = print}",
      "gfnet.samplers.define{name = 'x', params = {a = t}, propose = print}",
      "gfnet.backbones.define{name = 'x', params = {a = t}, build = print}",
      "gfnet.exits.define{name = 'y', params = {a = 0.5}, decide = print}{a = t}",
      "gfnet.exits.define{name = 'z', params = {a = {{1.5}}}, decide = print}{a = t}",
    ]
    for use in uses {
      let bench = try ScriptBench(list + " " + use)
      #expect(bench.message.hasPrefix("test.lua:1: gfnet."), "\(use): \(bench.message)")
      #expect(bench.message.contains("parameter 'a'"), "\(use): \(bench.message)")
    }
  }
}
