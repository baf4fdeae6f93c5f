import LuaHost
import Testing

/// The table of other libraries' names: what it leads to exists, and what it replaces does not.
@Suite struct ForeignNameTests {
  private static let known = Set(Catalog.standard.symbols.map(\.name))
  /// The classes of the objects that advice calls by these names.
  private static let classes: [String: String] = [
    "t": "tensor", "a": "tensor", "b": "tensor", "c": "tensor", "d": "tensor", "p": "tensor", "v": "tensor",
    "x": "tensor", "y": "tensor", "mask": "tensor", "other": "tensor", "edges": "tensor", "counts": "tensor",
    "values": "tensor",
    "matrix": "tensor", "l": "layer", "opt": "optimizer", "model": "model", "fig": "figure",
  ]

  @Test func functionsOfAdviceExist() {
    var count = 0
    for row in ForeignNames.all {
      for match in row.advice.matches(of: /gfnet(\.[a-z][a-z_0-9]*)+/) {
        #expect(Self.known.contains(String(match.0)), "\(row.names.sorted()): \(match.0)")
        count += 1
      }
      if let symbol = row.symbol {
        #expect(Self.known.contains(symbol), "\(row.names.sorted()): help on \(symbol)")
      }
    }
    #expect(count > 50)
  }

  @Test func methodsOfAdviceExist() {
    var count = 0
    for row in ForeignNames.all {
      for match in row.advice.matches(of: /([A-Za-z_]*):([a-z][a-z_0-9]*)/) {
        // What a call or an index gives is a tensor, wherever advice goes on with it.
        let owner = match.1.isEmpty ? "tensor" : Self.classes[String(match.1)] ?? "object called \(match.1)"
        #expect(Self.known.contains("\(owner):\(match.2)"), "\(row.names.sorted()): \(match.0)")
        count += 1
      }
    }
    #expect(count > 100)
  }

  @Test func whatIsReplacedDoesNotExist() {
    for row in ForeignNames.all {
      #expect(!row.owners.isEmpty && !row.names.isEmpty)
      for owner in row.owners {
        for name in row.names {
          let isMember = Self.known.contains("\(owner):\(name)") || Self.known.contains("\(owner).\(name)")
          #expect(!isMember, "\(owner) has \(name)")
        }
      }
    }
  }

  @Test func aNameLeadsToOneAdvice() {
    var seen: [String: String] = [:]
    for row in ForeignNames.all {
      for owner in row.owners {
        for name in row.names {
          let before = seen.updateValue(row.advice, forKey: "\(owner) \(name)")
          #expect(before == nil, "\(name) of \(owner): \(before ?? "") and \(row.advice)")
        }
      }
    }
  }

