-- Checked by tools/lint-lua.sh. Scripts are notebooks: one chunk of cells here, as a run has it.
stds.gfnet = dofile("tools/luacheck-std.lua")
std = "lua54+gfnet"
max_line_length = 130
-- Rules and samplers are handed what they need not use, and call their parameters p as scripts do.
unused_args = false
ignore = { "431/p" }
