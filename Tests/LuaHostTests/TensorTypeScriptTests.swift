import LuaHost
import TestSupport
import Testing

/// Types of elements and the indices of NumPy and PyTorch, as scripts use them.
@Suite struct TensorTypeScriptTests {
  private static let start = """
    local T = gfnet.tensor
    local t = T.arange(1, 12):reshape(3, 4)
    local n = T({3, -7, 2147483647}, {dtype = "int32"})
    local m = T{true, false, true}

    """

  /// Each holds in a script that begins as above.
  @Test(arguments: [
    // Types
    "t.dtype == 'float32' and n.dtype == 'int32' and m.dtype == 'boolean' and t:gt(3).dtype == 'boolean'",
    "n[3] == 2147483647 and math.type(n[3]) == 'integer' and m[1] == true and m[2] == false",
    "n:totable()[2] == -7 and math.type(n:totable()[2]) == 'integer' and m:totable()[2] == false",
    "T{0, 1.9, 255}:byte() == T({0, 1, 255}, {dtype = 'uint8'}) and T{0, 2}:bool()[2] == true",
    "T{-1.7, 1.7}:int() == T{-1, 1} and n:float().dtype == 'float32' and t:to('float32') == t",
    "T(n).dtype == 'int32' and T(n, {dtype = 'float32'}).dtype == 'float32'",
    "T(true):item() == true and T(7, {dtype = 'int32'}):item() == 7",
    // Arithmetic
    "(n - 1).dtype == 'int32' and (n / 2).dtype == 'float32' and (n * 0.5).dtype == 'float32'",
    "n // 2 == T({1, -4, 1073741823}, {dtype = 'int32'}) and n % 5 == T{3, 3, 2} and (n // 2).dtype == 'int32'",
    "T{7, -7} // 2 == T{3, -4} and T{7, -7} % -2 == T{-1, -1} and 7 // T{2} == T{3} and 7 % T{4} == T{3}",
    "(-n)[1] == -3 and n:abs()[2] == 7 and (m + m) == T{2, 0, 2} and 1 - m == T{0, 1, 0}",
    "(m + m).dtype == 'int32' and (m * t[1][{{1, 3}}]) == T{1, 0, 3} and m:maximum(T{false, true, true}).dtype == 'boolean'",
    "n:sum() == 2147483643 and math.type(n:sum()) == 'integer' and m:sum() == 2 and m:mean() > 0.66",
    // Masks
    "(m & T{true, true, false}) == T{true, false, false} and (m | true) == T{true, true, true}",
    "(m ~ T{true, true, false}) == T{false, true, true} and (~m) == T{false, true, false}",
    "t:gt(3):where(t, 0):sum() == 72 and t:gt(3):where(n[1], -1).dtype == 'float32'",
    "t:where(t:gt(3):float(), 0):sum() == 9 and n:where(m, false).dtype == 'boolean'",
    "n:gt(0):where(n, 0).dtype == 'int32' and n:maximum(0).dtype == 'int32' and n:clamp(0, 5) == T{3, 0, 5}",
    // Indices
    "t[t:gt(10)] == T{11, 12} and t[m] == T{{1, 2, 3, 4}, {9, 10, 11, 12}} and t[{{}, T{true, false, false, true}}].shape[2] == 2",
    "t[T{3, 1}] == T{{9, 10, 11, 12}, {1, 2, 3, 4}} and t[T({-1}, {dtype = 'int32'})][1] == t[3]",
    "t[{T{1, 3}, T{4, 2}}] == T{4, 10} and t[{2, T{1, 1, 3}}] == T{5, 5, 7} and t[{{}, T{{1}, {2}}}].shape[3] == 1",
    "t[{nil, 2}] == t[{{}, 2}] and t[{nil, 2}] == T{2, 6, 10}",
    "t[{'...', 2}] == T{2, 6, 10} and t[{2, '...'}] == t[2] and t[{'...', 'new'}].shape[3] == 1 and t[{'new'}].shape[1] == 1",
    "t[{{3, 1, -1}, 1}] == T{9, 5, 1} and t[{1, {-1, 1, -2}}] == T{4, 2} and t[{1, {1, 4, 2}}] == T{1, 3}",
    "t:argmax(2).dtype == 'int32' and t[{T{1, 2, 3}, t:argmax(2)}] == T{4, 8, 12}",
  ])
  func theConditionHolds(_ condition: String) throws {
    let bench = try ScriptBench(Self.start + "assert(\(condition))")
    #expect(bench.message == "")
  }

