-- Times of sums, means, norms and variances over tensors of several shapes: microseconds a call, the least of some rounds.
-- Benchmarks/Reductions/compare.py runs this with two builds in turn.

local tensor = gfnet.tensor

local cases = {
  {"32x1000:sum()", {32, 1000}, function(x) return x:sum() end},
  {"32x1000:sum(1)", {32, 1000}, function(x) return x:sum(1) end},
  {"32x1000:sum(2)", {32, 1000}, function(x) return x:sum(2) end},
  {"32x1000:mean(2)", {32, 1000}, function(x) return x:mean(2) end},
  {"32x1000:norm()", {32, 1000}, function(x) return x:norm() end},
  {"32x1000:var(2)", {32, 1000}, function(x) return x:var(2) end},
  {"64x10:mean(2)", {64, 10}, function(x) return x:mean(2) end},
  {"10000:sum()", {10000}, function(x) return x:sum() end},
  {"100000:sum()", {100000}, function(x) return x:sum() end},
  {"1000000:sum()", {1000000}, function(x) return x:sum() end},
  {"1000x1000:sum(1)", {1000, 1000}, function(x) return x:sum(1) end},
  {"1000x1000:sum(2)", {1000, 1000}, function(x) return x:sum(2) end},
  {"20000x256:sum(2)", {20000, 256}, function(x) return x:sum(2) end},
  {"100000x64:sum(1)", {100000, 64}, function(x) return x:sum(1) end},
  {"100000x64:sum(2)", {100000, 64}, function(x) return x:sum(2) end},
  {"32x64x24x24:mean({3, 4})", {32, 64, 24, 24}, function(x) return x:mean({3, 4}) end},
}

for _, case in ipairs(cases) do
  local name, shape, call = table.unpack(case)
  local count = 1
  for _, size in ipairs(shape) do count = count * size end
  local calls = math.max(10, math.min(1000, 20000000 // count))
  local x = tensor.rand(table.unpack(shape))
  local least = math.huge
  for _ = 1, 7 do
    local start = os.clock()
    for _ = 1, calls do call(x) end
    least = math.min(least, (os.clock() - start) / calls)
  end
  print(("%s\t%.3f"):format(name, least * 1e6))
end
