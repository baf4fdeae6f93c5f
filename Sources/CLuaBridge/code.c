// Whose code runs. Code is known by the name of its chunk, which the host gives: functions of Lua are told apart wherever they are
// called from, whatever holds them, and whether they use a global or not.
#include "CLuaBridge.h"

#include <stdlib.h>
#include <string.h>

// Functions that are looked at; the level of each is counted from the innermost, so the cost grows with the square.
enum { MOST_FUNCTIONS = 4000 };

struct gf_code {
  struct gf_code *next;
  void *owner;
  bool is_mark;  // the text is how the owner's names of chunks begin, not a whole one
  size_t length;
  char text[];
};

bool gf_note_code(lua_State *L, const char *text, bool is_mark, void *owner) {
  gf_host *host = gf_host_of(L);
  for (struct gf_code *code = host->codes; code != NULL; code = code->next) {
    if (code->is_mark != is_mark || strcmp(code->text, text) != 0) continue;
    code->owner = owner;
    return true;
  }
  size_t length = strlen(text);
  struct gf_code *code = malloc(sizeof *code + length + 1);
  if (code == NULL) return false;
  *code = (struct gf_code){host->codes, owner, is_mark, length};
  memcpy(code->text, text, length + 1);
  host->codes = code;
  return true;
}

void gf_forget_codes(gf_host *host) {
  while (host->codes != NULL) {
    struct gf_code *code = host->codes;
    host->codes = code->next;
    free(code);
  }
}

static void *owner_of(const gf_host *host, const char *source) {
  const char *name = *source == '@' || *source == '=' ? source + 1 : source;
  for (const struct gf_code *code = host->codes; code != NULL; code = code->next)
    if (code->is_mark ? strncmp(name, code->text, code->length) == 0 : strcmp(source, code->text) == 0)
      return code->owner;
  return NULL;
}

static const char *mark_of(const gf_host *host, const void *owner) {
  for (const struct gf_code *code = host->codes; code != NULL; code = code->next)
    if (code->is_mark && code->owner == owner) return code->text;
  return NULL;
}

int gf_depth(lua_State *L) {
  lua_Debug frame;
  int low = 0, high = 1;  // there are `low` functions at least, and fewer than `high`
  while (lua_getstack(L, high - 1, &frame)) {
    low = high;
    high *= 2;
  }
  while (low < high - 1) {
    int middle = low + (high - low) / 2;
    if (lua_getstack(L, middle - 1, &frame))
      low = middle;
    else
      high = middle;
  }
  return low;
}

typedef struct {
  void **owners;
  int count, room;
  int left;       // functions that may still be looked at
  bool ended;     // at the wall, or for want of room
  bool is_whole;  // nothing was left out
} gf_look;

static void look_at(lua_State *L, gf_look *look) {
  const gf_host *host = gf_host_of(L);
  lua_Debug frame;
  int end = L == host->wall ? gf_depth(L) - host->wall_depth : INT32_MAX;
  for (int level = 0; level < end && lua_getstack(L, level, &frame); level++) {
    if (look->left-- == 0) {
      look->ended = true;
      look->is_whole = false;
      return;
    }
    lua_getinfo(L, "S", &frame);
    if (*frame.what == 'C') continue;
    void *owner = owner_of(host, frame.source);
    bool is_new = owner != NULL;
    for (int i = 0; i < look->count; i++)
      if (look->owners[i] == owner) is_new = false;
    if (!is_new) continue;
    if (look->count == look->room) {
      look->ended = true;
      look->is_whole = look->room == 1;  // who asks for one wants the innermost
      return;
    }
    look->owners[look->count++] = owner;
  }
  if (L == host->wall) look->ended = true;
}

int gf_owners(lua_State *L, void **owners, int room) {
  const gf_host *host = gf_host_of(L);
  if (host->codes == NULL) return 0;
  gf_look look = {owners, 0, room, MOST_FUNCTIONS, false, true};
  look_at(L, &look);
  // What coroutine.close runs is on the stack of the coroutine that it closes.
  if (!look.ended && L != host->running) look_at(host->running, &look);
  for (const gf_resumption *by = host->resumed; by != NULL && !look.ended; by = by->outer) look_at(by->resumer, &look);
  return look.is_whole ? look.count : -1;
}

// The mark of `mark`, or of the innermost code that has an owner; NULL where the chunk is nobody's.
const char *gf_mark_of_caller(lua_State *L, const char *mark) {
  const gf_host *host = gf_host_of(L);
  void *owner;
  if (mark != NULL || host->codes == NULL) return mark;
  int count = gf_owners(L, &owner, 1);
  if (count < 0) luaL_error(L, "too many functions call each other to tell whose code runs");
  return count == 0 ? NULL : mark_of(host, owner);
}