  /// The formulas give what NumPy, SciPy and PyTorch give under that name.
  @Test(arguments: [
    // Parts
    "t[{{2, 3}}] == T{-3, 2} and a[{{}, {2, 2}}] == T{{2}, {4}} and a[{{}, 2}] == T{2, 4}",
    "t:unsqueeze(2):eq(T{9, 2}):any(2) == T{false, false, true, true, false}",
    "s[T.concatenate({T{true}, s[{{2, -1}}]:ne(s[{{1, -2}}])})] == T{1, 2, 1}",
    "T(3):reshape(-1) == T{3} and T{1, 2}:unsqueeze(1) == T{{1, 2}} and (t:sort())[2] == 2",
    // Element by element
    "t:clamp(0) == T{5, 0, 2, 9, 7} and t:clamp(nil, 3) == T{3, -3, 2, 3, 3}",
    "T{1.5, -1.25} - T{1.5, -1.25}:trunc() == T{0.5, -0.25}",
    "(T{3}:square() + T{4}:square()):sqrt() == T{5}",
    "(T{0.25} / (1 - T{0.25})):log():allclose(T{-math.log(3)})",
    "T.stack({T{1000}, T{1000}}):logsumexp(1):allclose(T{1000 + math.log(2)})",
    "x:ne(0):where(x * T{0, 3}:log(), 0):allclose(T{0, 2 * math.log(3)})",
    "y:eq(0):where(1, y:sin() / y):allclose(T{1, 2 / math.pi})",
    "n:isnan():where(m, m:isnan():where(n, n:maximum(m))) == T{1, 1, 3}",
    "n:isnan():where(m, m:isnan():where(n, n:minimum(m))) == T{1, 1, 2}",
    "n:isnan():where(0, n) == T{0, 1, 2} and T{1 / 0}:isnan():where(0, T{1 / 0}) == T{math.huge}",
    "(x * ((x / math.sqrt(2)):erf() + 1) / 2):allclose(T{0, 1.9544997})",
    "(x:relu() + (-x:abs()):exp():log1p()):allclose((x:exp() + 1):log())",
    "T{-2, 2}:maximum(0.01 * T{-2, 2}):allclose{-0.02, 2}",
    "(T{-1, 2}:relu() + T{-1, 2}:clamp(nil, 0):expm1()):allclose{math.exp(-1) - 1, 2}",
    // Along axes
    "(a:unsqueeze(2) - T{{1, 2}, {4, 6}, {3, 4}}:unsqueeze(1)):norm(3):allclose{{0, 5, 8 ^ 0.5}, {8 ^ 0.5, 5 ^ 0.5, 0}}",
    "(d:matmul(d:transpose()) / (g:size(2) - 1)):allclose{{1, 2.5}, {2.5, 19 / 3}}",
    "(e:matmul(e:transpose())):allclose{{1, 2.5 / (19 / 3) ^ 0.5}, {2.5 / (19 / 3) ^ 0.5, 1}}",
    "(t[{{3, -1}}] - t[{{1, -3}}]) / 2 == T{-1.5, 6, 2.5}",
    "T{{3, 4}} / T{{3, 4}}:norm(2, {keepdim = true}) == T{{3, 4}} / 5",
    "values[counts:argmax()] == 1 and (T{{3, 1}, {2, 4}}:sort(1)) == T{{2, 1}, {3, 4}}",
    // Random numbers
    "k >= 1 and k <= 3 and T{0, 0, 1}:cumsum(1):lt(gfnet.random.uniform(0, 1)):sum() + 1 == 3",
    "T.rand(2000):lt(T.full(0.25, 2000)):sum() > 350 and T.rand(2000):lt(T.full(0.25, 2000)):sum() < 650",
    // Layers and losses
    "gelu(x) == x * ((x / math.sqrt(2)):erf() + 1) / 2 and identity(x) == x",
    "T.ones(1, 1, 2, 3):repeat_interleave(2, 3):repeat_interleave(2, 4) == T.ones(1, 1, 4, 6)",
    "2 * nn.smooth_l1(T{1, 5}, T{0, 0}, {beta = 2}) == (0.5 + 2 * (5 - 1)) / 2",
  ])
  func formulasAreRight(_ condition: String) throws {
    let bench = try ScriptBench(
      """
      local T, nn = gfnet.tensor, gfnet.nn
      local t, s, a = T{5, -3, 2, 9, 7}, T{1, 1, 2, 2, 1}, T{{1, 2}, {3, 4}}
      local x, y = T{0, 2}, T{0, 0.5} * math.pi
      local n, m = T{0 / 0, 1, 2}, T{1, 0 / 0, 3}
      local g = T{{1, 2, 3}, {2, 4, 7}}
      local d = g - g:mean(2, {keepdim = true})
      local e = d / d:norm(2, {keepdim = true})
      local values, counts = s:unique()
      local c = T{0.25, 0.5, 0.25}:cumsum(1)
      local k = c:lt(gfnet.random.uniform(0, c[#c])):sum() + 1
      local gelu = nn.module{forward = function(self, x) return x * ((x / math.sqrt(2)):erf() + 1) / 2 end}
      local identity = nn.module{forward = function(self, x) return x end}
      assert(\(condition))
      """)
    #expect(bench.message == "")
  }
}
