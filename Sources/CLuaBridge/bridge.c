#define _GNU_SOURCE  // CLOCK_MONOTONIC_COARSE
#include "CLuaBridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

// The most instructions between two looks at the cancel flag: about 10 µs.
#define POLL_INSTRUCTIONS 1000

// ---------------------------------------------------------------------------------------------------- memory

// A block of this size is worth a look at the stop flag after some of them.
#define LARGE_BLOCK (1u << 16)
#define LARGE_BETWEEN_POLLS (16u << 20)
// Bytes that are taken before the host is asked again whether the run has room for more.
#define GRANT (1u << 20)
// Grants that are left when everything is collected before the next one.
#define TIGHT_GRANTS 16

static void hook(lua_State *L, lua_Debug *event);

static void arm(lua_State *L) { lua_sethook(L, hook, LUA_MASKCOUNT, gf_host_of(L)->stride); }

// One instruction can walk a whole text (s < t, s | 0, a call of tonumber) or a whole table (a call of next), and no
// function of ours is there to look meanwhile. So the hook comes after fewer instructions while long ones exist: after as
// many as walk WALKED bytes of the longest text. A table's slots are walked some 16 times as fast as the slowest walk of
// the same bytes of text, which is the conversion to a number.
#define LONG_TEXT (1u << 18)
#define WALKED (256u << 20)
#define TABLE_WEIGHT 16

struct gf_long {
  void *block;
  size_t weight;
};

static void set_stride(gf_host *host) {
  size_t most = 0;
  for (size_t i = 0; i < host->long_count; i++)
    if (host->longs[i].weight > most) most = host->longs[i].weight;
  size_t stride = most == 0 ? POLL_INSTRUCTIONS : WALKED / most;
  int before = host->stride;
  host->stride = stride > POLL_INSTRUCTIONS ? POLL_INSTRUCTIONS : stride == 0 ? 1 : (int)stride;
  if (host->stride < before && host->running != NULL) gf_keep_stride(host->running);
}

static void forget_long(gf_host *host, const void *block) {
  for (size_t i = host->long_count; i-- > 0;) {
    if (host->longs[i].block != block) continue;
    host->longs[i] = host->longs[--host->long_count];
    set_stride(host);
    return;
  }
}

static void note_long(gf_host *host, void *block, size_t weight) {
  if (host->long_count == host->long_room) {
    size_t room = host->long_room == 0 ? 16 : 2 * host->long_room;
    struct gf_long *more = realloc(host->longs, room * sizeof *more);
    if (more == NULL) return;  // where not even this is left, the script's next block is refused
    host->longs = more;
    host->long_room = room;
  }
  host->longs[host->long_count++] = (struct gf_long){block, weight};
  set_stride(host);
}

void gf_keep_stride(lua_State *L) {
  // A coroutine that was stopped, or is to look at once, is left so.
  if (lua_gethookmask(L) == LUA_MASKCOUNT && lua_gethookcount(L) != 1 && lua_gethookcount(L) != gf_host_of(L)->stride)
    arm(L);
}

// A box that Lua has swept. Objects have no finaliser: Lua would keep them in lists of their own, bring each back to life for
// a protected call and free it a cycle later, which takes as long as all else about a small object. Instead the allocator sees
// a full box come back. It may be in the middle of a collection, or of a table that grows, so what was in the box is released
// later, where Lua may be called.
struct gf_swept {
  struct gf_swept *next;
  void *object;
  size_t external_bytes;
};

// Blocks of boxes that are kept for the next ones.
#define SPARE_BOXES 4096

struct gf_spare {
  struct gf_spare *next;
};

static void free_box(gf_host *host, void *block) {
  if (host->spare_count == SPARE_BOXES) {
    free(block);
    return;
  }
  struct gf_spare *spare = block;
  spare->next = host->spares;
  host->spares = spare;
  host->spare_count++;
}

static void *take_spare(gf_host *host) {
  struct gf_spare *spare = host->spares;
  host->spares = spare->next;
  host->spare_count--;
  return spare;
}

static void free_spares(gf_host *host) {
  while (host->spares != NULL) free(take_spare(host));
}

