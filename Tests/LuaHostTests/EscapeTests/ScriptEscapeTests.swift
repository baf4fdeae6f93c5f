import Testing

/// Ideas of how a script could get out, each tried.
@Suite struct ScriptEscapeTests {
  @Test(arguments: time) func theCellsTimeHolds(_ escape: Escape) throws { try escape.check() }
  @Test(arguments: memory) func theCellsMemoryHolds(_ escape: Escape) throws { try escape.check() }
  @Test(arguments: reach) func nothingElseIsReached(_ escape: Escape) throws { try escape.check() }

  // MARK: Time

  static let time = [
    Escape(
      "pcall around an endless loop, for ever", .timedOut,
      "while true do pcall(function() while true do end end) end"),
    Escape("xpcall whose handler loops", .timedOut, "xpcall(error, function() while true do end end)"),
    Escape(
      "an error in the error handler, for ever", .timedOut,
      "while true do xpcall(error, function() error('again') end) end"),
    Escape(
      "coroutines that catch the stop and are resumed", .timedOut,
      "local function again() return coroutine.wrap(function() while true do pcall(function() while true do end end) end end) end while true do pcall(again()) end"
    ),
    Escape(
      "a coroutine made before the hook could know it", .timedOut,
      "local all = {} for i = 1, 50 do all[i] = coroutine.create(function() while true do end end) end for i = 1, 50 do coroutine.resume(all[i]) end print('never')"
    ),
    Escape(
      "yields across the stop", .timedOut,
      "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end"),
    Escape(
      "a __close that loops", .timedOut,
      "local x <close> = setmetatable({}, {__close = function() while true do end end})"),
    Escape(
      "a __close that loops, run by the stop itself", .timedOut,
      "local x <close> = setmetatable({}, {__close = function() while true do end end}) while true do end"),
    Escape(
      "a chain of __close that each pcall a loop", .timedOut,
      "local function m() return setmetatable({}, {__close = function() pcall(function() while true do end end) end}) end local a <close>, b = m() local c <close> = m() local d <close> = m() while true do end"
    ),
    Escape(
      "coroutine.close of what loops in __close", .timedOut,
      "local co = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() while true do end end}) coroutine.yield() end) coroutine.resume(co) coroutine.close(co)"
    ),
    Escape(
      "__index that loops", .timedOut,
      "local t = setmetatable({}, {__index = function() while true do end end}) return t.x"),
    Escape(
      "__tostring that loops, in print", .timedOut,
      "print(setmetatable({}, {__tostring = function() while true do end end}))"),
    Escape(
      "__tostring that loops, of the shown value", .timedOut,
      "setmetatable({}, {__tostring = function() while true do end end})"),
    Escape(
      "__tostring that loops, of an error", .timedOut,
      "error(setmetatable({}, {__tostring = function() while true do end end}))"),
    Escape(
      "__pairs that never ends, of the shown value", .timedOut,
      "for _ in pairs(setmetatable({}, {__pairs = function() return function() return 1 end end})) do end"),
    Escape(
      "__eq, __lt, __le and __concat that loop", .timedOut,
      "local m = {__lt = function() while true do end end} return setmetatable({}, m) < setmetatable({}, m)"),
    Escape(
      "__gc that resurrects", .refused("__gc is not available"),
      "local t = {} setmetatable(t, {__gc = function(o) kept = o end})"),
    Escape(
      "__gc added after setmetatable never runs", .held,
      "local m = {} local t = setmetatable({}, m) m.__gc = function() ran = true end t = nil collectgarbage() collectgarbage() assert(rawget(_G, 'ran') == nil) print('held')"
    ),
    Escape("goto for ever", .timedOut, "::top:: goto top"),
    Escape("tail calls for ever", .timedOut, "local function f() return f() end f()"),
    Escape(
      "a stack overflow, caught for ever", .timedOut,
      "local function f() return 1 + f() end while true do pcall(f) end"),
    Escape(
      "a C stack overflow by string.gsub, caught for ever", .timedOut,
      "local function f(s) return s:gsub('.', f) end while true do pcall(f, 'x') end"),
    Escape(
      "sorting with a comparison that lies", .timedOut,
      "local t = {} for i = 1, 1000 do t[i] = i end while true do pcall(table.sort, t, function() return true end) end"
    ),
    Escape(
      "sorting a table that claims millions", .timedOut,
      "table.sort(setmetatable({}, {__len = function() return 40000000 end, __index = function(_, k) return -k end, __newindex = function() end}))"
    ),
    Escape("a pattern that backtracks", .timedOut, "(('a'):rep(3000)):find(('.-'):rep(20) .. 'b')"),
    Escape(
      "%b and %f without end", .timedOut, "local s = ('('):rep(200000) while true do s:find('%b()') end"),
    Escape(
      "gsub with a replacement that calls gsub", .refused("C stack overflow"),
      "local function f() (('x'):rep(1000)):gsub('.', f) end f()"),
    Escape(
      "gmatch that is never done", .timedOut, "while true do for _ in ('x'):rep(1000):gmatch('') do end end"),
    Escape("string.format in a loop", .timedOut, "while true do ('%99.99f'):format(1e300) end"),
    Escape(
      "table.concat of a proxy", .timedOut,
      "table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 40)"),
    Escape(
      "table.move over itself", .timedOut,
      "local t = setmetatable({}, {__index = rawlen, __newindex = rawequal}) while true do table.move({}, 1, 1000000, 2, t) end"
    ),
    Escape("load of an endless reader", .timedOut, "load(function() return ' ' end)"),
    Escape("collectgarbage in a loop", .timedOut, "while true do collectgarbage() end"),
    Escape(
      "matrix products in a loop that catches", .timedOut,
      "local a = gfnet.tensor.ones(64, 64) while true do pcall(function() while true do a = a:matmul(a) end end) end"
    ),
    Escape(
      "a rule that never answers", .timedOut,
      "local d = gfnet.dataset('tensors', {images = gfnet.tensor.zeros(1, 3, 128, 128), labels = {1}, classes = {'a', 'b'}}) local t = gfnet.model{backbone = 'resnet_tiny_16', dataset = d, steps = 1}:trace(d) pcall(t.evaluate, t, function() while true do end end)"
    ),
    Escape(
      "utf8.codes and string.byte of long texts, for ever", .timedOut,
      "local s = ('x'):rep(100000) while true do for _ in utf8.codes(s) do end end"),
    Escape(
      "string.pack in a loop", .timedOut,
      "while true do string.pack(('j'):rep(20), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20) end"
    ),
    Escape(
      "debug.traceback of a deep stack, for ever", .timedOut,
      "local function f(n) if n > 0 then return 1 + f(n - 1) end while true do debug.traceback() end end f(5000)"
    ),
    Escape(
      "require in a loop", .timedOut,
      "package.preload.x = function() package.loaded.x = nil return false end while true do pcall(require, 'x') end"
    ),
  ]

