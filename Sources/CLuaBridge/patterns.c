// string.find, match, gmatch and gsub with a matcher that counts its steps and looks at the cancel flag:
// hooks do not fire inside C, and a pattern such as ".-.-.-x" can run for minutes on a short string.
//
// The matching algorithm is that of Lua 5.4's lstrlib.c,
// Copyright (C) 1994-2022 Lua.org, PUC-Rio, used under the MIT licence of Lua.
#define _GNU_SOURCE  // memmem
#include "CLuaBridge.h"

#include <ctype.h>
#include <string.h>

#define MAX_CAPTURES 32
#define MAX_DEPTH 200
#define STEPS_BETWEEN_POLLS 0x4000
#define ESCAPE '%'
#define SPECIALS "^$*+?.([%-"
#define UNFINISHED (-1)
#define POSITION (-2)

typedef struct {
  const char *subject, *subject_end, *pattern_end;
  lua_State *L;
  size_t steps;
  int depth;
  int level;
  struct { const char *start; ptrdiff_t size; } capture[MAX_CAPTURES];
} matcher;

static unsigned char byte(char c) { return (unsigned char)c; }

static const char *match_here(matcher *m, const char *s, const char *p);

static void count_steps(matcher *m, size_t steps) {
  m->steps += steps;
  if (m->steps < STEPS_BETWEEN_POLLS) return;
  m->steps = 0;
  gf_poll(m->L);
}

static void count_step(matcher *m) { count_steps(m, 1); }

static int closing_capture(matcher *m) {
  for (int level = m->level - 1; level >= 0; level--)
    if (m->capture[level].size == UNFINISHED) return level;
  return luaL_error(m->L, "invalid pattern capture");
}

static int check_capture(matcher *m, int digit) {
  int level = digit - '1';
  if (level < 0 || level >= m->level || m->capture[level].size == UNFINISHED)
    return luaL_error(m->L, "invalid capture index %%%d", level + 1);
  return level;
}

// The end of the single-character class that starts at p.
static const char *class_end(matcher *m, const char *p) {
  char first = *p++;
  if (first == ESCAPE) {
    if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
    return p + 1;
  }
  if (first == '[') {
    const char *start = p;
    if (p < m->pattern_end && *p == '^') p++;
    do {
      if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
      if (*p++ == ESCAPE && p < m->pattern_end) p++;
    } while (p == m->pattern_end || *p != ']');
    count_steps(m, (size_t)(p - start));
    return p + 1;
  }
  return p;
}

static bool in_named_class(int c, int name) {
  bool is;
  switch (tolower(name)) {
    case 'a': is = isalpha(c); break;
    case 'c': is = iscntrl(c); break;
    case 'd': is = isdigit(c); break;
    case 'g': is = isgraph(c); break;
    case 'l': is = islower(c); break;
    case 'p': is = ispunct(c); break;
    case 's': is = isspace(c); break;
    case 'u': is = isupper(c); break;
    case 'w': is = isalnum(c); break;
    case 'x': is = isxdigit(c); break;
    case 'z': is = c == 0; break;  // deprecated in Lua, and still known to it
    default: return name == c;
  }
  return isupper(name) ? !is : is;
}

// Whether c is in the set from '[' at p to ']' at last.
static bool in_set(int c, const char *p, const char *last) {
  bool positive = true;
  if (p[1] == '^') {
    positive = false;
    p++;
  }
  while (++p < last) {
    if (*p == ESCAPE) {
      p++;
      if (in_named_class(c, byte(*p))) return positive;
    } else if (p[1] == '-' && p + 2 < last) {
      p += 2;
      if (byte(p[-2]) <= c && c <= byte(*p)) return positive;
    } else if (byte(*p) == c) {
      return positive;
    }
  }
  return !positive;
}

static bool single_match(matcher *m, const char *s, const char *p, const char *end) {
  if (s >= m->subject_end) return false;
  int c = byte(*s);
  switch (*p) {
    case '.': return true;
    case ESCAPE: return in_named_class(c, byte(p[1]));
    case '[': count_steps(m, (size_t)(end - p)); return in_set(c, p, end - 1);
    default: return byte(*p) == c;
  }
}

