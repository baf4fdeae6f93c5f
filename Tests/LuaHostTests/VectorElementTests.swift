import Testing

/// `t[i]` and `t[i] = x` of vectors, which are read and written in place, beside all that goes the long way.
@Suite struct VectorElementTests {
  /// What a line of Lua shows of `f`, `i`, `b` and `m`: vectors of float32, int32, uint8 and truth values.
  @Test(arguments: [
    ("f[1], f[3], f[-1], f[-3], f[2.0]", "1.5\t3.5\t3.5\t1.5\t2.5"),
    ("i[2], b[2], m[1], m[2]", "20\t200\ttrue\tfalse"),
    ("math.type(i[1]), math.type(f[1]), type(m[1])", "integer\tfloat\tboolean"),
    // Parts, steps and rows are views of the same memory.
    ("f[{{2, 3}}][1], f[{{1, 3, 2}}][2], f[{{3, 1, -1}}][1]", "2.5\t3.5\t3.5"),
    ("T{{1, 2}, {3, 4}}[2][1], T{{1, 2}, {3, 4}}:transpose()[2][2]", "3.0\t4.0"),
    ("f:expand(3)[2], T{{7}}:expand(2, 3)[1][3]", "2.5\t7.0"),
    ("write(f, 1, 9), f:sum()", "nil\t15.0"),
    ("write(f, -1, 0.1), f[3] == T{0.1}[1]", "nil\ttrue"),
    ("write(i, 1, 7.9), i[1], write(i, 1, -7.9), i[1]", "nil\t7\tnil\t-7"),
    ("write(b, 3, 255), b[3], write(m, 2, 5), m[2], write(m, 2, 0), m[2]", "nil\t255\tnil\ttrue\tnil\tfalse"),
    // What is seen through one name is seen through all.
    ("write(f[{{2, 3}}], 1, 8), f[2]", "nil\t8.0"),
    // Errors are those of every other key.
    (
      "read(f, 0)",
      "tensor index: 0 is out of range for axis 1 of shape 3; expected 1 to 3, or -1 to -3 from the end"
    ),
    (
      "read(f, 4)",
      "tensor index: 4 is out of range for axis 1 of shape 3; expected 1 to 3, or -1 to -3 from the end"
    ),
    (
      "read(f, -4)",
      "tensor index: -4 is out of range for axis 1 of shape 3; expected 1 to 3, or -1 to -3 from the end"
    ),
    (
      "read(f, math.mininteger)",
      "tensor index: \(Int.min) is out of range for axis 1 of shape 3; expected 1 to 3, or -1 to -3 from the end"
    ),
    ("read(T{}, 1)", "tensor index: 1 is out of range for axis 1 of shape 0; that axis is empty"),
    ("read(f, 1.5)", "tensor index: expected a whole number or a table such as {{1, 2}, 3}, got 1.5"),
    (
      "write(f, 4, 1)",
      "tensor index: 4 is out of range for axis 1 of shape 3; expected 1 to 3, or -1 to -3 from the end"
    ),
    (
      "write(i, 1, 2^31), i[1]",
      "tensor assignment: 2147483648 is outside int32, which holds -2147483648 to 2147483647; limit it before, as by clamp\t10"
    ),
    (
      "write(T{7}:expand(3), 1, 2)",
      "tensor assignment: the elements of an expanded tensor are one and the same; :clone() it first"
    ),
    ("write(freed, 1, 2), read(freed, 1)", "this tensor was freed\tthis tensor was freed"),
  ])
  func elementsAreReadAndWritten(_ line: String, _ shown: String) throws {
    let bench = try ScriptBench(
      """
      local T = gfnet.tensor
      local f, i, b, m = T{1.5, 2.5, 3.5}, T{10, 20, 30}:int(), T{100, 200, 250}:byte(), T{1.5, 2.5}:lt(2)
      local freed = T{1, 2}
      freed:free()
      local function plain(ok, why) if not ok then return (why:gsub("^[^ ]+:%d+: ", "")) end return why end
      local function read(t, k) return plain(pcall(function() return t[k] end)) end
      local function write(t, k, v) return plain(pcall(function() t[k] = v end)) end
      print(\(line))
      """)
    #expect(bench.message == "")
    #expect(bench.shown == shown + "\n")
  }

  /// While gradients are recorded an element is a value with a history, and none is written to.
  @Test func recordedElementsKeepTheirHistory() throws {
    let bench = try ScriptBench(
      """
      local T = gfnet.tensor
      local x = T{1, 2, 3}
      print(gfnet.grad(function(x) return x[2] * x[2] + x[3] end, x))
      print((pcall(gfnet.grad, function(x) x[1] = 5 return x:sum() end, x)))
      print(x)
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "3 [0, 4, 1]\nfalse\n3 [1, 2, 3]\n")
  }
}
