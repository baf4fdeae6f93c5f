// The standard library as scripts see it: an allow-list, copied into each environment, with the functions
// replaced that could outlive a stop, run for ever inside C, or reach outside the sandbox.
#include "CLuaBridge.h"

#include <string.h>

// Elements that one C loop of the table library may walk; about a second.
#define MAX_ELEMENTS 50000000
// Elements beyond which each call asks whether to stop.
#define POLLED_ELEMENTS 10000

static bool stopping(lua_State *L) { return gf_host_of(L)->kill != GF_RUNNING; }

// ------------------------------------------------------------------------------------- protected calls

static int finish_pcall(lua_State *L, int status, lua_KContext extra) {
  if (stopping(L)) return gf_raise_stop(L);
  if (status != LUA_OK && status != LUA_YIELD) {
    gf_host_of(L)->coroutine_traceback[0] = 0;
    lua_pushboolean(L, 0);
    lua_pushvalue(L, -2);
    return 2;
  }
  return lua_gettop(L) - (int)extra;
}

static int sandbox_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall);
  return finish_pcall(L, status, 0);
}

// A handler runs with hooks off when the stop itself is the error, so it must not run the script's code then.
static int guarded_handler(lua_State *L) {
  if (stopping(L)) return 1;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

static int sandbox_xpcall(lua_State *L) {
  int count = lua_gettop(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, guarded_handler, 1);
  lua_replace(L, 2);
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);
  int status = lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_pcall);
  return finish_pcall(L, status, 2);
}

// ------------------------------------------------------------------------------------- coroutines

static lua_State *check_coroutine(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "coroutine");
  return co;
}

// Number of results moved to L, or -1 with the error moved to L.
static int resume(lua_State *L, lua_State *co, int arguments) {
  int results;
  if (!lua_checkstack(co, arguments)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, arguments);
  int status = lua_resume(co, L, arguments, &results);
  if (status == LUA_OK || status == LUA_YIELD) {
    if (!lua_checkstack(L, results + 1)) {
      lua_pop(co, results);
      lua_pushliteral(L, "too many results to resume");
      return -1;
    }
    lua_xmove(co, L, results);
    return results;
  }
  lua_xmove(co, L, 1);
  return -1;
}

static void remember_frames(lua_State *L, lua_State *co) {
  gf_host *host = gf_host_of(L);
  size_t length = 0;
  lua_Debug frame;
  if (host->coroutine_traceback[0]) return;
  for (int level = 0; level < 12 && lua_getstack(co, level, &frame); level++) {
    lua_getinfo(co, "Sln", &frame);
    if (*frame.what == 'C' || frame.currentline <= 0) continue;
    const char *line = frame.name == NULL
                           ? lua_pushfstring(L, "%s%s:%d: in a coroutine", length ? "\n" : "", frame.short_src,
                                             frame.currentline)
                           : lua_pushfstring(L, "%s%s:%d: in function '%s'", length ? "\n" : "", frame.short_src,
                                             frame.currentline, frame.name);
    size_t size = strlen(line);
    if (length + size + 1 < sizeof host->coroutine_traceback) {
      memcpy(host->coroutine_traceback + length, line, size + 1);
      length += size;
    }
    lua_pop(L, 1);
  }
}

static int sandbox_resume(lua_State *L) {
  lua_State *co = check_coroutine(L);
  int results = resume(L, co, lua_gettop(L) - 1);
  if (stopping(L)) return gf_raise_stop(L);
  lua_pushboolean(L, results >= 0);
  if (results < 0) results = 1;
  lua_insert(L, -results - 1);
  return results + 1;
}

static int call_wrapped(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  int results = resume(L, co, lua_gettop(L));
  // The pending <close> variables of a stopped coroutine would run with hooks off: leave it dead.
  if (stopping(L)) return gf_raise_stop(L);
  if (results >= 0) return results;
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD) {
    remember_frames(L, co);
    lua_resetthread(co);
    lua_xmove(co, L, 1);
    if (stopping(L)) return gf_raise_stop(L);
  }
  return lua_error(L);
}

static int sandbox_wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_pushcclosure(L, call_wrapped, 1);
  return 1;
}

// Upvalue: the library's close.
static int sandbox_close(lua_State *L) {
  check_coroutine(L);
  if (stopping(L)) return gf_raise_stop(L);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, 1, LUA_MULTRET);
  if (stopping(L)) return gf_raise_stop(L);
  return lua_gettop(L);
}

// ------------------------------------------------------------------------------------- base library

static int sandbox_print(lua_State *L) {
  gf_host *host = gf_host_of(L);
  int count = lua_gettop(L);
  luaL_Buffer line;
  lua_checkstack(L, 4);
  luaL_buffinit(L, &line);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&line, '\t');
    luaL_tolstring(L, i, NULL);
    luaL_addvalue(&line);
  }
  luaL_addchar(&line, '\n');
  luaL_pushresult(&line);
  size_t size;
  const char *bytes = lua_tolstring(L, -1, &size);
  host->callbacks.write(host->callbacks.context, 1, bytes, size);
  return 0;
}

