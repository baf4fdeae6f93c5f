-- Metatables: arithmetic, comparison, index chains, calls, close, protection.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]):gsub("0x%x+", "0x") end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end
local log = {}
local names = { "add", "sub", "mul", "div", "mod", "pow", "unm", "idiv", "band", "bor", "bxor", "shl", "shr", "bnot", "concat", "len", "eq", "lt", "le", "call" }
local M = {}
for _, name in ipairs(names) do M["__" .. name] = function(a, b) return name .. "(" .. type(a) .. "," .. type(b) .. ")" end end
local x, y = setmetatable({}, M), setmetatable({}, M)
show(x + 1, 1 + x, x - y, x * 2, x / 2, x % 2, x ^ 2, -x, x // 2, x & 1, 1 | x, x ~ 1, x << 1, x >> 1, ~x, x .. "a", "a" .. x, 1 .. x, #x, x == y, x ~= y, x < y, x <= y, x > y, x < 1, 1 < x, x(5))
show(x == 1, x == x, rawequal(x, y)) try(function() return x < {} end) try(function() return {} + 1 end) try(function() return {} .. "x" end) try(function() return -{} end) try(function() return {} < 1 end) try(function() return ({})() end)
local base = { a = 1 } local mid = setmetatable({ b = 2 }, { __index = base }) local top = setmetatable({ c = 3 }, { __index = mid }) show(top.a, top.b, top.c, top.d, rawget(top, "a"))
local f = setmetatable({}, { __index = function(t, k) return k .. "!" end }) show(f.x, f[1], rawget(f, "x"))
local deep = {} for i = 1, 50 do deep = setmetatable({}, { __index = deep }) end show(deep.x) local loop = {} setmetatable(loop, { __index = loop }) try(function() return loop.x end) local loop2 = setmetatable({}, {}) getmetatable(loop2).__newindex = loop2 try(function() loop2.x = 1 end)
local store = {} local w = setmetatable({}, { __newindex = store }) w.x = 5 show(rawget(w, "x"), store.x) local v = setmetatable({ x = 1 }, { __newindex = function(t, k, val) rawset(t, k, val * 2) end }) v.x = 2 v.y = 2 show(v.x, v.y)
try(function() local n = nil; n.x = 1 end) try(function() local n = 5; return n.x end) try(function() return undefinedglobal.x end) try(function() local t = {} t.a.b = 1 end) try(function() local t = {} t.f() end) try(function() local t = {} t:m() end) try(function() undefinedfunction() end) try(function() local s = "x" s:nomethod() end) try(function() return ("x").y.z end)
show(getmetatable("") == false or getmetatable("").__index == string, getmetatable(setmetatable({}, { __metatable = "locked" }))) try(setmetatable, setmetatable({}, { __metatable = 1 }), {}) try(setmetatable, 1, {}) try(setmetatable, {}) try(setmetatable, {}, 1) show(getmetatable({}), getmetatable(1), getmetatable(print))
local callable = setmetatable({}, { __call = function(self, ...) return select("#", ...), ... end }) show(callable(1, nil, 3)) local chained = setmetatable({}, { __call = callable }) show(pcall(chained, 1))
show(tostring(setmetatable({}, { __tostring = function() return "text" end })), tostring(setmetatable({}, { __name = "Named" }))) try(tostring, setmetatable({}, { __tostring = function() return {} end })) try(tostring)
-- Comparison results are booleans, whatever the metamethod returns.
local C = { __lt = function() return 1 end, __le = function() return nil end, __eq = function() return "yes" end } local c, d = setmetatable({}, C), setmetatable({}, C) show(c < d, c <= d, c == d, c > d, c >= d, c ~= d)
-- Inheritance as most libraries write it
local Animal = {} Animal.__index = Animal function Animal.new(n) return setmetatable({ name = n }, Animal) end function Animal:speak() return self.name .. " makes a sound" end
local Dog = setmetatable({}, { __index = Animal }) Dog.__index = Dog Dog.__tostring = function(s) return "Dog " .. s.name end function Dog.new(n) return setmetatable(Animal.new(n), Dog) end function Dog:speak() return Animal.speak(self) .. ": woof" end
show(Dog.new("Rex"), Dog.new("Rex"):speak(), Animal.new("Cat"):speak())
-- To-be-closed variables
local order = {} local function closing(n) return setmetatable({}, { __close = function(_, e) order[#order + 1] = n .. "=" .. tostring(e) end }) end
do local a <close> = closing("a") local b <close> = closing("b") local n <close> = nil order[#order + 1] = "body" end show(table.concat(order, " ")) order = {}
local function early() local a <close> = closing("a") for i = 1, 3 do local l <close> = closing("l" .. i) if i == 2 then break end end return (function() local z <close> = closing("z") return "value" end)() end show(early(), table.concat(order, " ")) order = {}
try(function() local a <close> = closing("a") error("oops", 0) end) show(table.concat(order, " ")) order = {}
try(function() local a <close> = setmetatable({}, { __close = function(_, e) error("second after " .. tostring(e), 0) end }) error("first", 0) end) try(function() local a <close> = {} end) try(function() local a <close> = 42 end) show(pcall(load("local x <const> = 1; x = 2"))) show(load("local x <const> = 1; x = 2", "=c")) show(load("local x <weird> = 1", "=c")) show(load("local a <close>, b <close> = nil, nil", "=c"))
for k in (function() return next, { 1 }, nil, closing("for") end)() do end show(table.concat(order, " ")) order = {} for k in (function() return next, { 1, 2 }, nil, closing("for") end)() do break end show(table.concat(order, " "))
-- Weak tables and identity
local weak = setmetatable({}, { __mode = "k" }) weak[{}] = 1 collectgarbage() collectgarbage() show(next(weak)) local wv = setmetatable({}, { __mode = "v" }) wv[1] = {} wv[2] = "string" collectgarbage() show(wv[1], wv[2])
local e1 = setmetatable({}, { __eq = function() return true end }) show(e1 == setmetatable({}, { __eq = function() return false end }), e1 == 1, ({ [e1] = 1 })[e1])
show(#setmetatable({}, { __len = function() return 42 end }), rawlen(setmetatable({}, { __len = function() return 42 end }))) show(pcall(next, setmetatable({}, { __index = { 1 } }))) 
print("done")