static const char *match_balance(matcher *m, const char *s, const char *p) {
  if (p >= m->pattern_end - 1) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
  if (s >= m->subject_end || *s != *p) return NULL;
  char open = p[0], close = p[1];
  int nesting = 1;
  while (++s < m->subject_end) {
    count_step(m);
    if (*s == close) {
      if (--nesting == 0) return s + 1;
    } else if (*s == open) {
      nesting++;
    }
  }
  return NULL;
}

static const char *expand_most(matcher *m, const char *s, const char *p, const char *end) {
  ptrdiff_t count = 0;
  while (single_match(m, s + count, p, end)) {
    count_step(m);
    count++;
  }
  for (; count >= 0; count--) {
    const char *rest = match_here(m, s + count, end + 1);
    if (rest != NULL) return rest;
  }
  return NULL;
}

static const char *expand_least(matcher *m, const char *s, const char *p, const char *end) {
  for (;;) {
    const char *rest = match_here(m, s, end + 1);
    if (rest != NULL) return rest;
    if (!single_match(m, s, p, end)) return NULL;
    s++;
  }
}

static const char *start_capture(matcher *m, const char *s, const char *p, ptrdiff_t kind) {
  if (m->level >= MAX_CAPTURES) luaL_error(m->L, "too many captures");
  m->capture[m->level].start = s;
  m->capture[m->level].size = kind;
  m->level++;
  const char *rest = match_here(m, s, p);
  if (rest == NULL) m->level--;
  return rest;
}

static const char *end_capture(matcher *m, const char *s, const char *p) {
  int level = closing_capture(m);
  m->capture[level].size = s - m->capture[level].start;
  const char *rest = match_here(m, s, p);
  if (rest == NULL) m->capture[level].size = UNFINISHED;
  return rest;
}

static const char *match_capture(matcher *m, const char *s, int digit) {
  int level = check_capture(m, digit);
  size_t size = (size_t)m->capture[level].size;
  count_steps(m, size / 64);
  if ((size_t)(m->subject_end - s) >= size && memcmp(m->capture[level].start, s, size) == 0) return s + size;
  return NULL;
}

// The end of the match of pattern p at s, or NULL.
static const char *match_here(matcher *m, const char *s, const char *p) {
  if (m->depth-- == 0) luaL_error(m->L, "pattern too complex");
  for (;;) {
    count_step(m);
    if (p == m->pattern_end) break;
    if (*p == '(') {
      s = p[1] == ')' ? start_capture(m, s, p + 2, POSITION) : start_capture(m, s, p + 1, UNFINISHED);
      break;
    }
    if (*p == ')') {
      s = end_capture(m, s, p + 1);
      break;
    }
    if (*p == '$' && p + 1 == m->pattern_end) {
      if (s != m->subject_end) s = NULL;
      break;
    }
    if (*p == ESCAPE && p + 1 < m->pattern_end && p[1] == 'b') {
      s = match_balance(m, s, p + 2);
      if (s == NULL) break;
      p += 4;
      continue;
    }
    if (*p == ESCAPE && p + 1 < m->pattern_end && p[1] == 'f') {
      p += 2;
      if (p >= m->pattern_end || *p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
      const char *end = class_end(m, p);
      int before = s == m->subject ? 0 : byte(s[-1]);
      int here = s == m->subject_end ? 0 : byte(*s);
      if (in_set(before, p, end - 1) || !in_set(here, p, end - 1)) {
        s = NULL;
        break;
      }
      p = end;
      continue;
    }
    if (*p == ESCAPE && p + 1 < m->pattern_end && isdigit(byte(p[1]))) {
      s = match_capture(m, s, byte(p[1]));
      if (s == NULL) break;
      p += 2;
      continue;
    }
    const char *end = class_end(m, p);
    char quantifier = end < m->pattern_end ? *end : 0;
    if (quantifier == '*') {
      s = expand_most(m, s, p, end);
      break;
    }
    if (quantifier == '-') {
      s = expand_least(m, s, p, end);
      break;
    }
    if (quantifier == '+') {
      s = single_match(m, s, p, end) ? expand_most(m, s + 1, p, end) : NULL;
      break;
    }
    if (quantifier == '?') {
      if (single_match(m, s, p, end)) {
        const char *rest = match_here(m, s + 1, end + 1);
        if (rest != NULL) {
          s = rest;
          break;
        }
      }
      p = end + 1;
      continue;
    }
    if (!single_match(m, s, p, end)) {
      s = NULL;
      break;
    }
    s++;
    p = end;
  }
  m->depth++;
  return s;
}

static void prepare(matcher *m, lua_State *L, const char *s, size_t size, const char *p, size_t pattern_size) {
  m->L = L;
  m->subject = s;
  m->subject_end = s + size;
  m->pattern_end = p + pattern_size;
  m->steps = 0;
}

static void restart(matcher *m) {
  m->level = 0;
  m->depth = MAX_DEPTH;
}

static void push_capture(matcher *m, int index, const char *s, const char *e) {
  if (index >= m->level) {
    if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
    lua_pushlstring(m->L, s, (size_t)(e - s));
    return;
  }
  ptrdiff_t size = m->capture[index].size;
  if (size == UNFINISHED) luaL_error(m->L, "unfinished capture");
  if (size == POSITION)
    lua_pushinteger(m->L, m->capture[index].start - m->subject + 1);
  else
    lua_pushlstring(m->L, m->capture[index].start, (size_t)size);
}

static int push_captures(matcher *m, const char *s, const char *e) {
  int count = m->level == 0 && s != NULL ? 1 : m->level;
  luaL_checkstack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++) push_capture(m, i, s, e);
  return count;
}

