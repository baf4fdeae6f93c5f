-- Patterns, as section 6.4.1 of the manual has them.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = type(parts[i]) == "string" and string.format("%q", parts[i]) or tostring(parts[i]) end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end
local subjects = { "", "hello world", "  key = value  ", "a.b.c", "f(a(b)c)d", "THE (quick) fox", "x=1, y=22,z=333", "\0a\0", "aaa", "%d", "2024-01-31", "line one\nline two", "[[x]]", "é" }
local patterns = {
  "", ".", "%a+", "^%s*(.-)%s*$", "(%w+)%s*=%s*(%w+)", "%b()", "%f[%w]%w+", "[^%s]+", "[a-c]+", "[%a_][%w_]*", "a*", "a+", "a-", "a?", "^a", "a$", "()", "(a)(b)?", "%.",
  "(%d+)-(%d+)-(%d+)", "[%]]", "[]]", "[^]]", "[a-]", "[%-x]", "%%", "(.)%1", "((.)(.))", "[%z]", "%S+$", "^$", ".-", "%u%l*", "%x+", "%p", "%c", "%g+", "\0", "[\0a]+",
}
for _, s in ipairs(subjects) do
  for _, p in ipairs(patterns) do
    show(s:find(p)) show(s:match(p)) show(s:gsub(p, "<%0>")) show(s:find(p, 3)) show(s:match(p, -2)) show(s:find(p, 1, true)) show(s:gsub(p, "", 1))
    local all = {}
    for a, b in s:gmatch(p) do all[#all + 1] = tostring(a) .. ":" .. tostring(b) end
    show(table.concat(all, "|"))
  end
end
for _, p in ipairs{ "[", "[a", "[^", "%", "(", ")", "(()", "%b", "%b(", "%f", "%1", "(%1)", "[%", "[a-%", "a%", "(a", "%9" } do
  try(string.find, "abc", p) try(string.gsub, "abc", p, "x") try(string.match, "abc", p)
end
show(("abc"):gsub("%w", "%0%0")) show(("abc"):gsub("(%w)(%w)", "%2%1")) try(string.gsub, "abc", "%w", { a = "1", b = true, c = false }) show(("abc"):gsub("%w", { a = "1", b = 2, c = false }))
try(string.gsub, "abc", "%w", { a = {} }) try(string.gsub, "abc", "%w", "%2") try(string.gsub, "abc", "%w", "%") try(string.gsub, "abc", "%w", "%x")
show(("abc"):gsub("%w", function(c) if c == "b" then return "[" .. c .. "]" end end)) show(("abc"):gsub("%w", function() return 1 end))
try(string.gsub, "abc", "%w", function() return {} end) try(string.gsub, "abc", "%w", function() error("inside", 0) end) try(string.gsub, "abc", "%w") try(string.gsub, "abc", "%w", true)
show(("abc"):gsub("", "-")) show(("abc"):gsub("%w", "x", 0)) show(("abc"):gsub("%w", "x", -1)) show(("abc"):gsub("^a", "x")) show(("aaa"):gsub("^a", "x"))
show(("hello"):find("l"), ("hello"):find("xyz"), ("hello"):find(""), ("hello"):find("", 10), ("hello"):find("", 6), ("hello"):find("l", -2), ("hello"):find("h", -100))
show(("key = 1"):match("^(%w+)%s*=%s*(%d+)$")) show(("x"):match("()x()")) show(("äö"):match("[\xc3][\xa4]"))
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do show(k, v) end
for w in ("one two"):gmatch("%a+") do show(w) end
for p in ("abc"):gmatch("()") do show(p) end
for w in ("abc"):gmatch("%w", 2) do show(w) end
for w in ("abc"):gmatch("^a") do show(w) end
try(string.rep, "x", 1 << 60) try(string.gmatch, "x") try(string.find, "x") try(string.match)
show(pcall(string.find, ("a"):rep(3000), ".-b")) show(pcall(string.match, ("("):rep(40), ("("):rep(40) .. (")"):rep(40)))
print("done")