// Whether a block that Lua frees is a box with an object. Lua leaves parts of its own records as it got them from malloc,
// so the secret must not stay in memory that is given back, a box's or that of anything larger that begins like one: the
// next record there would be taken for the box, with what a script has put into it for the object.
static bool was_full_box(const gf_host *host, void *block, size_t size) {
  if (host->box_offset == 0 || size < host->box_offset + sizeof(gf_box)) return false;
  gf_box *box = (gf_box *)((char *)block + host->box_offset);
  if (box->secret != host->secret) return false;
  box->secret = 0;
  return size == host->box_offset + sizeof(gf_box) && box->object != NULL;
}

// Keeps the block of a box as the note that its object is to be released.
static void keep_swept(gf_host *host, void *block) {
  const gf_box box = *(gf_box *)((char *)block + host->box_offset);
  struct gf_swept *swept = block;
  *swept = (struct gf_swept){.next = host->swept, .object = box.object, .external_bytes = box.external_bytes};
  host->swept = swept;
}

static void release_swept(gf_host *host) {
  while (host->swept != NULL) {
    struct gf_swept *swept = host->swept;
    host->swept = swept->next;
    host->swift_depth++;
    host->callbacks.release(swept->object, swept->external_bytes, host->callbacks.context);
    host->swift_depth--;
    free_box(host, swept);
  }
}

void gf_collect(lua_State *L) {
  lua_gc(L, LUA_GCCOLLECT);
  release_swept(gf_host_of(L));
}

bool gf_step(lua_State *L) {
  bool is_whole = lua_gc(L, LUA_GCSTEP, 0);
  release_swept(gf_host_of(L));
  return is_whole;
}

// Whether the run, the cell and the plugin have room for Lua to take `more`. Between two questions Lua takes one grant at
// most, so that all of them are kept to that exactness.
static bool is_granted(gf_host *host, size_t more) {
  size_t wanted = host->used + more;
  if (wanted <= host->granted || host->callbacks.context == NULL) return true;
  size_t room = host->callbacks.room(more, host->callbacks.context);
  if (room < more) return false;
  size_t spare = room - more;
  host->tightness = spare < (size_t)TIGHT_GRANTS * GRANT ? GF_TIGHT : GF_WIDE;
  host->granted = wanted + (spare < GRANT ? spare : GRANT);
  return true;
}

static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
  gf_host *host = context;
  bool is_text = block == NULL && old_size == LUA_TSTRING;
  if (block == NULL) old_size = 0;  // Lua passes a type code here
  if (new_size == 0) {
    host->used -= old_size;
    if (old_size >= LONG_TEXT) forget_long(host, block);
    if (block != NULL && was_full_box(host, block, old_size))
      keep_swept(host, block);
    else if (block != NULL && old_size == host->box_size)
      free_box(host, block);
    else
      free(block);
    return NULL;
  }
  if (new_size > old_size) {
    size_t more = new_size - old_size;
    host->confined = false;
    if (more > host->limit || host->used > host->limit - more) {
      host->exhausted = false;
      return NULL;
    }
    if (!is_granted(host, more)) {
      host->exhausted = false;
      host->confined = true;
      return NULL;
    }
    if (host->refuse_after >= 0 && host->refuse_after-- == 0) {
      host->refuse_after = 0;
      return NULL;
    }
    if (new_size >= LARGE_BLOCK && (host->unpolled += new_size) > LARGE_BETWEEN_POLLS && host->running != NULL) {
      // Few instructions of the script can take seconds: have the next one ask.
      host->unpolled = 0;
      host->unlooked = POLL_INSTRUCTIONS;
      if (lua_gethookmask(host->running) == LUA_MASKCOUNT) lua_sethook(host->running, hook, LUA_MASKCOUNT, 1);
    }
  }
  bool has_spare = block == NULL && new_size == host->box_size && host->spares != NULL;
  void *moved = has_spare ? take_spare(host) : realloc(block, new_size);
  // Lua takes for granted that blocks can shrink.
  if (moved == NULL && new_size <= old_size) moved = block;
  host->fresh = moved;
  if (moved == NULL) {
    host->exhausted = true;
    return NULL;
  }
  host->used += new_size - old_size;
  if (old_size >= LONG_TEXT) forget_long(host, block);
  size_t weight = is_text ? new_size : new_size / TABLE_WEIGHT;
  if (weight >= LONG_TEXT) note_long(host, moved, weight);
  return moved;
}

