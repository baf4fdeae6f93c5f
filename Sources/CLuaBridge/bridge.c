#include "CLuaBridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Instructions between two looks at the cancel flag: about 10 µs.
#define POLL_INSTRUCTIONS 1000

// ---------------------------------------------------------------------------------------------------- memory

static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
  gf_host *host = context;
  if (block == NULL) old_size = 0;  // Lua passes a type code here
  if (new_size == 0) {
    free(block);
    host->used -= old_size;
    return NULL;
  }
  // Refusing would jump over the Swift frame that asked, so the debt is settled when it has returned.
  if (new_size > old_size && host->swift_depth == 0 && host->used + (new_size - old_size) > host->limit)
    return NULL;
  void *grown = realloc(block, new_size);
  if (grown != NULL) host->used += new_size - old_size;
  return grown;
}

static void settle_memory(lua_State *L, gf_host *host) {
  if (host->used <= host->limit) return;
  lua_gc(L, LUA_GCCOLLECT);
  if (host->used > host->limit) luaL_error(L, "not enough memory");
}

// ---------------------------------------------------------------------------------------------------- stopping

static void hook(lua_State *L, lua_Debug *event);

static void arm(lua_State *L) { lua_sethook(L, hook, LUA_MASKCOUNT, POLL_INSTRUCTIONS); }

int gf_raise_stop(lua_State *L) {
  gf_host *host = gf_host_of(L);
  // From here on every line of this coroutine raises, so that no handler of the script outlives the stop.
  lua_sethook(L, hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
  lua_pushstring(L, host->kill == GF_TIMED_OUT ? "time limit reached" : "interrupted");
  return lua_error(L);
}

void gf_poll(lua_State *L) {
  gf_host *host = gf_host_of(L);
  if (host->kill == GF_RUNNING) host->kill = host->callbacks.stop(host->callbacks.context);
  if (host->kill != GF_RUNNING) gf_raise_stop(L);
}

static void hook(lua_State *L, lua_Debug *event) {
  (void)event;
  gf_poll(L);
  gf_host *host = gf_host_of(L);
  if (host->used > host->limit / 2)
    gf_note_place(L);
  else
    host->place[0] = 0;
  // A coroutine that was stopped and outlived a revival goes back to the cheap hook.
  if (lua_gethookmask(L) & LUA_MASKLINE) arm(L);
}

void gf_revive(lua_State *L) {
  gf_host *host = gf_host_of(L);
  host->kill = GF_RUNNING;
  arm(host->main);
}

// ---------------------------------------------------------------------------------------------------- state

static void warn(void *context, const char *message, int continues) {
  gf_host *host = context;
  host->callbacks.write(host->callbacks.context, 2, message, strlen(message));
  if (!continues) host->callbacks.write(host->callbacks.context, 2, "\n", 1);
}

lua_State *gf_open(const gf_callbacks *callbacks, size_t limit) {
  gf_host *host = calloc(1, sizeof *host);
  if (host == NULL) return NULL;
  host->limit = limit;
  host->swift_depth = 1;  // the caller
  host->callbacks = *callbacks;
  lua_State *L = lua_newstate(allocate, host);
  if (L == NULL) {
    free(host);
    return NULL;
  }
  *(gf_host **)lua_getextraspace(L) = host;
  host->main = host->current = L;
  lua_setwarnf(L, warn, host);
  lua_gc(L, LUA_GCGEN, 0, 0);
  arm(L);
  return L;
}

void gf_close(lua_State *L) {
  gf_host *host = gf_host_of(L);
  lua_close(L);
  free(host);
}

// ---------------------------------------------------------------------------------------------------- errors

static bool is_script_frame(const lua_Debug *frame) { return *frame->what != 'C' && frame->currentline > 0; }

void gf_push_where(lua_State *L) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (is_script_frame(&frame)) {
      lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
      return;
    }
  }
  lua_pushliteral(L, "");
}

void gf_note_place(lua_State *L) {
  gf_host *host = gf_host_of(L);
  lua_Debug frame;
  for (int level = 0; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (!is_script_frame(&frame)) continue;
    snprintf(host->place, sizeof host->place, "%s:%d: ", frame.short_src, frame.currentline);
    return;
  }
}

int32_t gf_current_line(lua_State *L) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (is_script_frame(&frame)) return frame.currentline;
  }
  return 0;
}

