// The standard library as scripts see it: an allow-list, copied into each environment, with the functions
// replaced that could outlive a stop, run for ever inside C, or reach outside the sandbox.
#include "CLuaBridge.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static bool stopping(lua_State *L) { return gf_host_of(L)->kill != GF_RUNNING; }

// ------------------------------------------------------------------------------------- protected calls

static int finish_pcall(lua_State *L, int status, lua_KContext extra) {
  if (stopping(L)) return gf_raise_stop(L);
  if (status != LUA_OK && status != LUA_YIELD) {
    gf_host_of(L)->events |= status == LUA_ERRMEM ? GF_CAUGHT_ERROR | GF_SAW_MEMORY : GF_CAUGHT_ERROR;
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
  luaL_argexpected(L, co, 1, "thread");
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
  gf_host *host = gf_host_of(L);
  lua_State *before = host->running;
  gf_resumption here = {L, host->resumed};
  host->running = co;
  gf_keep_stride(co);
  host->resumed = &here;
  int status = lua_resume(co, L, arguments, &results);
  host->resumed = here.outer;
  host->running = before;
  gf_keep_stride(L);
  if (status == LUA_OK || status == LUA_YIELD) {
    if (!lua_checkstack(L, results + 1)) {
      lua_pop(co, results);
      lua_pushliteral(L, "too many results to resume");
      return -1;
    }
    lua_xmove(co, L, results);
    return results;
  }
  gf_host_of(L)->events |= status == LUA_ERRMEM ? GF_CAUGHT_ERROR | GF_SAW_MEMORY : GF_CAUGHT_ERROR;
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

// Notes that the text of the value is its address.
static void note_address(lua_State *L, int index) {
  int type = lua_type(L, index);
  if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING) return;
  if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL)
    gf_host_of(L)->events |= GF_SAW_ADDRESS;
  else
    lua_pop(L, 1);
}

// As tostring; not-a-number has no sign, whose meaning no reader knows.
static void push_text(lua_State *L, int index) {
  note_address(L, index);
  if (lua_type(L, index) == LUA_TNUMBER && isnan(lua_tonumber(L, index)))
    lua_pushliteral(L, "nan");
  else
    luaL_tolstring(L, index, NULL);
}

static int sandbox_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  push_text(L, 1);
  return 1;
}

// Tables are shown as the value of a cell is: what is in them, not where they are.
static int sandbox_print(lua_State *L) {
  gf_host *host = gf_host_of(L);
  int count = lua_gettop(L);
  luaL_Buffer line;
  luaL_checkstack(L, 8, "print");
  luaL_buffinit(L, &line);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&line, '\t');
    if (lua_type(L, i) == LUA_TTABLE && host->display != NULL) {
      lua_pushcfunction(L, gf_display);
      lua_pushvalue(L, i);
      lua_call(L, 1, 1);
    } else {
      push_text(L, i);
    }
    luaL_addvalue(&line);
  }
  luaL_addchar(&line, '\n');
  luaL_pushresult(&line);
  size_t size;
  const char *bytes = lua_tolstring(L, -1, &size);
  host->callbacks.write(host->callbacks.context, 1, bytes, size);
  return 0;
}

// Lua compiles in pieces, to look at the stop flag in between. They are short, since every name in a function that is nested
// in others is looked for among all their locals: up to 0.1 ms for two bytes.
enum { PIECE = 1 << 10 };

typedef struct {
  const char *rest;
  size_t size;
} text_reader;

static const char *next_piece(lua_State *L, text_reader *reader, size_t *size) {
  gf_poll(L);
  const char *piece = reader->rest;
  *size = reader->size < PIECE ? reader->size : PIECE;
  reader->rest += *size;
  reader->size -= *size;
  return *size == 0 ? NULL : piece;
}

static const char *read_text(lua_State *L, void *context, size_t *size) { return next_piece(L, context, size); }

// What the function at index 1 returns is kept at index 5 until the last piece of it is compiled.
static const char *read_function(lua_State *L, void *context, size_t *size) {
  text_reader *reader = context;
  if (reader->size > 0) return next_piece(L, reader, size);
  lua_pushvalue(L, 1);
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    *size = 0;
    return NULL;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "reader function must return a string");
  lua_replace(L, 5);
  reader->rest = lua_tolstring(L, 5, &reader->size);
  return next_piece(L, reader, size);
}

int gf_compile(lua_State *L, const char *text, size_t size, const char *chunk_name) {
  text_reader reader = {text, size};
  return lua_load(L, read_text, &reader, chunk_name, "t");
}

