// Rows: fields read in place from columns of numbers, so that a function called once per image costs no
// crossing into Swift per field and no protected call per image.
#include "CLuaBridge.h"

#include <string.h>

static int do_new_row(lua_State *L) {
  int32_t columns = *(int32_t *)lua_touserdata(L, 1);
  gf_row *row = lua_newuserdatauv(L, sizeof *row + (size_t)columns * sizeof(gf_column), 0);
  memset(row, 0, sizeof *row + (size_t)columns * sizeof(gf_column));
  row->box.secret = gf_host_of(L)->secret;
  row->row = -1;
  row->count = columns;
  return 1;
}

gf_row *gf_new_row(lua_State *L, int32_t columns) {
  return gf_attempt(L, do_new_row, &columns, 0, 1) ? lua_touserdata(L, -1) : NULL;
}

static int push_cell(lua_State *L, const gf_column *column, int64_t row) {
  int64_t at = row * column->stride;
  switch (column->kind) {
    case GF_FLOAT32: lua_pushnumber(L, ((const float *)column->data)[at]); break;
    case GF_FLOAT64: lua_pushnumber(L, ((const double *)column->data)[at]); break;
    case GF_INT32: lua_pushinteger(L, ((const int32_t *)column->data)[at]); break;
    case GF_INDEX32: lua_pushinteger(L, (lua_Integer)((const int32_t *)column->data)[at] + 1); break;
    default: lua_pushboolean(L, ((const uint8_t *)column->data)[at]); break;
  }
  return 1;
}

// Upvalues: column numbers by name, fallback box (as in index_object).
static int index_row(lua_State *L) {
  gf_row *row = lua_touserdata(L, 1);
  lua_pushvalue(L, 2);
  if (lua_type(L, 2) == LUA_TSTRING && lua_rawget(L, lua_upvalueindex(1)) == LUA_TNUMBER) {
    lua_Integer column = lua_tointeger(L, -1) - 1;
    if (row->row >= 0 && row->columns[column].data != NULL) return push_cell(L, &row->columns[column], row->row);
  }
  lua_settop(L, 2);
  return gf_call_fallback(L, 2);
}

static int do_push_row_index(lua_State *L) {
  lua_settop(L, 2);
  lua_pushcclosure(L, index_row, 2);
  return 1;
}

void gf_push_row_index(lua_State *L) { gf_attempt(L, do_push_row_index, NULL, 2, 1); }

static int do_push_place(lua_State *L) {
  lua_Debug function;
  lua_pushvalue(L, 1);
  lua_getinfo(L, ">S", &function);
  if (function.linedefined > 0)
    lua_pushfstring(L, "%s:%d", function.short_src, function.linedefined);
  else
    lua_pushliteral(L, "");
  return 1;
}

void gf_push_function_place(lua_State *L, int index) {
  lua_pushvalue(L, index);
  gf_attempt(L, do_push_place, NULL, 1, 1);
}

// A result that is not what the loop wants; the message begins with the place where the function is defined.
static int raise_unexpected(lua_State *L, const gf_row_loop *loop, int index, int result) {
  lua_Debug function;
  lua_pushvalue(L, 2);
  lua_getinfo(L, ">S", &function);
  const char *got;
  size_t length;
  switch (lua_type(L, index)) {
    case LUA_TSTRING:
      got = lua_tolstring(L, index, &length);
      got = length > 40 ? "a long string" : lua_pushfstring(L, "the string \"%s\"", got);
      break;
    case LUA_TNUMBER: case LUA_TBOOLEAN: case LUA_TNIL: got = luaL_tolstring(L, index, NULL); break;
    default: got = lua_pushfstring(L, "a %s", luaL_typename(L, index));
  }
  lua_pushfstring(L, "%s:%d: ", function.short_src, function.linedefined);
  if (loop->results == 0)
    lua_pushfstring(L, "the function must return true or false, and returned %s", got);
  else
    lua_pushfstring(L, "the function must return %d numbers, and result %d is %s", loop->results, result, got);
  lua_concat(L, 2);
  return lua_error(L);
}

// Stack: the loop, the function, its arguments.
static int map_rows(lua_State *L) {
  gf_row_loop *loop = lua_touserdata(L, 1);
  int top = lua_gettop(L);
  int results = loop->results == 0 ? 1 : loop->results;
  luaL_checkstack(L, top + results, "too many arguments");
  for (int64_t i = 0; i < loop->count; i++) {
    loop->position = i;
    loop->row->row = loop->rows == NULL ? i : loop->rows[i];
    for (int k = 2; k <= top; k++) lua_pushvalue(L, k);
    lua_call(L, top - 2, results);
    if (loop->results == 0) {
      if (lua_type(L, -1) != LUA_TBOOLEAN) return raise_unexpected(L, loop, top + 1, 1);
      loop->booleans[i] = (uint8_t)lua_toboolean(L, -1);
    } else {
      for (int k = 0; k < results; k++) {
        if (lua_type(L, top + 1 + k) != LUA_TNUMBER) return raise_unexpected(L, loop, top + 1 + k, k + 1);
        loop->numbers[i * results + k] = lua_tonumber(L, top + 1 + k);
      }
    }
    lua_settop(L, top);
  }
  return 0;
}

int gf_map_rows(lua_State *L, int arguments, gf_row_loop *loop) {
  int64_t outer = loop->row->row;  // a rule may run inside another's call
  lua_pushlightuserdata(L, loop);
  lua_insert(L, -arguments - 2);
  lua_pushcfunction(L, map_rows);
  lua_insert(L, -arguments - 3);
  int status = gf_pcall(L, arguments + 2, 0);
  loop->row->row = outer;
  return status;
}