// Runs a C function that may raise for want of memory, from Swift. Its arguments are on top of the stack, below a pointer
// to `operand`. On failure `results` nils take their place.
bool gf_attempt(lua_State *L, lua_CFunction operation, void *operand, int arguments, int results) {
  gf_host *host = gf_host_of(L);
  int depth = host->swift_depth;
  lua_pushcfunction(L, operation);
  lua_insert(L, -arguments - 1);
  lua_pushlightuserdata(L, operand);
  host->swift_depth = 0;
  int status = lua_pcall(L, arguments + 1, results, 0);
  host->swift_depth = depth;
  if (status == LUA_OK) return true;
  host->starved = status;
  lua_pop(L, 1);
  for (int i = 0; i < results; i++) lua_pushnil(L);
  return false;
}

int gf_take_failure(lua_State *L) {
  gf_host *host = gf_host_of(L);
  int status = host->starved;
  if (status == LUA_OK) return status;
  host->starved = LUA_OK;
  // Lua's own words, which exist already, so that this needs no memory.
  if (status == LUA_ERRMEM)
    lua_pushliteral(L, "not enough memory");
  else
    lua_pushliteral(L, "C stack overflow");
  return status;
}

typedef struct {
  const void *values;
  size_t count;
} gf_values;

static int do_push_text(lua_State *L) {
  gf_values *text = lua_touserdata(L, 1);
  lua_pushlstring(L, text->values, text->count);
  return 1;
}

void gf_push_text(lua_State *L, const char *bytes, size_t size) {
  gf_values text = {bytes, size};
  gf_attempt(L, do_push_text, &text, 0, 1);
}

static int do_push_table(lua_State *L) {
  const int *sizes = lua_touserdata(L, 1);
  lua_createtable(L, sizes[0], sizes[1]);
  return 1;
}

void gf_push_table(lua_State *L, int array, int fields) {
  int sizes[2] = {array, fields};
  gf_attempt(L, do_push_table, sizes, 0, 1);
}

static int list_size(lua_State *L, size_t count) {
  if (count > INT32_MAX) luaL_error(L, "not enough memory");
  return (int)count;
}