static size_t start_position(lua_Integer position, size_t size) {
  if (position > 0) return (size_t)position;
  if (position == 0 || position < -(lua_Integer)size) return 1;
  return size + (size_t)position + 1;
}

static bool is_plain(lua_State *L, const char *p, size_t size) {
  bool special[256] = {false};
  for (const char *s = SPECIALS; *s != 0; s++) special[byte(*s)] = true;
  for (size_t i = 0; i < size; i++) {
    if (special[byte(p[i])]) return false;
    if ((i & 0xFFFFFF) == 0xFFFFFF) gf_poll(L);
  }
  return true;
}

// In linear time, whatever the texts, and window by window, to look at the stop flag in between.
static const char *find_plain(lua_State *L, const char *s, size_t size, const char *p, size_t pattern_size) {
  enum { WINDOW = 16 << 20 };
  size_t window = WINDOW > 2 * pattern_size ? WINDOW : 2 * pattern_size;
  if (pattern_size == 0) return s;
  while (size >= pattern_size) {
    size_t part = size < window ? size : window;
    const char *hit = memmem(s, part, p, pattern_size);
    if (hit != NULL || part == size) return hit;
    // A match may lie across the end of the window.
    size_t step = part - pattern_size + 1;
    s += step;
    size -= step;
    gf_poll(L);
  }
  return NULL;
}

static int find_or_match(lua_State *L, bool find) {
  size_t size, pattern_size;
  const char *s = luaL_checklstring(L, 1, &size);
  const char *p = luaL_checklstring(L, 2, &pattern_size);
  size_t start = start_position(luaL_optinteger(L, 3, 1), size) - 1;
  if (start > size) {
    luaL_pushfail(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) || is_plain(L, p, pattern_size))) {
    const char *hit = find_plain(L, s + start, size - start, p, pattern_size);
    if (hit != NULL) {
      lua_pushinteger(L, hit - s + 1);
      lua_pushinteger(L, hit - s + (lua_Integer)pattern_size);
      return 2;
    }
  } else {
    matcher m;
    const char *at = s + start;
    bool anchored = pattern_size > 0 && *p == '^';
    if (anchored) {
      p++;
      pattern_size--;
    }
    prepare(&m, L, s, size, p, pattern_size);
    do {
      restart(&m);
      const char *end = match_here(&m, at, p);
      if (end != NULL) {
        if (!find) return push_captures(&m, at, end);
        lua_pushinteger(L, at - s + 1);
        lua_pushinteger(L, end - s);
        return push_captures(&m, NULL, NULL) + 2;
      }
    } while (at++ < m.subject_end && !anchored);
  }
  luaL_pushfail(L);
  return 1;
}