  // MARK: Memory

  static let memory = [
    Escape("doubling a string", .outOfMemory, "local s = 'x' while true do s = s .. s end"),
    Escape("string.rep of a gigabyte", .outOfMemory, "local s = ('x'):rep(1 << 30)"),
    Escape("string.rep beyond all numbers", .refused("too large"), "local s = ('x'):rep(1 << 62)"),
    Escape(
      "string.rep caught, one after the other kept", .outOfMemory,
      "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1 << 20) .. i end"),
    Escape(
      "table.concat of a huge whole", .outOfMemory,
      "local s = ('x'):rep(1 << 20) local t = {} for i = 1, 4096 do t[i] = s end return #table.concat(t)"),
    Escape(
      "gsub that blows up", .outOfMemory,
      "local s = ('x'):rep(1 << 16) for i = 1, 9 do s = s:gsub('x', ('x'):rep(1000)) end"),
    Escape(
      "string.format of wide fields", .outOfMemory,
      "local t = {} for i = 1, 1e9 do t[i] = ('%99d%99d%99d%99d'):format(i, i, i, i) end"),
    Escape(
      "a chain of upvalues", .outOfMemory,
      "local f = function() end for i = 1, 1e9 do local g, s = f, ('x'):rep(1000) .. i f = function() return g, s end end"
    ),
    Escape(
      "coroutines that hold their stacks", .outOfMemory,
      "local t = {} for i = 1, 1e9 do t[i] = coroutine.create(function() local s = ('x'):rep(10000) .. i coroutine.yield() return s end) coroutine.resume(t[i]) end"
    ),
    Escape(
      "a stack as deep as it goes, in many coroutines", .outOfMemory,
      "local t = {} local function deep(n) if n == 0 then coroutine.yield() end return 1 + deep(n - 1) end for i = 1, 1e9 do t[i] = coroutine.create(deep) coroutine.resume(t[i], 10000) end"
    ),
    Escape(
      "tensors kept by closures", .outOfMemory,
      "local f for i = 1, 1e9 do local g, t = f, gfnet.tensor.ones(128, 128) f = function() return g, t end end"
    ),
    Escape("one tensor beyond the limit", .outOfMemory, "local t = gfnet.tensor.zeros(4096, 4096)"),
    Escape(
      "figures full of points", .outOfMemory,
      "local t = {} for i = 1, 1e9 do t[i] = gfnet.plot.figure{}:line(gfnet.tensor.arange(1, 20000), gfnet.tensor.ones(20000)) end"
    ),
    Escape(
      "userdata by the million", .outOfMemory,
      "local t = {} for i = 1, 1e9 do t[i] = gfnet.random.generator{name = 'g' .. i} end"),
    Escape(
      "__index that fills the table", .outOfMemory,
      "local t = setmetatable({}, {__index = function(t, k) rawset(t, k, ('x'):rep(10000) .. k) return 1 end}) for i = 1, 1e9 do local _ = t[i] end"
    ),
    Escape(
      "__concat that grows", .outOfMemory,
      "local m = {} m.__concat = function(a, b) return setmetatable({('x'):rep(100000) .. math.random(), a, b}, m) end local o = setmetatable({}, m) while true do o = o .. o end"
    ),
    Escape(
      "load of many functions", .outOfMemory,
      "local t = {} for i = 1, 1e9 do t[i] = load('return ' .. i .. (' + 1'):rep(1000)) end"),
    Escape(
      "gmatch and captures kept", .outOfMemory,
      "local t, s = {}, ('abc '):rep(100000) while true do for w in s:gmatch('%a+ ') do t[#t + 1] = w .. #t end end"
    ),
    Escape("globals by the million", .outOfMemory, "for i = 1, 1e9 do rawset(_G, 'g' .. i, i) end"),
    Escape(
      "modules in package.preload", .outOfMemory,
      "for i = 1, 1e9 do package.loaded['m' .. i] = ('x'):rep(10000) .. i end"),
    Escape(
      "memory that pcall gives back is there again", .held,
      "for i = 1, 20 do local ok = pcall(function() local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end end) assert(not ok) end local t = {} for i = 1, 1000 do t[i] = {} end print('held')"
    ),
  ]

