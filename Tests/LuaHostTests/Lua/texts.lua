-- utf8.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = type(parts[i]) == "string" and string.format("%q", parts[i]) or tostring(parts[i]) end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...) show(pcall(f, ...)) end
local texts = { "", "abc", "äöü", "日本語", "a😀b", "\xff", "a\x80", "\u{7FFFFFFF}", "\xc3", "x\u{D800}y", "e\u{301}", "\0" }
for _, s in ipairs(texts) do
  show(s, utf8.len(s)) try(utf8.len, s, 2) show(utf8.len(s, 1, -1, true)) try(utf8.codepoint, s, 1, -1) try(utf8.codepoint, s, 1, -1, true)
  for i = -3, 4 do try(utf8.offset, s, i) end
  local all = {}
  local ok, why = pcall(function() for p, c in utf8.codes(s) do all[#all + 1] = p .. ":" .. c end end)
  show(ok, why, table.concat(all, ","))
  local found = {}
  for c in s:gmatch(utf8.charpattern) do found[#found + 1] = c end
  show(#found)
end
show(utf8.char(), utf8.char(72, 228, 8364, 128512), utf8.char(0x7FFFFFFF), utf8.charpattern)
try(utf8.char, -1) try(utf8.char, 1 << 31) try(utf8.len, "abc", 5) try(utf8.len, "abc", 10) try(utf8.offset, "äö", 1, 2) try(utf8.offset, "abc", 1, 10) try(utf8.codepoint, "abc", 4) try(utf8.codepoint, "abc", 1, 10) try(utf8.len) try(utf8.char, "x") try(utf8.codes)
show(utf8.offset("äöü", 2), utf8.offset("äöü", -1), utf8.offset("äöü", 0, 2), utf8.offset("abc", 5), utf8.offset("abc", 4))
print("done")
