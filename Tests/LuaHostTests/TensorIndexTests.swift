import Testing

/// Elements and parts of tensors, read and written by their indices.
@Suite struct TensorIndexTests {
  /// Writing through indices and views.
  @Test(arguments: [
    ("t[1] = 0", "2×3 [[0, 0, 0], [4, 5, 6]]"),
    ("t[1] = {7, 8, 9}", "2×3 [[7, 8, 9], [4, 5, 6]]"),
    ("t[{2, 3}] = -1", "2×3 [[1, 2, 3], [4, 5, -1]]"),
    ("t:transpose()[{-1, 1}] = 9", "2×3 [[1, 2, 9], [4, 5, 6]]"),
    ("t[{{}, 1}] = gfnet.tensor{8, 9}", "2×3 [[8, 2, 3], [9, 5, 6]]"),
    ("t[{{}, {2, 3}}] = {{5}, {6}}", "2×3 [[1, 5, 5], [4, 6, 6]]"),
    ("local row = t[2]; row[-1] = 0", "2×3 [[1, 2, 3], [4, 5, 0]]"),
    ("t:transpose()[1] = 0", "2×3 [[0, 2, 3], [0, 5, 6]]"),
    ("t:view(6)[6] = 0", "2×3 [[1, 2, 3], [4, 5, 0]]"),
    ("local copy = t:clone(); copy[1] = 0", "2×3 [[1, 2, 3], [4, 5, 6]]"),
    ("local flat = t:view(6); flat[{{2, 6}}] = flat[{{1, 5}}]", "2×3 [[1, 1, 2], [3, 4, 5]]"),
    ("t:fill(3)", "2×3 [[3, 3, 3], [3, 3, 3]]"),
    ("t[1]:copy{9, 9, 9}", "2×3 [[9, 9, 9], [4, 5, 6]]"),
    ("local u = t:free(); t = gfnet.tensor{{1}}", "1×1 [[1]]"),
    ("do local row <close> = t[1] end", "2×3 [[1, 2, 3], [4, 5, 6]]"),
  ])
  func indicesAndViewsAreWrittenThrough(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local t = gfnet.tensor{{1, 2, 3}, {4, 5, 6}}\n\(source)\nreturn t")
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  /// Every index that a script passes or gets is 1-based, wherever the element lies.
  @Test func indicesStartAtOne() throws {
    let bench = try ScriptBench(
      """
      local T = gfnet.tensor
      for n = 1, 7 do
        local t = T.arange(1, n)
        local rows = t:unsqueeze(2):expand(n, 3):clone()
        for i = 1, n do
          assert(t[i] == i and t[i - n - 1] == i and rows[i][2] == i and rows[{i, 3}] == i)
          assert(t:index(1, {i})[1] == i and t:gather(1, {i})[1] == i)
          for j = i, n do
            local range = t[{{i, j}}]
            assert(#range == j - i + 1 and range[1] == i and range[-1] == j)
          end
          local peak = T.zeros(n)
          peak[i] = 1
          local _, place = peak:max(1)
          local _, places = peak:unsqueeze(1):max(2)
          local _, best = peak:topk(1)
          assert(peak:argmax() == i and (-peak):argmin() == i and place == i and places[1] == i and best[1] == i)
          local _, low = (-peak):min(1)
          assert(low == i and T.one_hot({i}, n)[1] == peak)
          local grid = T.zeros(n, 4)
          grid[{i, 3}] = 5
          assert(grid:argmax() == (i - 1) * 4 + 3 and grid:argmax(1)[3] == i and grid:argmax(2)[i] == 3)
        end
        for _, bad in ipairs{0, n + 1, -n - 1} do
          for _, f in ipairs{function() return t[bad] end, function() t[bad] = 1 end,
            function() return t[{{bad, n}}] end, function() return t[{{1, bad}}] end,
            function() return rows[bad] end, function() return t:index(1, {bad}) end} do
            local ok, message = pcall(f)
            assert(not ok and message:find("test.lua:%d+: ") == 1 and not message:find("\\n"), message)
          end
        end
        local seen = {}
        for _, v in ipairs(gfnet.random.permutation(n)) do seen[v] = true end
        for i = 1, n do assert(seen[i]) end
      end
      "done"
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "done\n")
  }
}