// Writes one line per script frame, innermost first; frames of C and of the host say nothing to a reader.
static void describe_frames(lua_State *L, char *text, size_t room) {
  enum { SHOWN = 16, EXAMINED = 200 };
  size_t length = 0, last = 0;
  int shown = 0;
  lua_Debug frame;
  text[0] = 0;
  for (int level = 0; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sln", &frame);
    if (!is_script_frame(&frame)) continue;
    if (shown == SHOWN || level == EXAMINED) {
      snprintf(text + length, room - length, "%s…", length ? "\n" : "");
      return;
    }
    lua_Debug outer;
    bool outermost = true;
    for (int above = level + 1; outermost && lua_getstack(L, above, &outer); above++) {
      lua_getinfo(L, "Sl", &outer);
      if (is_script_frame(&outer)) outermost = false;
    }
    char what[128];
    if (frame.name != NULL)
      snprintf(what, sizeof what, "in function '%s'", frame.name);
    else if (outermost || *frame.what == 'm')
      snprintf(what, sizeof what, "in the main part");
    else
      snprintf(what, sizeof what, "in the function at line %d", frame.linedefined);
    int written = snprintf(text + length, room - length, "%s%s:%d: %s", length ? "\n" : "", frame.short_src,
                           frame.currentline, what);
    if (written < 0 || (size_t)written >= room - length) {
      text[length] = 0;
      return;
    }
    // A recursion is told once.
    const char *line = text + length + (length ? 1 : 0);
    if (length && strlen(line) == length - last && memcmp(line, text + last, length - last) == 0) {
      text[length] = 0;
      continue;
    }
    last = length + (length ? 1 : 0);
    length += (size_t)written;
    shown++;
  }
}

static int message_handler(lua_State *L) {
  gf_host *host = gf_host_of(L);
  describe_frames(L, host->traceback, sizeof host->traceback);
  host->error_line = gf_current_line(L);
  if (host->coroutine_traceback[0]) {
    // The failing coroutine's frames are gone from this stack; they belong above it.
    char own[sizeof host->traceback];
    memcpy(own, host->traceback, sizeof own);
    snprintf(host->traceback, sizeof host->traceback, "%s\n%.*s", host->coroutine_traceback,
             (int)(sizeof host->traceback - sizeof host->coroutine_traceback - 2), own);
    host->coroutine_traceback[0] = 0;
  }
  if (lua_type(L, 1) == LUA_TSTRING || host->kill != GF_RUNNING) return 1;
  if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL || lua_type(L, 1) == LUA_TNUMBER) {
    luaL_tolstring(L, 1, NULL);
    return 1;
  }
  gf_push_where(L);
  lua_pushfstring(L, "the script raised a %s value as its error", luaL_typename(L, 1));
  lua_concat(L, 2);
  return 1;
}

int gf_pcall(lua_State *L, int arguments, int results) {
  gf_host *host = gf_host_of(L);
  int depth = host->swift_depth;
  lua_State *current = host->current;
  int base = lua_gettop(L) - arguments;
  host->traceback[0] = host->coroutine_traceback[0] = host->place[0] = 0;
  host->error_line = 0;
  lua_pushcfunction(L, message_handler);
  lua_insert(L, base);
  host->swift_depth = 0;
  int status = lua_pcall(L, arguments, results, base);
  host->swift_depth = depth;
  host->current = current;
  lua_remove(L, base);
  return status;
}

int gf_load_text(lua_State *L, const char *text, size_t size, const char *chunk_name) {
  gf_host *host = gf_host_of(L);
  int depth = host->swift_depth;
  host->swift_depth = 0;
  int status = luaL_loadbufferx(L, text, size, chunk_name, "t");
  host->swift_depth = depth;
  return status;
}

// Each protected operation is a C function of its operands, called by gf_pcall.
static int do_get(lua_State *L) { lua_gettable(L, 1); return 1; }
static int do_set(lua_State *L) { lua_settable(L, 1); return 0; }
static int do_length(lua_State *L) { lua_len(L, 1); return 1; }
static int do_to_text(lua_State *L) { luaL_tolstring(L, 1, NULL); return 1; }
static int do_concat(lua_State *L) { lua_concat(L, 2); return 1; }
static int do_arith(lua_State *L) {
  int op = (int)lua_tointeger(L, 1);
  if (op == LUA_OPUNM || op == LUA_OPBNOT) lua_settop(L, 2);
  lua_arith(L, op);
  return 1;
}
static int do_compare(lua_State *L) {
  lua_pushboolean(L, lua_compare(L, 2, 3, (int)lua_tointeger(L, 1)));
  return 1;
}

static int run(lua_State *L, lua_CFunction operation, int operands, int results) {
  lua_pushcfunction(L, operation);
  lua_insert(L, -operands - 1);
  return gf_pcall(L, operands, results);
}

int gf_get_table(lua_State *L, int index) {
  lua_pushvalue(L, index);
  lua_insert(L, -2);
  return run(L, do_get, 2, 1);
}

int gf_set_table(lua_State *L, int index) {
  lua_pushvalue(L, index);
  lua_insert(L, -3);
  return run(L, do_set, 3, 0);
}

int gf_length(lua_State *L, int index) {
  lua_pushvalue(L, index);
  return run(L, do_length, 1, 1);
}