// Pushes what a chunk is called: `name`, marked where its code is a plugin's. The mark follows the sign that tells files.
static const char *push_chunk_name(lua_State *L, const char *name, const char *mark) {
  enum { SHOWN = 1000 };  // of a text that is its own name, its first line is shown
  char sign[2] = {0};
  if (*name == '@' || *name == '=') sign[0] = *name++;
  lua_pushlstring(L, name, strnlen(name, SHOWN));
  name = lua_pushfstring(L, "%s%s%s", sign, mark, lua_tostring(L, -1));
  lua_remove(L, -2);
  return name;
}

// load: text only, in the caller's environment (upvalue 1) unless one is given. Upvalue 2: the mark of a plugin's code.
static int sandbox_load(lua_State *L) {
  size_t size;
  int has_environment = !lua_isnone(L, 4);
  const char *text = lua_tolstring(L, 1, &size);
  const char *mode = luaL_optstring(L, 3, "bt");
  if (text == NULL) luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 5);
  const char *name = luaL_optstring(L, 2, text != NULL ? text : "=(load)");
  const char *mark = gf_mark_of_caller(L, lua_tostring(L, lua_upvalueindex(2)));
  if (mark != NULL) name = push_chunk_name(L, name, mark);
  int status = LUA_ERRSYNTAX;
  if (strchr(mode, 't') == NULL)
    lua_pushfstring(L, "attempt to load a text chunk (mode is '%s'); only text is loaded here", mode);
  else if (text != NULL)
    status = gf_compile(L, text, size, name);
  else
    status = lua_load(L, read_function, &(text_reader){NULL, 0}, name, "t");
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

void *gf_read_only_key(void) {
  static char key = 0;
  return &key;
}

void *gf_parameters_key(void) {
  static char key = 0;
  return &key;
}

// The tables of `gfnet` are empty, with their members behind __index: what rawset put there would hide a member.
static int sandbox_rawset(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  luaL_checkany(L, 3);
  lua_settop(L, 3);
  bool is_read_only = lua_getmetatable(L, 1) && lua_rawgetp(L, -1, gf_read_only_key()) != LUA_TNIL;
  lua_settop(L, 3);
  if (is_read_only) {
    lua_settable(L, 1);  // its __newindex says what is wrong
    return luaL_error(L, "the table is read-only");
  }
  lua_rawset(L, 1);
  return 1;
}

