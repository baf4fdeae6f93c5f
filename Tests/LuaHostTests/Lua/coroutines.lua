-- coroutine: states, values, errors, closing.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]):gsub("0x%x+", "0x") end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end
local co = coroutine.create(function(a, b)
  show("start", a, b, coroutine.isyieldable(), coroutine.status(coroutine.running()))
  local c = coroutine.yield(a + b)
  local d, e = coroutine.yield(c * 2, "two")
  return d, e, "end"
end)
show(coroutine.status(co), coroutine.resume(co, 1, 2)) show(coroutine.status(co), coroutine.resume(co, 10)) show(coroutine.resume(co, "x", "y")) show(coroutine.status(co), coroutine.resume(co))
show(select(2, coroutine.running()), coroutine.isyieldable()) try(coroutine.resume) try(coroutine.create) try(coroutine.wrap, 1) try(coroutine.status, 1) try(coroutine.resume, {}) try(coroutine.yield, 1)
local gen = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
show(gen(), gen(), gen(), gen()) try(gen)
local bad = coroutine.wrap(function() error("plain") end) try(bad) try(bad)
local object = coroutine.wrap(function() error({ code = 7 }) end) local ok, e = pcall(object) show(ok, type(e), e.code)
local failing = coroutine.create(function() local x = nil; return x.y end) show(coroutine.resume(failing)) show(coroutine.status(failing), coroutine.close(failing))
show(coroutine.resume(coroutine.create(function() return pcall(coroutine.yield, 1) end)))
local inner = coroutine.create(function() local ok, v = pcall(function() return coroutine.yield("in") + 1 end) coroutine.yield(ok, v) local ok2, e2 = pcall(function() coroutine.yield("again") error("after", 0) end) return ok2, e2 end)
show(coroutine.resume(inner)) show(coroutine.resume(inner, 41)) show(coroutine.resume(inner)) show(coroutine.resume(inner))
local closed = {}
local function guard(name) return setmetatable({}, { __close = function(_, e) closed[#closed + 1] = name .. ":" .. tostring(e) end }) end
local pending = coroutine.create(function() local a <close> = guard("a") local b <close> = guard("b") coroutine.yield() end)
coroutine.resume(pending) show(coroutine.close(pending), coroutine.status(pending), table.concat(closed, ","))
local broken = coroutine.create(function() local a <close> = setmetatable({}, { __close = function() error("closing", 0) end }) coroutine.yield() end)
coroutine.resume(broken) show(coroutine.close(broken)) show(coroutine.close(coroutine.create(print)))
try(coroutine.close, coroutine.running()) local self self = coroutine.wrap(function() try(coroutine.close, coroutine.running()) return "ok" end) show(self())
local a, b a = coroutine.create(function() show(coroutine.status(b)) show(coroutine.resume(b)) show(coroutine.status(a)) end) b = coroutine.create(function() a, b = a, b coroutine.resume(a) end)
show(coroutine.resume(b)) show(coroutine.resume(coroutine.running()))
for k, v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i, i * i) end end) do show(k, v) end
local sorted = coroutine.wrap(function() local ok, why = pcall(table.sort, { 3, 2, 1 }, function(x, y) coroutine.yield() return x < y end) return ok, why end) show(sorted())
local meta = coroutine.wrap(function() local t = setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end, __add = function(x, y) return coroutine.yield("add") end, __lt = function() return coroutine.yield("lt") end, __concat = function() return coroutine.yield("cat") end, __call = function(_, v) return coroutine.yield(v) end, __eq = function() return coroutine.yield("eq") end, __len = function() return coroutine.yield("len") end }) return t.x, t + 1, t < t, t .. "", t("called"), t == setmetatable({}, getmetatable(t)), #t end)
show(meta()) for i = 1, 6 do show(meta(i)) end show(meta(7))
for i in (function() return coroutine.wrap(function() for x in coroutine.wrap(function() coroutine.yield(1) coroutine.yield(2) end) do coroutine.yield(x * 10) end end) end)() do show(i) end
show(coroutine.resume(coroutine.create(function(...) return select("#", ...) end), nil, nil))
local depth = 0 local function nest() depth = depth + 1 if depth < 100 then return coroutine.wrap(nest)() end return depth end show(nest())
print("done")
