-- table, length, next, pairs and ipairs.
local function list(t, n) local parts = {} for i = 1, n or #t do parts[i] = tostring(t[i]) end return "{" .. table.concat(parts, ",") .. "}" end
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = type(parts[i]) == "table" and list(parts[i]) or (tostring(parts[i]):gsub("0x%x+", "0x")) end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end
local t = { 1, 2, 3 }
table.insert(t, 4) table.insert(t, 1, 0) show(t, #t, table.remove(t), table.remove(t, 1), t, table.remove({}), table.remove({}, 0))
try(table.insert, t) try(table.insert, t, 1, 2, 3) try(table.insert, t, 10, 1) try(table.insert, nil, 1) try(table.insert, t, "x", 1) try(table.remove, t, 10) try(table.remove, t, 4)
show(table.concat({}), table.concat{ 1, 2.5, "x" }, table.concat({ 1, 2, 3 }, ", "), table.concat({ 1, 2, 3 }, "-", 2), table.concat({ 1, 2, 3 }, "-", 2, 2), table.concat({ 1 }, "x", 2))
try(table.concat, { 1, {}, 3 }) try(table.concat, { 1, nil, 3 }, ",", 1, 3) try(table.concat, 1) try(table.concat, { true })
show(table.unpack{ 1, 2, 3 }) show(table.unpack({ 1, 2, 3 }, 2)) show(table.unpack({ 1, 2 }, 1, 4)) show((table.unpack{ 1, 2 })) show(select("#", table.unpack({}, 1, 3)))
try(table.unpack, {}, 1, 1e8) try(table.unpack)
local p = table.pack(1, nil, 3, nil) show(p.n, p[1], p[2], p[3]) show(table.pack().n)
show(table.move({ 1, 2, 3 }, 1, 3, 2)) show(table.move({ 1, 2, 3 }, 2, 3, 1)) show(table.move({ 1, 2 }, 1, 2, 1, { 9, 9, 9 })) show(table.move({ 1 }, 1, 0, 5)) try(table.move, {}, 1, 2) try(table.move, {}, math.mininteger, math.maxinteger, 1)
local words = { "pear", "fig", "apple", "date" }
table.sort(words) show(words) table.sort(words, function(a, b) return #a < #b or #a == #b and a > b end) show(words)
try(table.sort, { 3, "x", 1 }) try(table.sort, { 1, 2, 3 }, function(a, b) error("compare", 0) end) try(table.sort, { {}, {} }) try(table.sort, { 1, 2 }, 5) try(table.sort, { 1, 2, 3, nil, 5 } and { 3, 2, 1 })
local numbers = {} for i = 1, 200 do numbers[i] = (i * 7919) % 211 end table.sort(numbers) show(numbers) table.sort(numbers, function(a, b) return a > b end) show(numbers)
local proxy = setmetatable({}, { __len = function() return 3 end, __index = function(_, i) return i * 10 end, __newindex = function(t, k, v) rawset(t, k, v) end })
show(#proxy, table.concat(proxy, ","), table.unpack(proxy)) show(select("#", table.unpack(proxy)))
try(table.concat, setmetatable({}, { __len = function() return "x" end })) try(function() return #setmetatable({}, { __len = function() return "x" end }) end)
-- next, pairs and ipairs
show(next({})) show(next{ 10 }) try(next, { 1 }, 5) try(next) try(pairs) try(ipairs) try(pairs, nil) show(type(next), rawlen{ 1, 2 }, rawlen"abc")
local keys = {} for k, v in pairs{ a = 1, b = 2, 10, 20 } do keys[#keys + 1] = tostring(k) .. "=" .. tostring(v) end table.sort(keys) show(keys)
for i, v in ipairs{ 1, 2, nil, 4 } do show(i, v) end
for k, v in pairs(setmetatable({}, { __pairs = function(t) return function(_, k) if not k then return 1, "mine" end end, t, nil end })) do show(k, v) end
for i, v in ipairs(setmetatable({}, { __index = function(_, i) if i < 4 then return i * i end end })) do show(i, v) end
local erased = { 1, 2, 3, x = 1, y = 2 } for k in pairs(erased) do erased[k] = nil end show(next(erased))
try(function() local t = {} t[nil] = 1 end) try(function() local t = {} t[0 / 0] = 1 end) try(rawset, {}, nil, 1) show(({})[nil], ({})[0 / 0])
local floats = {} floats[1.0] = "a" floats[2] = "b" floats[2 ^ 53] = "c" show(floats[1], floats[2.0], floats[1 << 53], #floats)
show(rawequal(t, t), rawequal(t, {}), rawget(setmetatable({}, { __index = { x = 1 } }), "x"), rawset({}, "x", 1).x)
show(#"abc", #{ 1, 2, 3 }, #{ n = 1 }, #{ 1, 2, 3, nil }) 
print("done")
