-- require and package.
local function show(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]):gsub("0x%x+", "0x") end
  print(table.concat(parts, " ", 1, parts.n))
end
package.path = "./modules/?.lua;./modules/?/init.lua"
local rock, place = require("rock")
show(rock.name, rock.place:match("modules/.*$"), rock.part.value) show(place:match("modules/.*$")) show(select("#", require("rock")), require("rock") == rock, package.loaded.rock == rock, package.loaded["rock.part"] == rock.part)
show((require("a.b"))) show((require("silent")), (require("silent")), rawget(_G, "loadcount")) package.loaded.silent = nil show((require("silent")), rawget(_G, "loadcount"))
local ok, falsy, at = pcall(require, "falsy") show(ok, falsy, at:match("modules/.*$")) show(package.loaded.falsy)
show(select(2, pcall(require, "broken")):match("broken%.lua:2: .*$")) show(package.loaded.broken)
package.preload.made = function(...) return { given = table.pack(...) } end local made, from = require("made") show(made.given[1], made.given[2], from, require("made") == made)
package.loaded.mine = { x = 1 } show(require("mine").x) show(require("string") == string, require("math") == math, require("_G") == _G, require("coroutine") == coroutine, package.loaded.table == table)
show(pcall(require, "none") == false, package.loaded.none) show(type(package.config), package.config:sub(1, 1), type(package.cpath)) show(pcall(require) == false, pcall(require, {}) == false)
print("done")