static const char *read_piece(lua_State *L, void *context, size_t *size) {
  (void)context;
  lua_pushvalue(L, 1);
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    *size = 0;
    return NULL;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "reader function must return a string");
  lua_replace(L, 5);  // keeps the piece alive
  return lua_tolstring(L, 5, size);
}

// load: text only, in the caller's environment (upvalue 1) unless one is given.
static int sandbox_load(lua_State *L) {
  size_t size;
  int has_environment = !lua_isnone(L, 4);
  const char *text = lua_tolstring(L, 1, &size);
  const char *mode = luaL_optstring(L, 3, "t");
  if (strchr(mode, 't') == NULL) return luaL_argerror(L, 3, "only text chunks are loaded here");
  lua_settop(L, 5);
  int status;
  if (text != NULL) {
    status = luaL_loadbufferx(L, text, size, luaL_optstring(L, 2, text), "t");
  } else {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    status = lua_load(L, read_piece, NULL, luaL_optstring(L, 2, "=(load)"), "t");
  }
  if (status != LUA_OK) {
    if (stopping(L)) return gf_raise_stop(L);
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  if (has_environment)
    lua_pushvalue(L, 4);
  else
    lua_pushvalue(L, lua_upvalueindex(1));
  if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
  return 1;
}

// Finalisers run with hooks off, where nothing could stop them.
static int sandbox_setmetatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
  if (type == LUA_TTABLE) {
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL)
      return luaL_error(L, "__gc is not available to scripts; use <close> with a __close metamethod");
  }
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static int sandbox_collectgarbage(lua_State *L) {
  const char *what = luaL_optstring(L, 1, "collect");
  if (strcmp(what, "collect") == 0) {
    lua_gc(L, LUA_GCCOLLECT);
    lua_pushinteger(L, 0);
  } else if (strcmp(what, "count") == 0) {
    lua_pushnumber(L, (lua_Number)gf_host_of(L)->used / 1024);
  } else if (strcmp(what, "step") == 0) {
    lua_pushboolean(L, lua_gc(L, LUA_GCSTEP, 0));
  } else if (strcmp(what, "isrunning") == 0) {
    lua_pushboolean(L, 1);
  } else {
    return luaL_error(L, "collectgarbage('%s') is not available: the collector also frees tensors and stays on; "
                         "known: collect, count, step, isrunning", what);
  }
  return 1;
}

// ------------------------------------------------------------------------------------- string and table

