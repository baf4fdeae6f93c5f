import LuaHost
import Testing

/// Loops through `gfnet.progress` get what they would get without it.
@Suite struct ProgressTests {
  private func shown(_ source: String) throws -> String {
    let bench = try ScriptBench(source)
    #expect(bench.message == "", "\(source)")
    return bench.shown
  }

  @Test func numbersListsAndDataSetsAreCounted() throws {
    #expect(
      try shown("local s = 0  for i in gfnet.progress(2000, {label = \"sum\"}) do s = s + i end  print(s)")
        == "2001000\n")
    #expect(
      try shown("for i, v in gfnet.progress({\"a\", \"b\"}) do io.write(i, v, \" \") end  print()")
        == "1a 2b \n")
    #expect(
      try shown("for i in gfnet.progress(0) do print(i) end  for i in gfnet.progress({}) do print(i) end")
        == "")
    #expect(
      try shown("for i, t in gfnet.progress(gfnet.tensor{{1, 2}, {3, 4}}) do print(i, t:sum()) end")
        == "1\t3.0\n2\t7.0\n")
  }

  @Test func iteratorsGiveWhatTheyGive() throws {
    #expect(try shown("for k, v in gfnet.progress(pairs({x = 1})) do print(k, v) end") == "x\t1\n")
    #expect(
      try shown("for a, b in gfnet.progress(string.gmatch(\"k=v\", \"(%w)=(%w)\")) do print(a, b) end")
        == "k\tv\n")
    #expect(
      try shown(
        """
        local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i, i * i) end end)
        for i, sq in gfnet.progress(co, {label = "squares", total = 3}) do io.write(i, ":", sq, " ") end
        print()
        """) == "1:1 2:4 3:9 \n")
    // The iterator itself may yield to whoever runs the loop.
    #expect(
      try shown(
        """
        local function step(_, i) coroutine.yield("in") if i < 2 then return i + 1 end end
        local outer = coroutine.wrap(function() for i in gfnet.progress(step, nil, 0) do coroutine.yield(i) end end)
        print(outer(), outer(), outer(), outer(), outer())
        """) == "in\t1\tin\t2\tin\n")
  }

  @Test func batchesAreAnIterator() throws {
    #expect(
      try shown(
        """
        local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(5, 1, 4, 4), labels = {1, 1, 2, 2, 2}})
        for batch in gfnet.progress(data:batches{size = 2}, {label = "batches"}) do print(#batch) end
        """) == "3\n2\n")
  }

  @Test func breakAndErrorsCloseTheIterator() throws {
    #expect(
      try shown(
        """
        local function loop(body)
          local closing = setmetatable({}, {__close = function() print("closed") end})
          for i in gfnet.progress(function(_, i) return i + 1 end, nil, 0, closing) do body(i) if i == 2 then break end end
        end
        loop(print)
        print(pcall(loop, function() error("stop", 0) end))
        """) == "1\n2\nclosed\nclosed\nfalse\tstop\n")
  }

  @Test(arguments: [
    (
      "gfnet.progress(\"abc\")", "must be a number, a list, a data set or an iterator, got the string \"abc\""
    ),
    ("gfnet.progress(1.5)", "counts whole steps, got 1.5"),
    ("gfnet.progress({1}, {lable = \"x\"})", "the options are label and total; got the field 'lable'"),
    ("gfnet.progress(3, {label = 5})", "option 'label' must be a string, got 5"),
    (
      "gfnet.progress(3, {label = \"x\", total = -1})", "option 'total' must be a whole number from 0, got -1"
    ),
    ("gfnet.progress()", "argument 1 'iterable'"),
  ])
  func whatCannotBeGoneThroughIsNamed(_ call: String, _ words: String) throws {
    let message = try ScriptBench("local f = \(call)").message
    #expect(message.contains(words), "\(message)")
  }
}