int gf_string_find(lua_State *L) { return find_or_match(L, true); }
int gf_string_match(lua_State *L) { return find_or_match(L, false); }

typedef struct {
  const char *at, *pattern, *last_match;
  matcher matcher;
} iterator;

static int next_match(lua_State *L) {
  iterator *it = lua_touserdata(L, lua_upvalueindex(3));
  it->matcher.L = L;
  for (const char *at = it->at; at <= it->matcher.subject_end; at++) {
    restart(&it->matcher);
    const char *end = match_here(&it->matcher, at, it->pattern);
    if (end != NULL && end != it->last_match) {
      it->at = it->last_match = end;
      return push_captures(&it->matcher, at, end);
    }
  }
  return 0;
}

int gf_string_gmatch(lua_State *L) {
  size_t size, pattern_size;
  const char *s = luaL_checklstring(L, 1, &size);
  const char *p = luaL_checklstring(L, 2, &pattern_size);
  size_t start = start_position(luaL_optinteger(L, 3, 1), size) - 1;
  lua_settop(L, 2);
  iterator *it = lua_newuserdatauv(L, sizeof *it, 0);
  if (start > size) start = size + 1;
  prepare(&it->matcher, L, s, size, p, pattern_size);
  it->at = s + start;
  it->pattern = p;
  it->last_match = NULL;
  lua_pushcclosure(L, next_match, 3);
  return 1;
}

static void add_template(matcher *m, luaL_Buffer *buffer, const char *s, const char *e) {
  size_t size;
  lua_State *L = m->L;
  const char *text = lua_tolstring(L, 3, &size);
  count_steps(m, size);
  for (const char *end = text + size; text < end; text++) {
    if (*text != ESCAPE) {
      luaL_addchar(buffer, *text);
      continue;
    }
    text++;
    if (text < end && *text == ESCAPE) {
      luaL_addchar(buffer, ESCAPE);
    } else if (text < end && *text == '0') {
      luaL_addlstring(buffer, s, (size_t)(e - s));
    } else if (text < end && isdigit(byte(*text))) {
      push_capture(m, *text - '1', s, e);
      luaL_tolstring(L, -1, NULL);
      lua_remove(L, -2);
      luaL_addvalue(buffer);
    } else {
      luaL_error(L, "invalid use of '%%' in replacement string");
    }
  }
}

// Adds the replacement of the match s..<e; false when the match stays as it is.
static bool add_replacement(matcher *m, luaL_Buffer *buffer, const char *s, const char *e, int kind) {
  lua_State *L = m->L;
  if (kind == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    int count = push_captures(m, s, e);
    lua_call(L, count, 1);
  } else if (kind == LUA_TTABLE) {
    push_capture(m, 0, s, e);
    lua_gettable(L, 3);
  } else {
    add_template(m, buffer, s, e);
    return true;
  }
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(buffer, s, (size_t)(e - s));
    return false;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  luaL_addvalue(buffer);
  return true;
}

int gf_string_gsub(lua_State *L) {
  size_t size, pattern_size;
  const char *s = luaL_checklstring(L, 1, &size);
  const char *p = luaL_checklstring(L, 2, &pattern_size);
  const char *last_match = NULL;
  int kind = lua_type(L, 3);
  lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)size + 1);
  bool anchored = pattern_size > 0 && *p == '^';
  lua_Integer count = 0;
  matcher m;
  luaL_Buffer buffer;
  luaL_argexpected(L, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
                   "string/function/table");
  luaL_buffinit(L, &buffer);
  if (anchored) {
    p++;
    pattern_size--;
  }
  prepare(&m, L, s, size, p, pattern_size);
  while (count < most) {
    restart(&m);
    const char *end = match_here(&m, s, p);
    if (end != NULL && end != last_match) {
      count++;
      add_replacement(&m, &buffer, s, end, kind);
      s = last_match = end;
    } else if (s < m.subject_end) {
      luaL_addchar(&buffer, *s++);
    } else {
      break;
    }
    if (anchored) break;
  }
  luaL_addlstring(&buffer, s, (size_t)(m.subject_end - s));
  luaL_pushresult(&buffer);
  lua_pushinteger(L, count);
  return 2;
}
