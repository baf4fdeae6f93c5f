-- string: everything but find, match, gmatch and gsub (patterns.lua) and pack (pack.lua).
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = type(parts[i]) == "string" and string.format("%q", parts[i]) or tostring(parts[i]) end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end

for _, s in ipairs{ "", "a", "abc", "a\0b", "äöü", ("x"):rep(20) } do
  show(#s, s:len(), s:upper(), s:lower(), s:reverse())
  for _, i in ipairs{ 1, 2, -1, -2, 0, 100, -100, math.maxinteger, math.mininteger } do
    show(s:sub(i), s:sub(1, i), s:sub(i, i), s:sub(-2, i), s:sub(i, -2))
    show(s:byte(i))
  end
  show(s:byte(1, -1))
end
show(string.char(), string.char(0, 65, 255), ("x"):rep(3), ("x"):rep(3, ","), ("x"):rep(0), ("x"):rep(-1), ("ab"):rep(1, "-"))
for _, format in ipairs{ "%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%i", "%x", "%X", "%#x", "%o", "%.3d", "%u" } do
  try(string.format, format, 42) try(string.format, format, -42) try(string.format, format, 3.0) try(string.format, format, "10")
  try(string.format, format, 3.5) try(string.format, format, "x") try(string.format, format)
end
for _, format in ipairs{ "%f", "%.2f", "%10.3f|", "%-10.1f|", "%e", "%.3e", "%g", "%.10g", "%G", "%a", "%+.1f", "%#.0f", "%.99f" } do
  try(string.format, format, 1.5) try(string.format, format, -0.0) try(string.format, format, 1e300) try(string.format, format, 1 / 0)
  try(string.format, format, 7) try(string.format, format, "0x10") try(string.format, format, {})
end
for _, format in ipairs{ "%s", "%5s|", "%-5s|", "%.2s", "%5.1s|", "%q", "%c", "%%", "%i%%", "%", "%y", "%10q", "%123d", "%.123d", "%0s", "% ", "%p" } do
  if format ~= "%p" then
    try(string.format, format, "abc") try(string.format, format, 65) try(string.format, format, true) try(string.format, format, nil)
    try(string.format, format, "a\nb\0c\r\"\\\200") try(string.format, format)
  end
end
show(string.format("%q", 1 / 3), string.format("%q", math.mininteger), string.format("%q", 1 / 0), string.format("%q", 255))
try(string.format, "%q", {})
show(string.format("%s %s", setmetatable({}, { __tostring = function() return "mine" end }), 2))
try(string.format, "%s", setmetatable({}, { __tostring = function() return 1 end }))
show(string.format("%s", setmetatable({}, { __name = "My type" })):gsub("0x%x+", "0x"))
show(tostring(1), tostring(1.0), tostring(-0.0), tostring(1e15), tostring(1e16), tostring(123456789012345), tostring(0.1), tostring(1e100))
show(tostring(math.pi), tostring(2 ^ 53), tostring(2 ^ 63), tostring(-2 ^ 63), tostring(1 / 0), tostring(-1 / 0), tostring(nil), tostring(true))
for _, text in ipairs{ "10", " 10 ", "0x1F", "0x1p4", "1e2", "1e", ".5", "5.", "0x", "", " ", "10a", "1 0", "nan", "inf", "0x.8", "1e+5", "- 1", "-1", "--1", "9223372036854775807", "9223372036854775808", "0xffffffffffffffffff", "1\0" } do
  show(text, tonumber(text), math.type(tonumber(text)))
end
for _, case in ipairs{ { "ff", 16 }, { "FF", 16 }, { "zz", 36 }, { "8", 8 }, { "777", 8 }, { "-101", 2 }, { " 11 ", 2 }, { "", 10 }, { "1.0", 10 }, { "7fffffffffffffff", 16 }, { "ffffffffffffffff", 16 } } do
  show(case[1], case[2], tonumber(case[1], case[2]))
end
try(tonumber) try(tonumber, "10", 1) try(tonumber, "10", 37) try(tonumber, 10, 10) try(tonumber, {}) try(tonumber, nil)
show("a" < "b", "a" < "B", "" < "a", "a\0b" < "a\0c", "Z" < "a", "10" < "9", "a" <= "a", "é" > "z")
show("a" .. 1, 1 .. 2, 1.5 .. "x", -0.0 .. "", 2 ^ 53 .. "", 10 // 3 .. "")
try(function() return "a" .. {} end) try(function() return "a" .. nil end) try(function() return nil .. "a" end)
try(function() return #5 end) try(function() return "a" < 1 end) try(function() return {} < {} end) try(function() return nil > 1 end)
show(("x"):rep(3):upper():byte(1, -1))
show("\65\066\x43\u{48}\u{20AC}\z
      next", "tab\tnew\\n", [[long
string]], [==[with ]] in it]==])
try(string.rep) try(string.rep, "x") try(string.rep, "x", "y") try(string.char, 256) try(string.char, -1) try(string.byte, nil) try(string.len)
try(string.sub) try(string.upper, {}) try(string.sub, "x", 1.5) try(string.sub, "x", "a") try(string.format) try(string.reverse)
print("done")