static int sandbox_rep(lua_State *L) {
  size_t size, gap;
  const char *text = luaL_checklstring(L, 1, &size);
  lua_Integer count = luaL_checkinteger(L, 2);
  const char *separator = luaL_optlstring(L, 3, "", &gap);
  if (count <= 0 || size + gap == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  if ((uint64_t)count > gf_host_of(L)->limit / (size + gap)) return luaL_error(L, "resulting string too large");
  size_t total = (size_t)count * size + (size_t)(count - 1) * gap;
  if (total > gf_host_of(L)->limit / 16) gf_note_place(L);
  luaL_Buffer buffer;
  char *at = luaL_buffinitsize(L, &buffer, total);
  for (lua_Integer i = 0; i < count; i++) {
    if (i > 0) {
      memcpy(at, separator, gap);
      at += gap;
    }
    memcpy(at, text, size);
    at += size;
    if ((i & 0xFFFFF) == 0xFFFFF) gf_poll(L);
  }
  luaL_pushresultsize(&buffer, total);
  return 1;
}

// insert, remove, concat, sort, unpack. Upvalue: the library's function. A __len can claim any length.
static int guarded_table(lua_State *L) {
  // A loop around one call that takes a second counts few instructions.
  if (lua_rawlen(L, 1) > POLLED_ELEMENTS) gf_poll(L);
  if (luaL_getmetafield(L, 1, "__len") != LUA_TNIL) {
    lua_pop(L, 1);
    lua_Integer length = luaL_len(L, 1);
    if (length > MAX_ELEMENTS) return luaL_error(L, "table of %I elements; at most %I here", length,
                                                 (lua_Integer)MAX_ELEMENTS);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

static int guarded_move(lua_State *L) {
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
  if (last > POLLED_ELEMENTS) gf_poll(L);
  if (last >= first && (uint64_t)last - (uint64_t)first >= MAX_ELEMENTS)
    return luaL_error(L, "table.move of more than %I elements", (lua_Integer)MAX_ELEMENTS);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

// ------------------------------------------------------------------------------------- input and output

static int write_values(lua_State *L, int first, int stream) {
  gf_host *host = gf_host_of(L);
  int count = lua_gettop(L);
  for (int i = first; i <= count; i++) {
    size_t size;
    const char *bytes = luaL_checklstring(L, i, &size);
    host->callbacks.write(host->callbacks.context, stream, bytes, size);
  }
  return count;
}

// Upvalues: stream number, the object to return.
static int io_write(lua_State *L) {
  write_values(L, 1, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  return 1;
}

static int stream_write(lua_State *L) {
  write_values(L, 2, (int)lua_tointeger(L, lua_upvalueindex(1)));
  lua_settop(L, 1);
  return 1;
}

static int stream_nothing(lua_State *L) {
  lua_settop(L, 1);
  return 1;
}

static void push_stream(lua_State *L, int number) {
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, number);
  lua_pushcclosure(L, stream_write, 1);
  lua_setfield(L, -2, "write");
  lua_pushcfunction(L, stream_nothing);
  lua_setfield(L, -2, "flush");
  lua_pushcfunction(L, stream_nothing);
  lua_setfield(L, -2, "setvbuf");
  // The name tells the notebook that `io.write(…)` at the end of a cell has no value to show.
  lua_createtable(L, 0, 2);
  lua_pushliteral(L, GF_STREAM_NAME);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}

// ------------------------------------------------------------------------------------- environments

static void set_function(lua_State *L, const char *name, lua_CFunction function) {
  lua_pushcfunction(L, function);
  lua_setfield(L, -2, name);
}

// Replaces a library function by a guard that holds the original.
static void guard(lua_State *L, const char *name, lua_CFunction function) {
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

// Opens a library into a table of its own.
static void open_library(lua_State *L, lua_CFunction open) {
  lua_pushcfunction(L, open);
  lua_call(L, 0, 1);
}

static void keep_only(lua_State *L, const char *const *names) {
  lua_newtable(L);
  for (; *names != NULL; names++) {
    lua_getfield(L, -2, *names);
    lua_setfield(L, -2, *names);
  }
  lua_remove(L, -2);
}

static const char *const base_names[] = {"assert",   "error",    "getmetatable", "next",     "pairs",
                                         "rawequal", "rawget",   "rawlen",       "rawset",   "select",
                                         "tonumber", "tostring", "type",         "_VERSION", NULL};
static const char *const os_names[] = {"clock", "date", "difftime", "time", NULL};

static void open_strings(lua_State *L) {
  open_library(L, luaopen_string);
  lua_pushnil(L);
  lua_setfield(L, -2, "dump");
  set_function(L, "rep", sandbox_rep);
  set_function(L, "find", gf_string_find);
  set_function(L, "match", gf_string_match);
  set_function(L, "gmatch", gf_string_gmatch);
  set_function(L, "gsub", gf_string_gsub);
}

void gf_lock_strings(lua_State *L) {
  lua_pushliteral(L, "");
  lua_createtable(L, 0, 2);
  open_strings(L);  // a copy that no script can reach by name
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

void gf_push_environment(lua_State *L) {
  // luaopen_base fills the state's own global table, which no script sees; the allow-list is copied from it.
  open_library(L, luaopen_base);
  keep_only(L, base_names);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "_G");
  set_function(L, "print", sandbox_print);
  set_function(L, "ipairs", gf_ipairs);
  set_function(L, "pcall", sandbox_pcall);
  set_function(L, "xpcall", sandbox_xpcall);
  set_function(L, "setmetatable", sandbox_setmetatable);
  set_function(L, "collectgarbage", sandbox_collectgarbage);
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, sandbox_load, 1);
  lua_setfield(L, -2, "load");

  open_library(L, luaopen_coroutine);
  set_function(L, "resume", sandbox_resume);
  set_function(L, "wrap", sandbox_wrap);
  guard(L, "close", sandbox_close);
  lua_setfield(L, -2, "coroutine");

  open_library(L, luaopen_table);
  guard(L, "insert", guarded_table);
  guard(L, "remove", guarded_table);
  guard(L, "concat", guarded_table);
  guard(L, "sort", guarded_table);
  guard(L, "unpack", guarded_table);
  guard(L, "move", guarded_move);
  lua_setfield(L, -2, "table");

  open_strings(L);
  lua_setfield(L, -2, "string");
  // Opening the library again gave the state's strings its open metatable.
  gf_lock_strings(L);
  open_library(L, luaopen_utf8);
  lua_setfield(L, -2, "utf8");
  open_library(L, luaopen_math);
  lua_setfield(L, -2, "math");
  open_library(L, luaopen_os);
  keep_only(L, os_names);
  lua_setfield(L, -2, "os");

  lua_createtable(L, 0, 4);
  push_stream(L, 1);
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, io_write, 1);
  lua_setfield(L, -3, "write");
  lua_setfield(L, -2, "stdout");
  push_stream(L, 2);
  lua_setfield(L, -2, "stderr");
  lua_setfield(L, -2, "io");
}