static int sandbox_collectgarbage(lua_State *L) {
  const char *what = luaL_optstring(L, 1, "collect");
  gf_poll(L);  // a collection of millions of tables takes a second, and its loop few instructions
  if (strcmp(what, "collect") != 0) gf_host_of(L)->events |= GF_SAW_MEMORY;
  if (strcmp(what, "collect") == 0) {
    gf_collect(L);
    lua_pushinteger(L, 0);
  } else if (strcmp(what, "count") == 0) {
    lua_pushnumber(L, (lua_Number)gf_host_of(L)->used / 1024);
  } else if (strcmp(what, "step") == 0) {
    lua_pushboolean(L, gf_step(L));
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

// Replacements that walk a whole text, which may be half a gigabyte, with looks at the stop flag in between.
enum { TEXT_BETWEEN_POLLS = 1 << 22 };

static int map_text(lua_State *L, int (*map)(int)) {
  size_t size;
  luaL_Buffer buffer;
  const char *text = luaL_checklstring(L, 1, &size);
  char *at = luaL_buffinitsize(L, &buffer, size);
  for (size_t i = 0; i < size; i++) {
    at[i] = (char)map((unsigned char)text[i]);
    if (i % TEXT_BETWEEN_POLLS == TEXT_BETWEEN_POLLS - 1) gf_poll(L);
  }
  luaL_pushresultsize(&buffer, size);
  return 1;
}

static int sandbox_lower(lua_State *L) { return map_text(L, tolower); }
static int sandbox_upper(lua_State *L) { return map_text(L, toupper); }

static int sandbox_reverse(lua_State *L) {
  size_t size;
  luaL_Buffer buffer;
  const char *text = luaL_checklstring(L, 1, &size);
  char *at = luaL_buffinitsize(L, &buffer, size);
  for (size_t i = 0; i < size; i++) {
    at[i] = text[size - 1 - i];
    if (i % TEXT_BETWEEN_POLLS == TEXT_BETWEEN_POLLS - 1) gf_poll(L);
  }
  luaL_pushresultsize(&buffer, size);
  return 1;
}

// Of functions that may walk all their arguments: a text that stands among them a thousand times is no work that anybody
// means, and nothing could stop it.
static void walk_arguments(lua_State *L) {
  size_t bytes = 0;
  for (int i = lua_gettop(L); i > 0; i--)
    if (lua_type(L, i) == LUA_TSTRING) bytes += lua_rawlen(L, i);
  if (bytes < 4096) return;
  if (bytes > gf_host_of(L)->limit) luaL_error(L, "texts of %I bytes as arguments are too long", (lua_Integer)bytes);
  gf_walk(L, bytes);
}

#define WALKING(name)                       \
  static int sandbox_##name(lua_State *L) { \
    walk_arguments(L);                      \
    return gf_host_of(L)->name(L);          \
  }
WALKING(string_char)
WALKING(string_pack)
WALKING(utf8_char)
WALKING(math_max)
WALKING(math_min)

// format: not-a-number has no sign here, as in reports.
static int sandbox_format(lua_State *L) {
  int count = lua_gettop(L);
  walk_arguments(L);
  // %p gives addresses; a text that only looks as if it had one does no harm.
  const char *pattern = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;
  if (pattern != NULL && strchr(pattern, '%') != NULL && strchr(pattern, 'p') != NULL)
    gf_host_of(L)->events |= GF_SAW_ADDRESS;
  for (int i = 2; i <= count; i++) {
    note_address(L, i);
    if (lua_type(L, i) != LUA_TNUMBER || !isnan(lua_tonumber(L, i))) continue;
    lua_pushnumber(L, (lua_Number)NAN);
    lua_replace(L, i);
  }
  return gf_host_of(L)->format(L);
}

// Arithmetic on numeric strings. Upvalues: the operation, its metamethod's name, its name in messages.
static bool to_operand(lua_State *L, int argument) {
  if (lua_type(L, argument) == LUA_TNUMBER) {
    lua_pushvalue(L, argument);
    return true;
  }
  size_t size;
  const char *text = lua_type(L, argument) == LUA_TSTRING ? lua_tolstring(L, argument, &size) : NULL;
  return text != NULL && lua_stringtonumber(L, text) == size + 1;
}

static int string_arithmetic(lua_State *L) {
  int operation = (int)lua_tointeger(L, lua_upvalueindex(1));
  lua_settop(L, 2);
  if (to_operand(L, 1) && to_operand(L, 2)) {
    if (operation == LUA_OPUNM) lua_pop(L, 1);  // Lua passes the one operand twice
    lua_arith(L, operation);
    return 1;
  }
  lua_settop(L, 2);
  // The other operand may know better.
  if (lua_type(L, 2) != LUA_TSTRING && luaL_getmetafield(L, 2, lua_tostring(L, lua_upvalueindex(2)))) {
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
  }
  int wrong = to_operand(L, 1) ? 2 : 1;
  if (lua_type(L, wrong) != LUA_TSTRING)
    return luaL_error(L, "attempt to perform arithmetic on a %s value", luaL_typename(L, wrong));
  size_t size;
  const char *text = lua_tolstring(L, wrong, &size);
  return luaL_error(L, "attempt to perform arithmetic on a string value ('%s' is no number)",
                    size <= 40 && strlen(text) == size ? text : "a long or binary string");
}

// ------------------------------------------------------------------------------------- input and output

static int write_values(lua_State *L, int first, int stream) {
  gf_host *host = gf_host_of(L);
  int count = lua_gettop(L);
  for (int i = first; i <= count; i++) {
    size_t size;
    const char *bytes = luaL_checklstring(L, i, &size);
    gf_walk(L, size);
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

// ------------------------------------------------------------------------------------- debug

static int sandbox_traceback(lua_State *L) {
  gf_host_of(L)->events |= GF_LOOKED_INSIDE;
  gf_poll(L);  // a deep stack takes a fraction of a millisecond, and its loop few instructions
  lua_State *of = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
  int first = of == L && !lua_isthread(L, 1) ? 1 : 2;
  const char *message = lua_tostring(L, first);
  if (message == NULL && !lua_isnoneornil(L, first)) {
    lua_pushvalue(L, first);  // what is no text is returned as it is
    return 1;
  }
  lua_Integer level = luaL_optinteger(L, first + 1, of == L ? 1 : 0);
  luaL_traceback(L, of, message, level < 0 || level > INT32_MAX ? INT32_MAX : (int)level);
  return 1;
}

// getinfo without the functions of others, and without the sources that others gave to load. Upvalue: the library's.
static int sandbox_getinfo(lua_State *L) {
  gf_host_of(L)->events |= GF_LOOKED_INSIDE;
  int place = lua_isthread(L, 1) ? 2 : 1;
  // A level counts from the caller, and this function is one more.
  if (place == 1 && lua_type(L, 1) == LUA_TNUMBER) {
    lua_Integer level = luaL_checkinteger(L, 1);
    if (level < 0 || level >= INT32_MAX) return luaL_argerror(L, 1, "level out of range");
    lua_pushinteger(L, level + 1);
    lua_replace(L, 1);
  }
  int arguments = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, arguments, 1);
  if (!lua_istable(L, -1)) return 1;
  lua_pushnil(L);
  lua_setfield(L, -2, "func");
  if (lua_getfield(L, -1, "source") == LUA_TSTRING) {
    const char *source = lua_tostring(L, -1);
    if (*source != '@' && *source != '=') {
      lua_getfield(L, -2, "short_src");
      lua_setfield(L, -3, "source");
    }
  }
  lua_pop(L, 1);
  return 1;
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

// What of a library scripts get, and what they do not. Whatever else a library has, as that of another Lua 5.4.x may, is
// left out as well, and told: a list of what is refused would let it through.
typedef struct {
  const char *name;             // "" for what has none
  lua_CFunction open;
  const char *const *allowed;   // ends with NULL
  const char *const *refused;   // known, and left out for a reason that docs/scripts.md gives
} library;

static const char *const nothing[] = {NULL};
static const char *const base_allowed[] = {"assert",   "error",    "getmetatable", "next",     "pairs",
                                           "rawequal", "rawget",   "rawlen",       "select",   "tonumber",
                                           "type",     "_VERSION", NULL};
// The first line are replaced by functions of our own; _G is the environment.
static const char *const base_refused[] = {"_G", "collectgarbage", "ipairs", "load", "pcall", "print", "rawset",
                                           "setmetatable", "tostring", "xpcall", "warn",
                                           "dofile", "loadfile", NULL};
static const char *const coroutine_allowed[] = {"close", "create", "isyieldable", "resume", "running",
                                                "status", "wrap", "yield", NULL};
static const char *const table_allowed[] = {"concat", "insert", "move", "pack", "remove", "sort", "unpack", NULL};
static const char *const string_allowed[] = {"byte", "char", "find", "format", "gmatch", "gsub", "len", "lower",
                                             "match", "pack", "packsize", "rep", "reverse", "sub", "unpack",
                                             "upper", NULL};
static const char *const string_refused[] = {"dump", NULL};
static const char *const utf8_allowed[] = {"char", "charpattern", "codepoint", "codes", "len", "offset", NULL};
static const char *const math_allowed[] = {
    "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
    "min", "mininteger", "modf", "pi", "rad", "random", "randomseed", "sin", "sqrt", "tan", "tointeger", "type", "ult",
    // Those that Lua keeps for programs of 5.2 where it was built so.
    "atan2", "cosh", "frexp", "ldexp", "log10", "pow", "sinh", "tanh", NULL};
static const char *const os_allowed[] = {"clock", "date", "difftime", "time", NULL};
static const char *const os_refused[] = {"execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname", NULL};

// getinfo is replaced by one that hands out no function; the rest reads and changes what belongs to others.
static const char *const debug_allowed[] = {"getinfo", NULL};
static const char *const debug_refused[] = {"traceback", "debug", "gethook", "getlocal", "getmetatable", "getregistry",
                                            "getupvalue", "getuservalue", "sethook", "setlocal", "setmetatable",
                                            "setupvalue", "setuservalue", "upvalueid", "upvaluejoin",
                                            "setcstacklimit", NULL};

static const library debug_library = {"debug", luaopen_debug, debug_allowed, debug_refused};
static const library base_library = {"", luaopen_base, base_allowed, base_refused};
static const library coroutine_library = {"coroutine", luaopen_coroutine, coroutine_allowed, nothing};
static const library table_library = {"table", luaopen_table, table_allowed, nothing};
static const library string_library = {"string", luaopen_string, string_allowed, string_refused};
static const library utf8_library = {"utf8", luaopen_utf8, utf8_allowed, nothing};
static const library math_library = {"math", luaopen_math, math_allowed, nothing};
static const library os_library = {"os", luaopen_os, os_allowed, os_refused};

static bool is_listed(const char *name, const char *const *names) {
  for (; *names != NULL; names++)
    if (strcmp(*names, name) == 0) return true;
  return false;
}

// Adds "string.name" to the names that nobody knows, once and while there is room.
static void note_unknown(lua_State *L, const library *library, const char *name) {
  gf_host *host = gf_host_of(L);
  char text[sizeof host->unknown];
  size_t used = strlen(host->unknown);
  int size = snprintf(text, sizeof text, "%s%s%s", library->name, *library->name ? "." : "", name);
  if (size < 0 || (size_t)size >= sizeof text || strstr(host->unknown, text) != NULL) return;
  if (used + (size_t)size + 3 > sizeof host->unknown) return;
  snprintf(host->unknown + used, sizeof host->unknown - used, "%s%s", used ? ", " : "", text);
}

// Pushes a table with what scripts get of a library.
static void open_library(lua_State *L, const library *library) {
  lua_pushcfunction(L, library->open);
  lua_call(L, 0, 1);
  if (gf_host_of(L)->extra_name != NULL) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, gf_host_of(L)->extra_name);
  }
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, -3);) {
    // The state's own global table, which the base library fills, also holds names that are none of a library.
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "a key that is no string";
    if (is_listed(name, library->allowed)) {
      lua_setfield(L, -3, name);
    } else {
      if (!is_listed(name, library->refused)) note_unknown(L, library, name);
      lua_pop(L, 1);
    }
  }
  lua_remove(L, -2);
}