int gf_to_text(lua_State *L, int index) {
  lua_pushvalue(L, index);
  return run(L, do_to_text, 1, 1);
}

int gf_arith(lua_State *L, int op) {
  lua_pushinteger(L, op);
  lua_insert(L, -3);
  return run(L, do_arith, 3, 1);
}

int gf_compare(lua_State *L, int op) {
  lua_pushinteger(L, op);
  lua_insert(L, -3);
  return run(L, do_compare, 3, 1);
}

int gf_concat(lua_State *L) { return run(L, do_concat, 2, 1); }

// ---------------------------------------------------------------------------------------------------- Swift

// Runs a Swift closure and raises what it reports, now that its frames are gone.
static int call_swift(lua_State *L, void *function) {
  gf_host *host = gf_host_of(L);
  lua_State *caller = host->current;
  host->current = L;
  host->swift_depth++;
  int results = host->callbacks.call(function, L, host->callbacks.context);
  host->swift_depth--;
  host->current = caller;
  if (results == GF_INTERRUPT) {
    if (host->kill == GF_RUNNING) host->kill = host->callbacks.stop(host->callbacks.context);
    if (host->kill == GF_RUNNING) host->kill = GF_INTERRUPTED;  // Swift knows better
    return gf_raise_stop(L);
  }
  settle_memory(L, host);
  if (results < 0) return lua_error(L);
  return results;
}

static int trampoline(lua_State *L) {
  gf_box *box = lua_touserdata(L, lua_upvalueindex(1));
  return call_swift(L, box->object);
}

gf_box *gf_box_at(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) < sizeof(gf_box)) return NULL;
  gf_box *box = lua_touserdata(L, index);
  return box->magic == GF_BOX_MAGIC ? box : NULL;
}

static void fill_box(gf_box *box, const void *type, void *object, size_t external_bytes) {
  *box = (gf_box){.magic = GF_BOX_MAGIC, .type = type, .object = object, .external_bytes = external_bytes};
}

gf_box *gf_new_box(lua_State *L, const void *type, void *object, size_t external_bytes) {
  gf_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  fill_box(box, type, object, external_bytes);
  return box;
}

void gf_box_free(lua_State *L, gf_box *box) {
  gf_host *host = gf_host_of(L);
  void *object = box->object;
  size_t bytes = box->external_bytes;
  if (object == NULL) return;
  // Emptied first: what the release runs may reach this box again.
  box->object = NULL;
  box->external_bytes = 0;
  host->swift_depth++;
  host->callbacks.release(object, bytes, host->callbacks.context);
  host->swift_depth--;
}

int gf_release_metamethod(lua_State *L) {
  gf_box *box = gf_box_at(L, 1);
  if (box != NULL) gf_box_free(L, box);
  return 0;
}

void gf_push_closure_box(lua_State *L, void *function) {
  static const char key = 0;
  gf_new_box(L, NULL, function, 0);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, gf_release_metamethod);
    lua_setfield(L, -2, "__gc");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
  }
  lua_setmetatable(L, -2);
}

void gf_push_function(lua_State *L, void *function) {
  gf_push_closure_box(L, function);
  lua_pushcclosure(L, trampoline, 1);
}

// __index of a class. Upvalues: methods, getters, fallback box.
static int index_object(lua_State *L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_type(L, 2) == LUA_TSTRING) {
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) == LUA_TUSERDATA) {
      gf_box *getter = lua_touserdata(L, 3);
      lua_settop(L, 1);
      return call_swift(L, getter->object);
    }
  }
  lua_settop(L, 2);
  gf_box *fallback = lua_touserdata(L, lua_upvalueindex(3));
  return call_swift(L, fallback->object);
}

void gf_push_index(lua_State *L) { lua_pushcclosure(L, index_object, 3); }

int gf_call_fallback(lua_State *L, int upvalue) {
  gf_box *box = lua_touserdata(L, lua_upvalueindex(upvalue));
  return call_swift(L, box->object);
}

// ---------------------------------------------------------------------------------------------------- iteration

// One step of ipairs. Upvalue 1: the length of an object; absent for tables, which end at nil.
static int next_element(lua_State *L) {
  lua_Integer i = luaL_checkinteger(L, 2) + 1;
  if (lua_type(L, 1) == LUA_TUSERDATA && i > lua_tointeger(L, lua_upvalueindex(1))) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushinteger(L, i);
  return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

int gf_ipairs(lua_State *L) {
  luaL_checkany(L, 1);
  // Objects raise for an element beyond their end, where tables answer nil.
  if (lua_type(L, 1) == LUA_TUSERDATA) {
    lua_pushinteger(L, luaL_len(L, 1));
    lua_pushcclosure(L, next_element, 1);
  } else {
    lua_pushcfunction(L, next_element);
  }
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}