  /// What is written is there, and nothing else has changed.
  @Test(arguments: [
    ("t[t:gt(10)] = 0", "{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 0, 0}"),
    ("t[m] = {-1, -2, -3, -4}", "{-1, -2, -3, -4}, {5, 6, 7, 8}, {-1, -2, -3, -4}"),
    ("t[T{3, 1}] = T{{0}, {1}}", "{1, 1, 1, 1}, {5, 6, 7, 8}, {0, 0, 0, 0}"),
    ("t[{T{1, 2}, T{4, 3}}] = {40, 70}", "{1, 2, 3, 40}, {5, 6, 70, 8}, {9, 10, 11, 12}"),
    ("t[{{}, T{true, false, false, true}}] = 0", "{0, 2, 3, 0}, {0, 6, 7, 0}, {0, 10, 11, 0}"),
    ("t[{{3, 1, -1}, 1}] = {1, 2, 3}", "{3, 2, 3, 4}, {2, 6, 7, 8}, {1, 10, 11, 12}"),
    ("t[{'...', 4}] = 0", "{1, 2, 3, 0}, {5, 6, 7, 0}, {9, 10, 11, 0}"),
    ("t[t:gt(10)] = t[t:lt(3)]", "{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 1, 2}"),
    ("t[1] = n[{{1, 1}}]", "{3, 3, 3, 3}, {5, 6, 7, 8}, {9, 10, 11, 12}"),
    ("t[{2, 2}] = true t[1] = m[1]", "{1, 1, 1, 1}, {5, 1, 7, 8}, {9, 10, 11, 12}"),
    ("t = t:int() t[{1, 1}] = 7.9 t[2] = t[1] * 2", "{7, 2, 3, 4}, {14, 4, 6, 8}, {9, 10, 11, 12}"),
  ])
  func assignmentsWrite(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.start + source + "\nassert(t == T{\(expected)}, tostring(t))")
    #expect(bench.message == "")
  }

  @Test(arguments: [
    ("return n + 1", "tensor +: 2147483647 and 1 give 2147483648, which is beyond int32"),
    ("return n // 0", "tensor //: 3 by 0: whole numbers cannot be divided by 0, as in Lua"),
    (
      "return T{255}:byte() + 1",
      "255 and 1 give 256, which is beyond uint8 (0 to 255); convert to float32 before, or to int32"
    ),
    ("return T{1}:byte() + 300", "300 is outside uint8"),
    (
      "T{300}:byte()", "tensor:byte: 300 is outside uint8, which holds 0 to 255; limit it before, as by clamp"
    ),
    ("T({1.5, 3e9}, {dtype = 'int32'})", "3000000000 is outside int32"),
    (
      "T({1}, {dtype = 'int64'})",
      "option 'dtype' must be one of \"float32\", \"int32\", \"uint8\", \"boolean\""
    ),
    ("n[1] = 1e10", "tensor assignment: 10000000000 is outside int32"),
    ("return m & t[1]", "tensor &: combines masks, which are boolean, got float32; write t:bool() & …"),
    (
      "return t:where(t:gt(3), 0)",
      "tensor:where: is asked of the mask, and this tensor is float32; write mask:where(t, other)"
    ),
    ("return t[T{true, false}]", "a mask of shape 2 for axes 1 to 1 of shape 3×4"),
    (
      "return t[T{0, 1, 1}]",
      "0 is out of range for axis 1 of shape 3×4; places count from 1, and a mask of 0 and 1 is t[mask:bool()]"
    ),
    (
      "return t[T{4}]", "4 is out of range for axis 1 of shape 3×4; expected 1 to 3, or -1 to -3 from the end"
    ),
    ("return t[T{1.5}]", "places are whole numbers, got 1.5 for axis 1"),
    ("return t[{{1, 3, -1}}]", "the range {1, 3, -1} of axis 1 must run downwards"),
    ("return t[{{3, 1}}]", "must run upwards (its size is 3); {3, 1, -1} runs downwards"),
    ("return t[{'...', '...'}]", "\"...\" may stand in an index once"),
    ("return t[{T{1, 2}, T{1, 2, 3}}]", "places of shapes 2 and 3 do not broadcast"),
    ("t[t:gt(10)] = {1, 2, 3}", "tensor assignment: shape 3 cannot be written to shape 2"),
    ("T{true, 1}", "element [2] must be true or false, got 1"),
    ("t:astype('int32')", "a tensor has no field 'astype'; write t:to(\"int32\")"),
    ("t:long()", "write t:int(): whole numbers have 32 bits"),
  ])
  func saysWhatIsWrong(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.start + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(!bench.message.contains("\n"))
  }

  /// What one type of file takes, all of them take, and give back as it was.
  @Test(arguments: ["safetensors", "npz"]) func filesKeepTheTypes(_ ending: String) throws {
    try withTemporaryFolder { folder in
      let bench = try ScriptBench(
        Self.start + """
          local file = "\(folder.shown)/types.\(ending)"
          T.save(file, {n = n, m = m, t = t, u = T{{1, 255}, {3, 4}}:byte(), view = n[{{1, 3, 2}}], one = n[1]})
          local read = T.load(file)
          assert(read.n == n and read.n.dtype == "int32" and read.n[3] == 2147483647)
          assert(read.m == m and read.m.dtype == "boolean" and read.m[2] == false)
          assert(read.t == t and read.t.dtype == "float32")
          assert(read.u.dtype == "uint8" and read.u[{1, 2}] == 255 and read.view == T({3, 2147483647}, {dtype = 'int32'}))
          T.save("\(folder.shown)/one.npy", read.m)
          assert(T.load("\(folder.shown)/one.npy") == m and T.load("\(folder.shown)/one.npy").dtype == "boolean")
          """)
      #expect(bench.message == "")
    }
  }
}
