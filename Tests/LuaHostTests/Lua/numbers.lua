-- Integers and floats, operators and math.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do local v = parts[i] parts[i] = v ~= v and "nan" or tostring(v):gsub("-nan", "nan") end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end
local values = { 0, 1, -1, 3, -7, -0.0, 2.5, -2.5, 1e15, 1 / 0, math.maxinteger, math.mininteger, 2 ^ 63, "10", " 0x1p4 " }
local operators = { "+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>", "==", "~=", "<", "<=", ">", ">=" }
for _, op in ipairs(operators) do
  local f = load("local a, b = ... return a " .. op .. " b", "=op")
  for _, a in ipairs(values) do
    for _, b in ipairs(values) do
      local mixed = type(a) == "string" or type(b) == "string"
      if not mixed then show(a, op, b, pcall(f, a, b)) elseif type(a) == type(b) or not op:find("[<>=~|&]") then show(a, op, b, pcall(f, a, b)) end
    end
  end
end
for _, a in ipairs(values) do show(a, pcall(load("local a = ... return -a"), a)) if type(a) ~= "string" then show(a, pcall(load("local a = ... return ~a"), a)) end end
for _, v in ipairs{ {}, true, print } do
  for _, op in ipairs{ "+", "//", "&", "<", ".." } do
    local ok, why = pcall(load("local a, b = ... return a " .. op .. " b", "=op"), v, 1) show(type(v), op, ok, why)
  end
end
try(function() return 1 // 0 end) try(function() return 1 % 0 end) show(1 // 0.0, 1 % 0.0, -1 // 0.0, 0 / 0, 5 // 0.3, -5 % 3, 5 % -3, -5.5 % 3, 5.5 % -3, 5 % (1 / 0), -5 % (1 / 0), 5 // (1 / 0), -5 // (1 / 0))
show(math.maxinteger + 1 == math.mininteger, math.mininteger // -1, math.mininteger % -1, math.maxinteger * 2, 1 << 63, 1 << 64, 1 << -1, -1 >> 1, -1 >> 63, 1 >> -1, 3 & 2.0)
try(function() return 1.5 & 1 end) try(function() return 2 ^ 63 | 0 end) try(function() return "a" | 1 end) try(function() return "1.5" | 1 end) try(function() return {} | 1 end)
show(1 == 1.0, math.type(1), math.type(1.0), math.type("1"), 2 ^ 53 == 2 ^ 53 + 1, math.maxinteger + 0.0 == math.maxinteger, math.maxinteger < math.maxinteger + 0.0, 1 < 1.5, -0.0 == 0.0, "1" == 1, 0x7fffffffffffffff, 0xffffffffffffffff, 9223372036854775808, 1e308 * 10, 0x.1p4, 3e-2)
for _, name in ipairs{ "abs", "ceil", "floor", "sqrt", "tointeger", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "deg", "rad" } do
  for _, v in ipairs{ 0, 1, -1, 2.5, -2.5, 1e10, math.mininteger, math.maxinteger, 1 / 0 } do
    local ok, r = pcall(math[name], v) show(name, v, ok, math.type(r) == "float" and string.format("%.10g", r) or r)
  end
  try(math[name]) try(math[name], "x") try(math[name], "2")
end
show(math.max(1, 2.5, -1), math.min(1, 2.5, -1), math.max(1, 1.0), math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(7.5, 2), math.modf(3.7), math.modf(-3.7), math.modf(5), math.modf(1 / 0))
try(math.max) try(math.fmod, 1, 0) show(math.fmod(1, 0.0), math.fmod(math.mininteger, -1)) show(math.log(8, 2), math.log(100, 10), string.format("%.10g", math.log(10, 3)), math.ult(1, -1), math.ult(-1, 1), math.huge, -math.huge, string.format("%.14g", math.pi))
show(math.tointeger(3.0), math.tointeger(3.5), math.tointeger("8"), math.tointeger({}), math.tointeger(2 ^ 63), math.floor(3.7), math.ceil(3.2), math.floor(-3.7), math.floor(1e100), math.ceil(-0.5), math.abs(math.mininteger), math.abs(-0.0))
try(math.random, 0.5) try(math.random, 2, 1) try(math.random, 1, 2, 3) show(math.random(5, 5), math.random(1) == 1) for _ = 1, 100 do local r = math.random() assert(r >= 0 and r < 1) local k = math.random(-3, 3) assert(k >= -3 and k <= 3 and math.type(k) == "integer") end
show(7 // 2, 7.0 // 2, -7 // 2, 7 // -2, 7 / 2, 6 / 2, 2 ^ 2, 7 % 2.5, 1e15 // 1, 10 // 3 * 3 + 10 % 3)
for i = 1, 3 do io.write(tostring(i), " ") end for i = 3, 1, -1 do io.write(tostring(i), " ") end for i = 1.0, 2 do io.write(tostring(i), " ") end for i = 1, 2, 0.5 do io.write(tostring(i), " ") end for i = math.maxinteger - 1, math.maxinteger do io.write(tostring(i), " ") end for i = 1, 0 do io.write("never") end print()
try(load("for i = 1, 10, 0 do end")) try(load("for i = 'a', 10 do end", "=for")) try(load("for i = 1, {} do end", "=for")) try(load("for i = 1, 2, 'x' do end", "=for")) try(load("for i = '1', 2 do end", "=for"))
print("done")