// Functions whose results no other run would have. Upvalue: the library's own.
static int call_noting_clock(lua_State *L) {
  gf_host_of(L)->events |= GF_READ_CLOCK;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

// Without a seed the library takes one from the clock and an address, and returns both; here it comes from the system's
// random numbers, which say nothing of either. Upvalue: the library's own.
static int sandbox_randomseed(lua_State *L) {
  if (lua_gettop(L) == 0) {
    lua_Integer seed[2];
    gf_host_of(L)->events |= GF_READ_CLOCK;
    if (getrandom(seed, sizeof seed, 0) != sizeof seed) return luaL_error(L, "the system gives no random numbers");
    lua_pushinteger(L, seed[0]);
    lua_pushinteger(L, seed[1]);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

// Puts our function in the place of the library's, and returns that.
static lua_CFunction replace_function(lua_State *L, const char *name, lua_CFunction ours) {
  lua_getfield(L, -1, name);
  lua_CFunction theirs = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  set_function(L, name, ours);
  return theirs;
}

static void open_strings(lua_State *L) {
  gf_host *host = gf_host_of(L);
  open_library(L, &string_library);
  set_function(L, "rep", sandbox_rep);
  set_function(L, "lower", sandbox_lower);
  set_function(L, "upper", sandbox_upper);
  set_function(L, "reverse", sandbox_reverse);
  set_function(L, "find", gf_string_find);
  set_function(L, "match", gf_string_match);
  set_function(L, "gmatch", gf_string_gmatch);
  set_function(L, "gsub", gf_string_gsub);
  host->format = replace_function(L, "format", sandbox_format);
  host->string_char = replace_function(L, "char", sandbox_string_char);
  host->string_pack = replace_function(L, "pack", sandbox_string_pack);
}

static const struct { const char *metamethod; int operation; } arithmetic[] = {
    {"__add", LUA_OPADD}, {"__sub", LUA_OPSUB}, {"__mul", LUA_OPMUL},   {"__div", LUA_OPDIV},
    {"__mod", LUA_OPMOD}, {"__pow", LUA_OPPOW}, {"__idiv", LUA_OPIDIV}, {"__unm", LUA_OPUNM}};

void gf_lock_strings(lua_State *L) {
  lua_pushliteral(L, "");
  lua_createtable(L, 0, 12);
  open_strings(L);  // a copy that no script can reach by name
  lua_setfield(L, -2, "__index");
  for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++) {
    lua_pushinteger(L, arithmetic[i].operation);
    lua_pushstring(L, arithmetic[i].metamethod);
    lua_pushcclosure(L, string_arithmetic, 2);
    lua_setfield(L, -2, arithmetic[i].metamethod);
  }
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

// Names the library's own function behind one of ours, which is the one that checks arguments. The name and the
// function are on top of the stack, and remain; the table of all names is at `names`.
static void name_inner_function(lua_State *L, int names, const char *library) {
  if (lua_getupvalue(L, -1, 1) == NULL) return;
  if (lua_iscfunction(L, -1)) {
    lua_pushfstring(L, "%s.%s", library, lua_tostring(L, -3));
    lua_insert(L, -2);
    lua_rawset(L, names);
  } else {
    lua_pop(L, 1);
  }
}

// Where Lua has the names of 5.2, atan2 is atan, and which of the two it finds depends on where memory lies.
static void drop_second_name(lua_State *L) {
  lua_getfield(L, -1, "atan");
  lua_getfield(L, -2, "atan2");
  bool is_same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  if (!is_same) return;
  lua_pushnil(L);
  lua_setfield(L, -2, "atan2");
}

// luaL_argerror finds the name of a function that was called through pcall among the loaded libraries.
static void name_functions(lua_State *L) {
  static const char *const libraries[] = {"string", "table", "coroutine", "math", "utf8", "os", "debug", NULL};
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  int names = lua_gettop(L);
  if (lua_getfield(L, -1, LUA_GNAME) == LUA_TTABLE) {
    lua_pop(L, 2);
    return;  // those of the first environment serve all
  }
  lua_pop(L, 1);
  for (const char *const *name = libraries; *name != NULL; name++) {
    // Copies, so that what the script redefines changes no message.
    lua_newtable(L);
    lua_getfield(L, -3, *name);
    for (lua_pushnil(L); lua_next(L, -2); ) {
      name_inner_function(L, names, *name);
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_settable(L, -5);
    }
    lua_pop(L, 1);
    drop_second_name(L);
    lua_setfield(L, -2, *name);
  }
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, -4); ) {
    if (lua_isfunction(L, -1)) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_settable(L, -4);
    } else {
      lua_pop(L, 1);
    }
  }
  lua_setfield(L, -2, LUA_GNAME);
  lua_pop(L, 1);
}

