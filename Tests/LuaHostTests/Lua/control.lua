-- Statements: goto, loops, closures, varargs, multiple assignment, integer loops, scope; load.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]):gsub("0x%x+", "0x") end
  print(table.concat(parts, " ", 1, parts.n))
end
for i = 1, 3 do for j = 1, 3 do if j == 2 then goto continue end show(i, j) ::continue:: end end
do local i = 1 ::top:: if i <= 3 then show("goto", i) i = i + 1 goto top end end
do goto skip show("never") ::skip:: end
do local fs = {} for i = 1, 3 do local j = i * 10 fs[i] = function() j = j + 1 return i, j end end show(fs[1]()) show(fs[1]()) show(fs[2]()) end
do local fs = {} local i = 1 while i <= 3 do local k = i fs[i] = function() k = k + 1 return k end i = i + 1 end show(fs[1](), fs[1](), fs[2](), fs[3]()) end
do local k = 0 ::again:: local x = k local f = function() return x end k = k + 1 if k < 3 then goto again end show(f()) end
repeat local done = true until done
local n = 0 while true do n = n + 1 if n > 5 then break end end show(n)
local function va(...) local a, b = ... local t = { ... } local p = table.pack(...) return select("#", ...), a, b, #t, p.n, (...) end
show(va()) show(va(1)) show(va(1, 2, 3)) show(va(nil, nil)) show((va(1, 2)))
local a, b, c = (function() return 1, 2 end)() show(a, b, c) a, b = b, a show(a, b) local t = {} t.x, t.y = 1 show(t.x, t.y) local i = 1 i, t[i] = i + 1, 20 show(i, t[1], t[2])
show((function() return 1, 2, 3 end)(), 10) show(10, (function() return 1, 2, 3 end)()) show(((function() return 1, 2 end)()))
show(#{ (function() return 1, 2, 3 end)() }, #{ (function() return 1, 2, 3 end)(), 10 }, #{ ((function() return 1, 2 end)()) })
show(nil and 1, false or nil, 1 and 2, nil or "x", false == nil, not nil, not 0, 1 or error("never"), nil and error("never"))
show(2 ^ 3 ^ 2, -2 ^ 2, not 1 == 2, 1 .. 2 .. 3, 2 * 3 % 4, 1 + 2 < 4, "a" .. "b" == "ab", 7 // 2 * 2, 1 << 2 + 1, 5 & 3 | 8, 3 ~ 5 & 1, - - 2, not not nil)
local s = 0 for x = 10, 1, -3 do s = s + x end show(s) for x = 1, 3 do local x = x * 2 show(x) end for _ = 1, 0 do show("never") end
local function fib(k) if k < 2 then return k end return fib(k - 1) + fib(k - 2) end show(fib(20)) local function count(k) if k == 0 then return "tail" end return count(k - 1) end show(count(100000))
do local _ENV = { show = show } x = 5 show(x, _ENV.x) end local function sandboxed(_ENV) y = 1 return y end show(sandboxed{}) show(rawget(_G, "y"))
show(load("return ...", "c")(1, 2)) show(load("x = 1 return x", "c", "t", {})()) show(load(function() return nil end)) local parts = { "return ", "1 ", "+ 2" } local k = 0 show(load(function() k = k + 1 return parts[k] end)()) show(load(function() return {} end) == nil) show(load("return _ENV", "c", "t", 42)()) show(load("return x", "c", "t", { x = "env" })()) show(pcall(load)) show(pcall(load, {}))  show(load("syntax error here", "=chunk")) show(load("return 1", "=c", "q") == nil)
local env = setmetatable({}, { __index = _G }) load("function made() return 'made' end", "c", "t", env)() show(env.made(), rawget(_G, "made")) show(type(_VERSION), _VERSION, type(_G), _G._G == _G)
local long = {} for q = 1, 250 do long[q] = q end show(select("#", table.unpack(long)), select(250, table.unpack(long)), math.max(table.unpack(long)))
local str = "" for q = 1, 5 do str = str .. q .. (q < 5 and "," or "") end show(str) show(("x"):rep(3, "-"), #"\u{10FFFF}", "a\
b", 'single "quoted"', "\x41\z
   \66")
local function multi() return 1, nil, 3 end local m1, m2, m3 = multi() show(m1, m2, m3) local results = table.pack(multi()) show(results.n)
local obj = { v = 1 } function obj:inc(by) self.v = self.v + (by or 1) return self end show(obj:inc():inc(5).v) function obj.static() return "static" end show(obj.static()) local nested = { a = { b = { c = function() return "deep" end } } } show(nested.a.b.c()) function nested.a.b.d(...) return ... end show(nested.a.b.d(1, 2)) show(#"abc" + 1, -"2" + 0, "10" / 2) show(f == nil, ("%d"):format(3), #{ n = 3 }, ({ 1, 2, 3 })[2], ("abc"):upper()) 
-- Integer division of a large loop, closing of upvalues, shadowing
local outer = 1 do local outer = 2 do local outer = 3 show(outer) end show(outer) end show(outer) local up = 0 local function inc() up = up + 1 return up end inc() inc() show(up)
show(os.time{ year = 2024, month = 2, day = 29, hour = 12 } - os.time{ year = 2024, month = 2, day = 28, hour = 12 }, os.date("!%Y-%m-%d %H:%M:%S", 86400), os.date("!*t", 0).year, os.date("!*t", 0).isdst, os.date("!%A %B %d %j %p %y %%", 1e9), os.difftime(10, 4), math.type(os.time()), os.clock() >= 0, type(os.date()))
show(pcall(os.date, "%Ez", 0)) show(pcall(os.date, "%Q", 0)) show(pcall(os.time, {})) show(pcall(os.time, { year = 2024 })) show(pcall(os.time, { year = "x", month = 1, day = 1 })) show(pcall(os.date, "*t", 1e300)) show(pcall(os.date, "*t", "x")) local norm = { year = 2024, month = 14, day = -3, hour = 12 } os.time(norm) show(norm.year, norm.month, norm.day, norm.yday, norm.wday)
show(collectgarbage("count") > 0, collectgarbage(), collectgarbage("step") ~= nil, collectgarbage("isrunning"))
print("done")