  // MARK: Reach

  static let reach = [
    Escape(
      "the string metatable", .held,
      "assert(getmetatable('') == false) assert(not pcall(setmetatable, '', {})) assert(not pcall(function() getmetatable('').__index = {} end)) string.upper = nil assert(('a'):upper() == 'A') print('held')"
    ),
    Escape(
      "the metatable of a tensor", .held,
      "local t = gfnet.tensor{1} assert(getmetatable(t) == false) assert(not pcall(setmetatable, t, {})) assert(not pcall(rawget, t, 1)) assert(not pcall(rawset, t, '__index', 1)) print('held')"
    ),
    Escape(
      "the finaliser of an object, called by hand", .held,
      "local t = gfnet.tensor{1} assert(not pcall(function() return t.__gc end)) t:free() pcall(t.free, t) assert(not pcall(function() return t:sum() end)) print('held')"
    ),
    Escape(
      "a method called on another class's object", .held,
      "local t, f = gfnet.tensor{1}, gfnet.plot.figure{} assert(not pcall(t.sum, f)) assert(not pcall(f.save, t, 'x.png')) assert(not pcall(t.sum, {})) assert(not pcall(t.sum, io.stdout)) print('held')"
    ),
    Escape(
      "__index on foreign objects", .held,
      "local t = setmetatable({}, {__index = gfnet.tensor{1, 2}}) assert(t[1] == 1) assert(not pcall(function() return t.sum(t) end)) assert(not pcall(t.sum, t)) print('held')"
    ),
    Escape(
      "bytecode through load", .held,
      "assert(string.dump == nil) for _, mode in ipairs{'b', 'bt', 't', nil} do assert(not load('\\27Lua\\x54\\0\\x19\\x93', 'x', mode)) end assert(not load(function() return '\\27Lua' end)) local once = false assert(not load(function() if once then return nil end once = true return '\\27Lua' end, 'x', 'b')) print('held')"
    ),
    Escape(
      "bytecode through require", .held,
      "assert(package.loadlib == nil and package.searchers == nil and package.cpath == '') package.cpath = '/usr/lib/?.so' assert(not pcall(require, 'libc')) print('held')"
    ),
    Escape(
      "the debug library", .held,
      "for _, name in ipairs{'sethook', 'gethook', 'getlocal', 'setlocal', 'getupvalue', 'setupvalue', 'upvaluejoin', 'upvalueid', 'getregistry', 'getmetatable', 'setmetatable', 'getuservalue', 'setuservalue', 'debug', 'setcstacklimit'} do assert(debug[name] == nil, name) end for level = 0, 20 do local info = debug.getinfo(level) if info then assert(info.func == nil) end end assert(debug.getinfo(1, 'f').func == nil) assert(debug.getinfo(print, 'f').func == nil) print('held')"
    ),
    Escape(
      "sources of others through getinfo", .held,
      "local f = load('local secret = 1 return function() return debug.getinfo(1, \"S\").source end', 'secret = source')() assert(not f():find('local secret', 1, true)) print('held')"
    ),
    Escape(
      "environments of others through getinfo levels", .held,
      "local function find() for level = 0, 100 do local i = debug.getinfo(level) if not i then break end for k, v in pairs(i) do assert(type(v) ~= 'function' and type(v) ~= 'userdata', k) end end end find() print('held')"
    ),
    Escape(
      "what is not there", .held,
      "for _, name in ipairs{'dofile', 'loadfile', 'newproxy', 'loadstring', 'setfenv', 'getfenv', 'module', 'warn', 'jit', 'ffi', 'bit'} do assert(rawget(_G, name) == nil, name) end for _, name in ipairs{'execute', 'exit', 'getenv', 'remove', 'rename', 'tmpname', 'setlocale'} do assert(os[name] == nil, name) end for _, name in ipairs{'popen', 'output', 'input', 'read', 'tmpfile', 'stdin', 'close'} do assert(io[name] == nil, name) end print('held')"
    ),
    Escape(
      "ffi, jit and the rest through require", .held,
      "for _, name in ipairs{'ffi', 'jit', 'lfs', 'posix', 'socket', 'debug.x', 'os.x'} do assert(not pcall(require, name)) end print('held')"
    ),
    Escape(
      "gfnet's own tables", .held,
      "assert(not pcall(function() gfnet.load = nil end)) assert(not pcall(rawset, gfnet, 'load', 1)) assert(not pcall(rawset, gfnet.tensor, 'zeros', 1)) assert(getmetatable(gfnet) == false) assert(next(gfnet) == nil or true) print('held')"
    ),
    Escape(
      "paths that are not what they seem", .held,
      "for _, path in ipairs{'/etc/passwd', '//etc/passwd', '../../../../../../../../../../etc/passwd', './/../../../../../../../../../../etc/passwd', '/proc/self/environ', '/proc/self/cwd/../../../../../../../etc/passwd', '/proc/self/root/etc/passwd', '/dev/fd/0', '/proc/self/fd/0', '/etc/../etc/passwd', 'Sources/../../../../../../../../etc/passwd', '/ETC/../etc/./passwd'} do assert(not io.open(path), path) assert(not pcall(gfnet.read.text, path), path) end print('held')"
    ),
    Escape(
      "NUL bytes in paths and names", .held,
      "assert(not pcall(io.open, 'README.md\\0.txt')) assert(not pcall(gfnet.read.text, 'README.md\\0')) assert(not pcall(gfnet.tensor.save, 'x.npz\\0', {})) assert(not pcall(require, 'a\\0b')) print('held')"
    ),
    Escape(
      "devices and pipes", .held,
      "for _, path in ipairs{'/dev/zero', '/dev/random', '/dev/stdin', '/dev/tty', '/dev/mem'} do assert(not io.open(path), path) assert(not pcall(io.lines, path), path) assert(not pcall(gfnet.tensor.load, path), path) end print('held')"
    ),
    Escape(
      "writing through io", .held,
      "for _, mode in ipairs{'w', 'a', 'r+', 'w+', 'a+', 'wb', '', 'x'} do assert(not pcall(io.open, 'README.md', mode), mode) end print('held')"
    ),
    Escape(
      "require with paths", .held,
      "for _, name in ipairs{'../x', '/etc/passwd', 'a/b', '..', '.', '', 'a..b', '.a', 'a.', 'a\\nb', ('a'):rep(10000)} do assert(not pcall(require, name), name) end print('held')"
    ),
    Escape(
      "package.path that leads elsewhere", .refused("may not read /etc/passwd"),
      "package.path = '/etc/?' require('passwd')"),
    Escape(
      "package tables of the wrong kind", .held,
      "package.path = nil assert(not pcall(require, 'x')) package.path = {} assert(not pcall(require, 'x')) package.path = ('?;'):rep(1 << 20) assert(not pcall(require, 'x')) package.path = '?.lua' package.preload = nil assert(not pcall(require, 'nonesuch')) package.preload = setmetatable({}, {__index = function() error('mine') end}) assert(not pcall(require, 'y')) package.loaded = nil assert(require('string') == string) print('held')"
    ),
    Escape(
      "a length that lies to gfnet", .held,
      "local liar = setmetatable({1}, {__len = function() return 1 << 40 end, __index = function() return 1 end}) pcall(gfnet.tensor, liar) pcall(gfnet.tensor.zeros, liar) pcall(gfnet.plot.figure, {size = liar}) pcall(string.format, '%d', liar) print('held')"
    ),
    Escape(
      "an environment through load", .held,
      "assert(load('return _ENV')() == _G) assert(load('return _G', 'x', 't', {})() == nil) assert(load('return print', 'x', 't', setmetatable({}, {__index = function() return nil end}))() == nil) print('held')"
    ),
    Escape(
      "coroutine.running and the main thread", .held,
      "local main = coroutine.running() assert(not pcall(coroutine.close, main)) assert(not coroutine.resume(main)) assert(not pcall(coroutine.wrap(function() return coroutine.close(main) end))) print('held')"
    ),
    Escape(
      "resuming itself", .held,
      "local co co = coroutine.create(function() return coroutine.resume(co) end) local ok, inner = coroutine.resume(co) assert(ok and inner == false) print('held')"
    ),
    Escape(
      "select, unpack and pack at their edges", .held,
      "assert(not pcall(table.unpack, {}, 1, 1e8)) assert(not pcall(table.unpack, {}, math.mininteger, math.maxinteger)) assert(not pcall(select, math.mininteger)) assert(not pcall(string.rep, 'x', math.maxinteger)) assert(not pcall(string.byte, ('x'):rep(2000000), 1, -1)) assert(not pcall(string.char, math.mininteger)) print('held')"
    ),
    Escape(
      "print replaced, and io.write of objects", .held,
      "local old = print print = nil print = old assert(not pcall(io.write, {})) assert(not pcall(io.stdout.write, nil, 'x')  or true) print('held')"
    ),
  ]
}