static int do_push_doubles(lua_State *L) {
  gf_values *list = lua_touserdata(L, 1);
  lua_createtable(L, list_size(L, list->count), 0);
  for (size_t i = 0; i < list->count; i++) {
    lua_pushnumber(L, ((const double *)list->values)[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

void gf_push_doubles(lua_State *L, const double *values, size_t count) {
  gf_values list = {values, count};
  gf_attempt(L, do_push_doubles, &list, 0, 1);
}

static int do_push_floats(lua_State *L) {
  gf_values *list = lua_touserdata(L, 1);
  lua_createtable(L, list_size(L, list->count), 0);
  for (size_t i = 0; i < list->count; i++) {
    lua_pushnumber(L, ((const float *)list->values)[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

void gf_push_floats(lua_State *L, const float *values, size_t count) {
  gf_values list = {values, count};
  gf_attempt(L, do_push_floats, &list, 0, 1);
}

static int do_raw_set(lua_State *L) {
  // A table or a key that found no memory is nil, and its failure is noted already.
  if (lua_istable(L, 1) && !lua_isnil(L, 2)) {
    lua_settop(L, 3);
    lua_rawset(L, 1);
  }
  return 0;
}

void gf_raw_set(lua_State *L, int index) {
  lua_pushvalue(L, index);
  lua_insert(L, -3);
  gf_attempt(L, do_raw_set, NULL, 3, 0);
}

static int do_reference(lua_State *L) {
  int *reference = lua_touserdata(L, 2);
  lua_settop(L, 1);
  *reference = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

int gf_reference(lua_State *L) {
  int reference = LUA_REFNIL;
  gf_attempt(L, do_reference, &reference, 1, 0);
  return reference;
}

static int do_push_metafield(lua_State *L) {
  if (luaL_getmetafield(L, 1, lua_touserdata(L, 2)) == LUA_TNIL) lua_pushnil(L);
  return 1;
}

bool gf_push_metafield(lua_State *L, int index, const char *name) {
  lua_pushvalue(L, index);
  gf_attempt(L, do_push_metafield, (void *)name, 1, 1);
  if (!lua_isnil(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

static int do_push_environment(lua_State *L) {
  gf_fill_environment(L, lua_touserdata(L, 1));
  return 1;
}

void gf_push_environment(lua_State *L, const char *mark) {
  gf_attempt(L, do_push_environment, (void *)mark, 0, 1);
}

// ---------------------------------------------------------------------------------------------------- stopping

int gf_raise_stop(lua_State *L) {
  gf_host *host = gf_host_of(L);
  // From here on every line of this coroutine raises, so that no handler of the script outlives the stop.
  lua_sethook(L, hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
  lua_pushstring(L, host->kill == GF_TIMED_OUT ? "time limit reached" : "interrupted");
  return lua_error(L);
}

void gf_poll(lua_State *L) {
  gf_host *host = gf_host_of(L);
  host->unpolled = 0;
  if (host->swept != NULL) release_swept(host);
  if (host->kill == GF_RUNNING) host->kill = host->callbacks.stop(host->callbacks.context);
  if (host->kill != GF_RUNNING) gf_raise_stop(L);
}

// Whether the hook came because of long blocks, and the few instructions since the last look have walked none: then the
// machine's coarse clock, which costs a fraction of a look and moves every few milliseconds, has not moved.
static bool is_early(gf_host *host) {
  if (host->stride == POLL_INSTRUCTIONS || host->kill != GF_RUNNING) return false;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  int64_t tick = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
  bool is_still = tick == host->tick;
  host->tick = tick;
  host->unlooked += host->stride;
  return is_still && host->unlooked < POLL_INSTRUCTIONS;
}

static void hook(lua_State *L, lua_Debug *event) {
  (void)event;
  gf_host *host = gf_host_of(L);
  if (is_early(host)) {
    gf_keep_stride(L);
    return;
  }
  host->unlooked = 0;
  gf_poll(L);
  if (host->used > host->limit / 2 || host->tightness != GF_WIDE)
    gf_note_place(L);
  else
    host->place[0] = 0;
  if (host->tightness == GF_TIGHT) {
    // The collection that Lua does itself when it is refused releases no tensor: it is in the middle of something.
    host->tightness = GF_SWEPT;
    gf_collect(L);
  }
  // Back to the cheap hook: after large blocks, and in a coroutine that was stopped and outlived a revival.
  if ((lua_gethookmask(L) & LUA_MASKLINE) || lua_gethookcount(L) != host->stride) arm(L);
}

void gf_revive(lua_State *L) {
  gf_host *host = gf_host_of(L);
  host->kill = GF_RUNNING;
  arm(host->main);
}

// ---------------------------------------------------------------------------------------------------- state

// Lua warns of finalisers that failed; the library's own fail only where C calls are nested too deeply.
static void warn(void *context, const char *message, int continues) {
  gf_host *host = context;
  if (host->in_warning || strncmp(message, "error in ", 9) == 0) {
    host->in_warning = continues;
    return;
  }
  host->callbacks.write(host->callbacks.context, 2, message, strlen(message));
  if (!continues) host->callbacks.write(host->callbacks.context, 2, "\n", 1);
}

static int prepare_state(lua_State *L) {
  // Where a box begins in its block, while no collection asks for other blocks.
  gf_host *host = gf_host_of(L);
  lua_gc(L, LUA_GCSTOP);
  host->box_offset = (size_t)((char *)lua_newuserdatauv(L, sizeof(gf_box), 0) - (char *)host->fresh);
  host->box_size = host->box_offset + sizeof(gf_box);
  memset(lua_touserdata(L, -1), 0, sizeof(gf_box));
  lua_pop(L, 1);
  lua_gc(L, LUA_GCRESTART);
  lua_pushliteral(L, "C stack overflow");  // kept, as "not enough memory" is
  lua_setfield(L, LUA_REGISTRYINDEX, "gfnet.overflow");
  lua_newthread(L);
  lua_setfield(L, LUA_REGISTRYINDEX, "gfnet.side");
  gf_lock_strings(L);
  return 0;
}

static uint64_t random_number(void) {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) number = (uint64_t)(uintptr_t)&number * 0x9E3779B97F4A7C15u;
  return number | 1;
}

lua_State *gf_open(const gf_callbacks *callbacks, size_t limit) {
  gf_host *host = calloc(1, sizeof *host);
  if (host == NULL) return NULL;
  host->limit = limit;
  host->stride = POLL_INSTRUCTIONS;
  host->refuse_after = -1;
  host->secret = random_number();
  host->swift_depth = 1;  // the caller
  host->callbacks = *callbacks;
  lua_State *L = lua_newstate(allocate, host);
  if (L == NULL) {
    free(host->longs);
    free(host);
    return NULL;
  }
  *(gf_host **)lua_getextraspace(L) = host;
  host->main = host->current = host->running = L;
  lua_setwarnf(L, warn, host);
  lua_gc(L, LUA_GCGEN, 0, 0);
  if (!gf_attempt(L, prepare_state, NULL, 0, 0)) {
    gf_close(L);
    return NULL;
  }
  arm(L);
  return L;
}

void gf_close(lua_State *L) {
  gf_host *host = gf_host_of(L);
  host->running = NULL;
  lua_close(L);
  release_swept(host);
  free_spares(host);
  free(host->longs);
  gf_forget_codes(host);
  free(host);
}

// ---------------------------------------------------------------------------------------------------- errors

static bool is_script_frame(const lua_Debug *frame) { return *frame->what != 'C' && frame->currentline > 0; }

static void push_where(lua_State *L) {
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

static int do_push_where(lua_State *L) {
  push_where(L);
  return 1;
}

void gf_push_where(lua_State *L) { gf_attempt(L, do_push_where, NULL, 0, 1); }

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
  push_where(L);
  if (lua_type(L, 1) == LUA_TTABLE && host->display != NULL) {
    lua_pushcfunction(L, gf_display);
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
      lua_pushliteral(L, "the script raised a table as its error: ");
      lua_insert(L, -2);
      lua_concat(L, 3);
      return 1;
    }
    lua_pop(L, 1);
  }
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
  if (host->starved != LUA_OK) {
    lua_settop(L, base - 1);
    return gf_take_failure(L);
  }
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
  int status = gf_compile(L, text, size, chunk_name);
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
  // A failure that reached nobody else: what Swift pushed is not whole.
  if (host->starved != LUA_OK) {
    lua_settop(L, 0);
    gf_take_failure(L);
    return lua_error(L);
  }
  if (results < 0) return lua_error(L);
  return results;
}

static int trampoline(lua_State *L) {
  gf_box *box = lua_touserdata(L, lua_upvalueindex(1));
  return call_swift(L, box->object);
}

bool gf_swift_closure(lua_State *L, int index, void **closure) {
  if (lua_tocfunction(L, index) != trampoline || lua_getupvalue(L, index, 1) == NULL) return false;
  gf_box *box = lua_touserdata(L, -1);
  *closure = box == NULL ? NULL : box->object;
  lua_pop(L, 1);
  return *closure != NULL;
}

gf_box *gf_box_at(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) < sizeof(gf_box)) return NULL;
  gf_box *box = lua_touserdata(L, index);
  return box->secret == gf_host_of(L)->secret ? box : NULL;
}

typedef struct {
  int metatable;  // LUA_NOREF: that of closures
  bool as_function;
  gf_box box;
} gf_new_object;

static void push_closure_metatable(lua_State *L) {
  static const char key = 0;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

// The box owns its object from its last step on, after which nothing can fail.
static int do_push_box(lua_State *L) {
  const gf_new_object *new = lua_touserdata(L, 1);
  gf_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = (gf_box){.secret = 0};
  if (new->metatable == LUA_NOREF)
    push_closure_metatable(L);
  else
    lua_rawgeti(L, LUA_REGISTRYINDEX, new->metatable);
  lua_setmetatable(L, -2);
  if (new->as_function) lua_pushcclosure(L, trampoline, 1);
  *box = new->box;
  return 1;
}

static bool push_box(lua_State *L, int metatable, bool as_function, const void *type, void *object, size_t bytes) {
  gf_new_object new = {metatable, as_function, {gf_host_of(L)->secret, type, object, bytes}};
  return gf_attempt(L, do_push_box, &new, 0, 1);
}

// Whether the allocator is sure to grant the block of a box: then making one raises nothing, and needs no protected call,
// which would take longer than the rest.
static bool is_box_granted(gf_host *host) {
  size_t size = host->box_size;
  if (host->refuse_after >= 0 || size > host->limit || host->used > host->limit - size) return false;
  if (host->used + size > host->granted) return false;
  if (host->spares == NULL) {
    void *block = malloc(size);
    if (block == NULL) return false;
    free_box(host, block);
  }
  return true;
}

bool gf_push_box(lua_State *L, int metatable, const void *type, void *object, size_t external_bytes) {
  gf_host *host = gf_host_of(L);
  if (host->swept != NULL) release_swept(host);
  if (!is_box_granted(host)) return push_box(L, metatable, false, type, object, external_bytes);
  // Lua asks for the block first; the step of the collector that may follow raises nothing.
  gf_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = (gf_box){host->secret, type, object, external_bytes};
  lua_rawgeti(L, LUA_REGISTRYINDEX, metatable);
  lua_setmetatable(L, -2);
  return true;
}

bool gf_push_closure_box(lua_State *L, void *function) { return push_box(L, LUA_NOREF, false, NULL, function, 0); }

bool gf_push_function(lua_State *L, void *function) { return push_box(L, LUA_NOREF, true, NULL, function, 0); }

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

int gf_close_metamethod(lua_State *L) {
  gf_box *box = gf_box_at(L, 1);
  if (box != NULL) gf_box_free(L, box);
  return 0;
}

// The object whose elements can be reached without the stack: of the class whose `type` is the upvalue of that number.
static void *indexed_object(lua_State *L, int type, lua_Integer *place) {
  int is_whole = 0;
  *place = lua_tointegerx(L, 2, &is_whole);
  if (!is_whole) return NULL;
  gf_box *box = gf_box_at(L, 1);
  return box != NULL && box->type == lua_touserdata(L, lua_upvalueindex(type)) ? box->object : NULL;
}

// Pushes object[place] where that is an element that is read in place; false: Swift answers.
static bool push_element(lua_State *L) {
  gf_read_element read = (gf_read_element)lua_touserdata(L, lua_upvalueindex(4));
  lua_Integer place;
  void *object = read == NULL ? NULL : indexed_object(L, 5, &place);
  if (object == NULL) return false;
  gf_element element;
  switch (read(object, place, &element)) {
    case GF_NUMBER_ELEMENT: lua_pushnumber(L, element.number); return true;
    case GF_WHOLE_ELEMENT: lua_pushinteger(L, element.whole); return true;
    case GF_TRUTH_ELEMENT: lua_pushboolean(L, element.whole != 0); return true;
    default: return false;
  }
}

// __index of a class. Upvalues: methods, getters, fallback box; how elements are read, of what type.
static int index_object(lua_State *L) {
  lua_settop(L, 2);
  int key = lua_type(L, 2);
  if (key == LUA_TNUMBER && push_element(L)) return 1;
  if (key == LUA_TSTRING) {
    lua_pushvalue(L, 2);
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

static int do_push_index(lua_State *L) {
  const gf_elements *elements = lua_touserdata(L, 4);
  lua_settop(L, 3);
  lua_pushlightuserdata(L, (void *)elements->read);
  lua_pushlightuserdata(L, (void *)elements->type);
  lua_pushcclosure(L, index_object, 5);
  return 1;
}

void gf_push_index(lua_State *L, gf_elements elements) { gf_attempt(L, do_push_index, &elements, 3, 1); }

// __newindex of a class. Upvalues: fallback box; how elements are written, of what type.
static int assign_object(lua_State *L) {
  gf_write_element write = (gf_write_element)lua_touserdata(L, lua_upvalueindex(2));
  lua_Integer place;
  if (write != NULL && lua_type(L, 2) == LUA_TNUMBER && lua_type(L, 3) == LUA_TNUMBER) {
    void *object = indexed_object(L, 3, &place);
    if (object != NULL && write(object, place, lua_tonumber(L, 3))) return 0;
  }
  return gf_call_fallback(L, 1);
}

static int do_push_assign(lua_State *L) {
  const gf_elements *elements = lua_touserdata(L, 2);
  lua_settop(L, 1);
  lua_pushlightuserdata(L, (void *)elements->write);
  lua_pushlightuserdata(L, (void *)elements->type);
  lua_pushcclosure(L, assign_object, 3);
  return 1;
}

void gf_push_assign(lua_State *L, gf_elements elements) { gf_attempt(L, do_push_assign, &elements, 1, 1); }

int gf_display(lua_State *L) { return call_swift(L, gf_host_of(L)->display); }

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
