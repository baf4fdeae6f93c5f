-- string.pack, packsize and unpack.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do
    parts[i] = type(parts[i]) == "string" and parts[i]:gsub(".", function(c) return ("%02x"):format(c:byte()) end) or tostring(parts[i])
  end
  print(table.concat(parts, " ", 1, parts.n))
end
local function try(f, ...)
  local results = table.pack(pcall(f, ...))
  if results[1] then show(table.unpack(results, 1, results.n)) else print(false, results[2]) end
end
local values = { 0, 1, -1, 127, 128, 255, 256, 65535, -32768, 1 << 31, -(1 << 31), math.maxinteger, math.mininteger }
for _, order in ipairs{ "<", ">", "=", "!4<", "!8>" } do
  for _, format in ipairs{ "b", "B", "h", "H", "i", "I", "l", "L", "j", "J", "T", "i1", "i2", "i3", "i7", "i8", "i16", "I1", "I3", "I16" } do
    for _, v in ipairs(values) do
      local ok, text = pcall(string.pack, order .. format, v)
      if ok then show(text, string.unpack(order .. format, text)) else print(format, v, text) end
    end
    try(string.packsize, order .. format)
  end
  for _, v in ipairs{ 0.0, 1.5, -2.25, 1 / 0, 1e30 } do
    for _, format in ipairs{ "f", "d", "n" } do
      local text = string.pack(order .. format, v)
      show(text, string.unpack(order .. format, text))
    end
  end
  for _, s in ipairs{ "", "a", "hello" } do
    for _, format in ipairs{ "s1", "s2", "s4", "s", "z", "c5", "c10" } do
      local ok, text = pcall(string.pack, order .. format, s)
      if ok then show(text, string.unpack(order .. format, text)) else print(format, s, text) end
    end
  end
  try(string.pack, order .. "bxh", 1, 2) try(string.pack, order .. "bXh", 1) try(string.pack, order .. "!bXd", 1) try(string.packsize, order .. "bhj!4d")
  try(string.unpack, order .. "i4 i2", "\1\2\3\4\5\6\7") try(string.unpack, order .. "i4", "\1\2\3") try(string.unpack, order .. "b", "abc", 2) try(string.unpack, order .. "b", "abc", -1)
end
for _, bad in ipairs{ "i0", "i17", "y", "c", "X", "Xz", "!3d", "!17i", "s", "z", "d" } do
  try(string.pack, bad, "x") try(string.packsize, bad) try(string.unpack, bad, "x")
end
try(string.pack, "z", "a\0b") try(string.unpack, "z", "abc") try(string.unpack, "b", "abc", 10) try(string.unpack, "c3", "ab") try(string.unpack, "s1", "\5ab") try(string.pack, "i1", 300) try(string.pack, "I1", -1) try(string.pack, "i2", 1.5) try(string.pack, "i2", "7")
print("done")
