-- Errors: objects, positions, levels, handlers.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]):gsub("0x%x+", "0x") end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end
try(error) try(error, nil) try(error, "text") try(error, "text", 0) try(error, "text", 1) try(error, "text", 2) try(error, 42) try(error, true)
try(function() error("here") end) try(function() error("level 0", 0) end)
local function check(v) if v then error("bad argument", 2) end end
try(function()
  check(true)
end)
local function level3() error("far", 3) end
try(function()
  local function middle()
    level3()
  end
  middle()
end)
local object = setmetatable({}, { __tostring = function() return "an object" end }) local ok, e = pcall(error, object) show(ok, e == object, e)
show(select("#", pcall(error))) show(pcall(pcall)) show(pcall(pcall, error, "x")) show(pcall(xpcall)) show(pcall(xpcall, print)) show(xpcall(error, function(m) return "handled " .. tostring(m) end, "x", 0)) show(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, 3))
show(xpcall(error, function(m) error("in handler", 0) end, "x")) show(xpcall(function() local x = nil; return x.y end, function(m) return #m > 0 end)) show(xpcall(error, function(m) return m, "second" end, "x"))
show(pcall(assert, false)) show(pcall(assert, nil, "message")) show(pcall(assert, false, { 1 })) show(pcall(assert)) show(assert(1, 2, 3)) show(pcall(assert, false, nil))
try(function() local a = 1 + nil end) try(function() local t = {} return t.x.y.z end) try(function() return a.b.c end) try(function() local t = { f = 1 } t.f() end) try(function() return 1 < "2" end) try(function() return {} < {} end) try(function() return #nil end) try(function() return -{} end) try(function() return 2 ^ {} end) try(function() local up = nil return (function() return up.x end)() end) try(function() return ("x")() end) try(function() return 1 .. {} end) try(function() string.rep() end) try(function() ("x"):rep({}) end) try(function() ("x"):bad() end) try(function() local t = setmetatable({}, { __index = function(_, k) error("no " .. k) end }) return t.field end) try(function() math.floor("x") end) try(function() setmetatable(1, 2) end) try(function() for i = 1, "x" do end end) try(function() for x in 5 do end end) try(function() return table.concat({ {} }) end) try(function() return 1 // 0 end) try(function() return 1 & 1.5 end) try(function() return math.tointeger(2 ^ 53) << "a" end) try(function() local a <close> = 1 end)
for _, source in ipairs{ "x =", "x = = 1", "for", "if x then", "return return", "local 1 = 2", "x = 'abc", "x = [[abc", "goto nowhere", "break", "::a:: ::a::", "x = }", "f(", "local function end", "x = 1e", "x = 0x", "x = '\\q'", "x = '\\300'", "x = '\\u{110000000}'", "for i = 1 do end", "repeat until", "local x <const> = 1 x = 2", "return 1 2", "a.b:c = 1", "x = ...", "function f() return ... end", "--[[ open", "x = #", "and", "(1)", "a", "1", "x, y", "local t = {1, 2", "t = {1 2}", "do goto l end local a ::l:: print(a)", "@", "x = ~", "if x then else elseif y then end end" } do
  show(source, load(source, "=src"))
  show(load("\n\n" .. source, "@file.lua"))
end
show(load("x =", "some code")) show(load("x =", ("long "):rep(40))) show(load("x =\ny", "two\nlines")) show(load("\n\nerror('run')", "=name")) try(load("\n\nerror('run')", "=name")) try(load("error('run')", "code itself")) try(load("error('run')", "@path/to/file.lua"))
local function recurse() return 1 + recurse() end local ok, e = pcall(recurse) show(ok, (e:gsub("\n.*", ""))) local ok, e = pcall(function() local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k .. "x"] end return t.a end) show(ok, type(e))
show(pcall(string.rep, "x", -1)) local function tail(n) if n == 0 then error("bottom") end return tail(n - 1) end try(tail, 100)
local caught = {} for i = 1, 3 do local ok, e = pcall(function() if i % 2 == 1 then error({ i = i }) end return i end) caught[#caught + 1] = ok and e or e.i * 100 end show(table.unpack(caught))
show(pcall(select, 0)) show(pcall(select, -5, 1)) show(select(-1, 1, 2, 3)) show(select(2, "a", "b", "c")) show(select("#")) show(select("#", nil, nil)) show(pcall(select, "x"))
print("done")
