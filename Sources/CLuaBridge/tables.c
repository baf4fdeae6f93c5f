// The table library's loops, with the meaning of Lua's own and two differences: they look at the stop flag, and a
// length or a range that a metamethod claims is bounded, as nobody means 2^60 elements.
#include "CLuaBridge.h"

#include <limits.h>

// Elements that one call may walk when a metamethod, not memory, says how many there are.
#define MAX_CLAIMED 50000000
// Elements between two looks at the stop flag: some tens of microseconds, more with metamethods written in C.
#define STEPS_BETWEEN_POLLS 0x3FF

typedef struct {
  lua_State *L;
  uint32_t steps;
  bool has_order;  // sort: a function at index 2 compares
} walk;

static void count_element(walk *w) {
  if ((++w->steps & STEPS_BETWEEN_POLLS) == 0) gf_poll(w->L);
}

enum { READS = 1, WRITES = 2, MEASURES = 4 };

// The argument is a table, or has the metamethods that make it behave as one.
static void check_table(lua_State *L, int argument, int needs) {
  if (lua_type(L, argument) == LUA_TTABLE) return;
  static const struct { int need; const char *name; } metamethods[] = {
      {READS, "__index"}, {WRITES, "__newindex"}, {MEASURES, "__len"}};
  for (int i = 0; i < 3; i++) {
    if (!(needs & metamethods[i].need)) continue;
    if (luaL_getmetafield(L, argument, metamethods[i].name) == LUA_TNIL)
      luaL_checktype(L, argument, LUA_TTABLE);
    lua_pop(L, 1);
  }
}

// The length, read once: a metamethod may answer something else the next time.
static lua_Integer length_of(lua_State *L, int argument) {
  // A loop around one call that takes a second counts few instructions.
  if (lua_rawlen(L, argument) > STEPS_BETWEEN_POLLS) gf_poll(L);
  lua_Integer length = luaL_len(L, argument);
  if (length > MAX_CLAIMED && luaL_getmetafield(L, argument, "__len") != LUA_TNIL)
    luaL_error(L, "table of %I elements; at most %I here", length, (lua_Integer)MAX_CLAIMED);
  return length;
}

int gf_table_insert(lua_State *L) {
  walk w = {.L = L};
  check_table(L, 1, READS | WRITES | MEASURES);
  lua_Integer end = (lua_Integer)((lua_Unsigned)length_of(L, 1) + 1);
  switch (lua_gettop(L)) {
    case 2: break;
    case 3: {
      lua_Integer position = luaL_checkinteger(L, 2);
      luaL_argcheck(L, (lua_Unsigned)position - 1u < (lua_Unsigned)end, 2, "position out of bounds");
      for (lua_Integer i = end; i > position; i--) {
        lua_geti(L, 1, i - 1);
        lua_seti(L, 1, i);
        count_element(&w);
      }
      end = position;
      break;
    }
    default: return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  lua_seti(L, 1, end);
  return 0;
}

int gf_table_remove(lua_State *L) {
  walk w = {.L = L};
  check_table(L, 1, READS | WRITES | MEASURES);
  lua_Integer length = length_of(L, 1);
  lua_Integer position = luaL_optinteger(L, 2, length);
  if (position != length)
    luaL_argcheck(L, (lua_Unsigned)position - 1u <= (lua_Unsigned)length, 1, "position out of bounds");
  lua_geti(L, 1, position);
  for (; position < length; position++) {
    lua_geti(L, 1, position + 1);
    lua_seti(L, 1, position);
    count_element(&w);
  }
  lua_pushnil(L);
  lua_seti(L, 1, position);
  return 1;
}

int gf_table_move(lua_State *L) {
  walk w = {.L = L};
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
  int target = lua_isnoneornil(L, 5) ? 1 : 5;
  check_table(L, 1, READS);
  check_table(L, target, WRITES);
  if (last >= first) {
    luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
    lua_Integer count = last - first + 1;
    luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
    if (count > MAX_CLAIMED)
      return luaL_error(L, "table.move of more than %I elements", (lua_Integer)MAX_CLAIMED);
    if (count > STEPS_BETWEEN_POLLS) gf_poll(L);
    bool upwards = to > last || to <= first || (target != 1 && !lua_compare(L, 1, target, LUA_OPEQ));
    for (lua_Integer i = 0; i < count; i++) {
      lua_Integer offset = upwards ? i : count - 1 - i;
      lua_geti(L, 1, first + offset);
      lua_seti(L, target, to + offset);
      count_element(&w);
    }
  }
  lua_pushvalue(L, target);
  return 1;
}

static void add_element(lua_State *L, luaL_Buffer *buffer, lua_Integer i) {
  lua_geti(L, 1, i);
  if (!lua_isstring(L, -1))
    luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1), i);
  luaL_addvalue(buffer);
}

