import LuaHost
import Testing

/// Numbers at the edge of what they can be, and names that people bring along.
@Suite struct TensorNumberTests {
  /// Each holds in a script.
  @Test(arguments: [
    "math.abs(T{1e8, 1e8}:log_softmax()[2] + 0.6931472) < 1e-6",
    "math.abs(T{1e25, -1e25}:std() / 1.4142136e25 - 1) < 1e-6",
    "math.abs(T{1e-30, -1e-30}:std() / 1.4142136e-30 - 1) < 1e-6",
    "T{-1.5, 2.5}:floor() == T{-2, 2} and T{-1.5, 2.5}:ceil() == T{-1, 3} and T{-1.5, 2.5}:round() == T{-2, 2}",
    "T.arange(math.maxinteger - 1, math.maxinteger).count == 2",
    "T.arange(math.maxinteger, math.maxinteger - 3, -2).count == 2",
    "T.arange(math.maxinteger, math.mininteger).count == 0",
    "T.arange(math.mininteger, math.maxinteger, math.maxinteger).count == 3",
    "T.arange(16777214, 16777220, 2) == T{16777214, 16777216, 16777218, 16777220}",
    "T.arange(0, 1, 0.25).count == 5 and T.arange(1, 0).count == 0",
  ])
  func theConditionHolds(_ condition: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\nassert(\(condition))")
    #expect(bench.message == "")
  }

  @Test func extremesOfManyElements() throws {
    let bench = try ScriptBench(
      """
      local t = gfnet.tensor.zeros(350, 3, 128, 128)
      t[{-1, -1, -1, -1}] = 2
      t[{-1, -1, -1, -3}] = -2
      assert(t:max() == 2 and t:min() == -2)
      assert(t:argmax() == t.count and t:argmin() == t.count - 2)
      assert(math.type(t:argmax()) == "integer")
      local value, place = t:flatten():max(1)
      assert(value == 2 and place == t.count)
      local values, places = t:flatten():topk(1)
      assert(places[1] == t.count and places.dtype == "int32" and math.type(places[1]) == "integer")
      assert(t:flatten():argmax(1, {keepdim = true})[1] == t.count)
      """)
    #expect(bench.message == "")
  }

  @Test func randomNumbersStayInTheirRange() throws {
    let bench = try ScriptBench(
      """
      local r = gfnet.random
      for _ = 1, 200 do
        local x = r.uniform(1e16, 1e16 + 4)
        assert(x >= 1e16 and x < 1e16 + 4)
        assert(r.uniform(1, 1.0000000000000002) == 1)
        local down = r.uniform(1e16 + 4, 1e16)
        assert(down <= 1e16 + 4 and down > 1e16)
        local wide = r.uniform(-1.7e308, 1.7e308)
        assert(wide >= -1.7e308 and wide < 1.7e308)
        assert(r.uniform(3, 3) == 3)
        assert(r.integer(0, math.maxinteger) >= 0)
        assert(r.integer(math.mininteger, -1) < 0)
        assert(math.type(r.integer(math.mininteger, math.maxinteger)) == "integer")
        assert(r.integer(math.maxinteger, math.maxinteger) == math.maxinteger)
        local die = r.integer(1, 6)
        assert(die >= 1 and die <= 6)
      end
      """)
    #expect(bench.message == "")
  }

  /// The line says what to write here.
  @Test(arguments: [
    ("gfnet.train{lr = 0.1}", "gfnet.train: unknown option 'lr'; write rate = …"),
    ("gfnet.train{learningRate = 0.1}", "unknown option 'learningRate'; write rate = …"),
    ("gfnet.train{batch_size = 1}", "unknown option 'batch_size'; write batch = …"),
    ("gfnet.train{num_epochs = 1}", "unknown option 'num_epochs'; write epochs = …"),
    ("gfnet.train{zzzzzzzz = 1}", ", rate, "),
    ("gfnet.model{num_classes = 1}", "unknown option 'num_classes'; write classes = …"),
    ("gfnet.nn.conv(3, 8, {kernel_size = 3})", "unknown option 'kernel_size'; write kernel = …"),
    ("gfnet.plot.figure{figsize = {3, 2}}", "unknown option 'figsize'; write size = …"),
    ("T.zero(3)", "gfnet.tensor has no field 'zero'; write gfnet.tensor.zeros(…)"),
    ("t:astype('x')", "a tensor has no field 'astype'; write t:to("),
    ("t:masked_fill(t:gt(1), 0)", "a tensor has no field 'masked_fill'; write mask:where(value, t)"),
    ("t:remainder(2)", "a tensor has no field 'remainder'; write a % b"),
    ("t:arcsin()", "write t:asin()"), ("t:repeat_(2)", "write t:tile(…)"), ("T.linalg", "no field 'linalg'"),
    ("t:index_add(1, {1}, t)", "write t:scatter_add(axis, places, source)"), ("t:inv()", "no decompositions"),
    ("t:percentile(50)", "write t:quantile(share)"), ("T.sum(t)", "write it as a method, as in t:sum(…)"),
    ("t:einsum('ij->ji')", "write gfnet.tensor.einsum("), ("T.bincount(t)", "write it as a method"),
    ("t:zero()", "a tensor has no field 'zero'; write t:fill(0)"),
    (
      "T.arange(1, 1e10)",
      "cannot count from 1.0 to 10000000000.0 in steps of 1.0: 10000000000 numbers are more than 2147483648"
    ),
    ("T.arange(1, 2, 0)", "in steps of 0.0: the step must not be 0"),
    ("T.arange(1, math.huge)", "from 1.0 to inf in steps of 1.0: the number of steps is not finite"),
  ])
  func saysWhatToWrite(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\nlocal t = T{{1, 2, 3}, {4, 5, 6}}\n" + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(bench.message.hasPrefix("test.lua:3: "), "\(bench.message)")
  }

  /// What the lines recommend gives what was asked for.
  @Test func theAdviceIsRight() throws {
    let bench = try ScriptBench(
      """
      local t = gfnet.tensor{5, -3, 2, 9, 7}
      assert(t:flatten():nonzero().shape[1] == 5 and t:ne(0):sum() == 5)
      assert(t:isfinite():where(t, 0) == t and (t[~t:isnan()]):mean() == 4)
      assert(t:max() - t:min() == 12 and t:reshape(1, 5):norm(2, {order = 1})[1] == 26)
      local edges = gfnet.tensor{0, 2, 4, 8}
      assert(edges:le(3):sum() == 2)
      local a = gfnet.tensor{{1, 2}, {3, 4}}
      assert(gfnet.tensor.einsum("ij,kl->ikjl", a, a):reshape(4, 4)[{4, 4}] == 16)
      assert(a:diagonal():sum() == 5 and (t:unsqueeze(2) * gfnet.tensor.eye(#t)):diagonal() == t)
      assert(t:gt(0):where(0, t) == gfnet.tensor{0, -3, 0, 0, 0})
      assert(#t[gfnet.tensor(gfnet.random.permutation(#t))] == 5)
      assert(a:transpose():flip(1) == gfnet.tensor{{2, 4}, {1, 3}})
      assert(t:gt(0) - t:lt(0) == gfnet.tensor{1, -1, 1, 1, 1})
      """)
    #expect(bench.message == "")
  }
}