void gf_fill_environment(lua_State *L, const char *mark) {
  gf_host *host = gf_host_of(L);
  // luaopen_base fills the state's own global table, which no script sees.
  open_library(L, &base_library);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "_G");
  set_function(L, "print", sandbox_print);
  set_function(L, "tostring", sandbox_tostring);
  set_function(L, "ipairs", gf_ipairs);
  set_function(L, "pcall", sandbox_pcall);
  set_function(L, "xpcall", sandbox_xpcall);
  set_function(L, "setmetatable", sandbox_setmetatable);
  set_function(L, "rawset", sandbox_rawset);
  set_function(L, "collectgarbage", sandbox_collectgarbage);
  lua_pushvalue(L, -1);
  if (mark != NULL) lua_pushstring(L, mark);
  lua_pushcclosure(L, sandbox_load, mark == NULL ? 1 : 2);
  lua_setfield(L, -2, "load");

  open_library(L, &coroutine_library);
  set_function(L, "resume", sandbox_resume);
  set_function(L, "wrap", sandbox_wrap);
  guard(L, "close", sandbox_close);
  lua_setfield(L, -2, "coroutine");

  open_library(L, &table_library);
  set_function(L, "insert", gf_table_insert);
  set_function(L, "remove", gf_table_remove);
  set_function(L, "concat", gf_table_concat);
  set_function(L, "sort", gf_table_sort);
  set_function(L, "unpack", gf_table_unpack);
  set_function(L, "move", gf_table_move);
  lua_setfield(L, -2, "table");

  open_strings(L);
  lua_setfield(L, -2, "string");
  // Opening the library again gave the state's strings its open metatable.
  gf_lock_strings(L);
  open_library(L, &utf8_library);
  host->utf8_char = replace_function(L, "char", sandbox_utf8_char);
  lua_setfield(L, -2, "utf8");
  open_library(L, &math_library);
  host->math_max = replace_function(L, "max", sandbox_math_max);
  host->math_min = replace_function(L, "min", sandbox_math_min);
  guard(L, "randomseed", sandbox_randomseed);
  lua_setfield(L, -2, "math");
  open_library(L, &os_library);
  guard(L, "clock", call_noting_clock);
  guard(L, "date", call_noting_clock);
  guard(L, "time", call_noting_clock);
  lua_setfield(L, -2, "os");

  open_library(L, &debug_library);
  guard(L, "getinfo", sandbox_getinfo);
  set_function(L, "traceback", sandbox_traceback);
  lua_setfield(L, -2, "debug");

  lua_createtable(L, 0, 4);
  push_stream(L, 1);
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, io_write, 1);
  lua_setfield(L, -3, "write");
  lua_setfield(L, -2, "stdout");
  push_stream(L, 2);
  lua_setfield(L, -2, "stderr");
  lua_setfield(L, -2, "io");
  name_functions(L);
}