int gf_table_concat(lua_State *L) {
  walk w = {.L = L};
  size_t size;
  check_table(L, 1, READS | MEASURES);
  lua_Integer last = length_of(L, 1);
  const char *separator = luaL_optlstring(L, 2, "", &size);
  lua_Integer i = luaL_optinteger(L, 3, 1);
  last = luaL_optinteger(L, 4, last);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (; i < last; i++) {
    add_element(L, &buffer, i);
    luaL_addlstring(&buffer, separator, size);
    count_element(&w);
  }
  if (i == last) add_element(L, &buffer, i);
  luaL_pushresult(&buffer);
  return 1;
}

int gf_table_unpack(lua_State *L) {
  walk w = {.L = L};
  lua_Integer first = luaL_optinteger(L, 2, 1);
  lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (first > last) return 0;
  lua_Unsigned more = (lua_Unsigned)last - (lua_Unsigned)first;
  if (more >= (lua_Unsigned)INT_MAX || !lua_checkstack(L, (int)++more)) return luaL_error(L, "too many results to unpack");
  for (lua_Unsigned i = 0; i < more; i++) {
    lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
    count_element(&w);
  }
  return (int)more;
}

// ------------------------------------------------------------------------------------- sort
//
// Quicksort by the median of three, in place, as Lua's: the same calls of the comparison for the same table, so that
// results (equal elements are not kept in order) and errors agree.

// Ranges beyond this take their pivot elsewhere once a partition was badly out of balance.
#define LARGE_RANGE 100u
#define BALANCE 128

typedef lua_Unsigned position;

static bool precedes(walk *w, int a, int b) {
  lua_State *L = w->L;
  count_element(w);
  if (lua_type(L, a) == LUA_TSTRING) gf_walk(L, lua_rawlen(L, a));
  if (!w->has_order) return lua_compare(L, a, b, LUA_OPLT);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, a - 1);
  lua_pushvalue(L, b - 2);
  lua_call(L, 2, 1);
  bool result = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return result;
}

// Pops the values for i and j.
static void set_both(lua_State *L, position i, position j) {
  lua_seti(L, 1, (lua_Integer)i);
  lua_seti(L, 1, (lua_Integer)j);
}

static void get(lua_State *L, position i) { lua_geti(L, 1, (lua_Integer)i); }

// Swaps elements i < j when they are in the wrong order.
static void order(walk *w, position i, position j) {
  lua_State *L = w->L;
  get(L, i);
  get(L, j);
  if (precedes(w, -1, -2))
    set_both(L, i, j);
  else
    lua_pop(L, 2);
}

// The pivot is on top of the stack and at high − 1; returns where it ends up.
static position partition(walk *w, position low, position high) {
  lua_State *L = w->L;
  position i = low, j = high - 1;
  for (;;) {
    while (get(L, ++i), precedes(w, -1, -2)) {
      if (i == high - 1) luaL_error(L, "invalid order function for sorting");
      lua_pop(L, 1);
    }
    while (get(L, --j), precedes(w, -3, -1)) {
      if (j < i) luaL_error(L, "invalid order function for sorting");
      lua_pop(L, 1);
    }
    if (j < i) {
      lua_pop(L, 1);
      set_both(L, high - 1, i);
      return i;
    }
    set_both(L, i, j);
  }
}

static void sort(walk *w, position low, position high, unsigned spread) {
  lua_State *L = w->L;
  while (low < high) {
    order(w, low, high);
    if (high - low == 1) return;
    position middle = (low + high) / 2;
    if (high - low > LARGE_RANGE && spread != 0) {
      position quarter = (high - low) / 4;
      middle = spread % (quarter * 2) + (low + quarter);
    }
    get(L, middle);
    get(L, low);
    if (precedes(w, -2, -1)) {
      set_both(L, middle, low);
    } else {
      lua_pop(L, 1);
      get(L, high);
      if (precedes(w, -1, -2))
        set_both(L, middle, high);
      else
        lua_pop(L, 2);
    }
    if (high - low == 2) return;
    get(L, middle);
    lua_pushvalue(L, -1);
    get(L, high - 1);
    set_both(L, middle, high - 1);
    position pivot = partition(w, low, high);
    position smaller;
    if (pivot - low < high - pivot) {
      sort(w, low, pivot - 1, spread);
      smaller = pivot - low;
      low = pivot + 1;
    } else {
      sort(w, pivot + 1, high, spread);
      smaller = high - pivot;
      high = pivot - 1;
    }
    // Runs repeat, so where Lua asks the clock for another pivot this counts.
    if ((high - low) / BALANCE > smaller) spread = spread * 2654435761u + 40503u;
  }
}

int gf_table_sort(lua_State *L) {
  walk w = {.L = L};
  check_table(L, 1, READS | WRITES | MEASURES);
  lua_Integer length = length_of(L, 1);
  if (length < 2) return 0;
  luaL_argcheck(L, length < INT_MAX, 1, "array too big");
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  w.has_order = !lua_isnil(L, 2);
  luaL_checkstack(L, 40, "sort");
  sort(&w, 1, (position)length, 0);
  return 0;
}
